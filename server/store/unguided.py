"""Hints to the databases' planners, which know too little: what is not to be looked for along an index."""

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class Unguided(FunctionElement[bool]):
    """A condition, or a column to group by, that SQLite must not choose an index for (its unary plus); elsewhere the
    thing itself."""

    type = Boolean()
    inherit_cache = True


class Checked(Unguided):
    """A condition, never NULL, that either database is to check row by row on the way along another one's index.

    PostgreSQL takes it for something that every other row has then (``coalesce``): left alone it guesses that a few
    conditions together leave next to nothing, gathers all that fit some of them and sorts it for a page of thirty.
    """

    inherit_cache = True


@compiles(Unguided)
def _as_it_is(element: Unguided, compiler: SQLCompiler, **more: Any) -> str:
    return f"({compiler.process(element.clauses, **more)})"


@compiles(Unguided, "sqlite")
@compiles(Checked, "sqlite")
def _with_plus(element: Unguided, compiler: SQLCompiler, **more: Any) -> str:
    return f"+({compiler.process(element.clauses, **more)})"


@compiles(Checked, "postgresql")
def _coalesced(element: Checked, compiler: SQLCompiler, **more: Any) -> str:
    return f"coalesce({compiler.process(element.clauses, **more)}, false)"
