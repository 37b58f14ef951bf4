"""A hint to SQLite's planner, which knows no distributions: what it must not look for along an index."""

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


@compiles(Unguided)
def _as_it_is(element: Unguided, compiler: SQLCompiler, **more: Any) -> str:
    return f"({compiler.process(element.clauses, **more)})"


@compiles(Unguided, "sqlite")
def _with_plus(element: Unguided, compiler: SQLCompiler, **more: Any) -> str:
    return f"+({compiler.process(element.clauses, **more)})"
