"""Texts compared without case and marks by the database itself, on SQLite and PostgreSQL alike."""

from typing import Any, Final

from sqlalchemy import Boolean, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from server.search.words import plain

_RANGES: Final = ((0x41, 0x5B), (0xC0, 0x250), (0x1E00, 0x1F00))
"""Capitals, and every Latin letter with marks in one code point."""
_LETTERS: Final = tuple(
    chr(code) for start, end in _RANGES for code in range(start, end) if plain(chr(code)) != chr(code)
)
_FROM: Final = "".join(_LETTERS)
_TO: Final = "".join(plain(letter) for letter in _LETTERS)


class Folded(FunctionElement[str]):
    """A text column as ``server.search.words.plain`` gives it."""

    type = Text()
    inherit_cache = True


class Unguided(FunctionElement[bool]):
    """A condition that SQLite must not choose an index for (its unary plus); elsewhere the condition itself."""

    type = Boolean()
    inherit_cache = True


@compiles(Folded, "sqlite")
def _folded_sqlite(element: Folded, compiler: SQLCompiler, **more: Any) -> str:
    return f"anninh_plain({compiler.process(element.clauses, **more)})"


@compiles(Folded, "postgresql")
def _folded_postgresql(element: Folded, compiler: SQLCompiler, **more: Any) -> str:
    return f"translate(normalize({compiler.process(element.clauses, **more)}, NFC), '{_FROM}', '{_TO}')"


@compiles(Unguided)
def _as_it_is(element: Unguided, compiler: SQLCompiler, **more: Any) -> str:
    return f"({compiler.process(element.clauses, **more)})"


@compiles(Unguided, "sqlite")
def _with_plus(element: Unguided, compiler: SQLCompiler, **more: Any) -> str:
    return f"+({compiler.process(element.clauses, **more)})"
