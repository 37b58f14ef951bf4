"""Instants as messages carry them: aware, UTC, whole milliseconds."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated

from pydantic import AwareDatetime, PlainSerializer, ValidatorFunctionWrapHandler, WrapValidator


def to_utc_ms(at: datetime) -> datetime:
    """``at`` in UTC, cut to whole milliseconds (so that a round trip through JSON gives the same instant).

    Raises ValueError at the ends of the calendar, where UTC has no such year.
    """
    if at.tzinfo is not UTC:
        try:
            at = at.astimezone(UTC)
        except OverflowError as error:
            raise ValueError("the instant lies outside the years 1 to 9999 of UTC") from error
    beyond = at.microsecond % 1000
    return at.replace(microsecond=at.microsecond - beyond) if beyond else at


@lru_cache(maxsize=4096)
def to_text(at: datetime) -> str:
    """RFC 3339 with milliseconds and ``Z``, e.g. ``2026-03-02T19:14:07.320Z``."""
    return to_utc_ms(at).isoformat(timespec="milliseconds")[:23] + "Z"


@lru_cache(maxsize=4096)
def _as_written(text: str) -> datetime | None:
    """What ``to_text`` wrote; None: it is of another form. Remembered, as the messages of an event tell the same
    instants again and again."""
    if len(text) != len("2026-03-02T19:14:07.320Z"):
        return None
    if (text[4], text[7], text[10], text[13], text[16], text[19], text[23]) != ("-", "-", "T", ":", ":", ".", "Z"):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _read(value: object, otherwise: ValidatorFunctionWrapHandler) -> datetime:
    """What ``to_text`` wrote is read at once, as most of what comes is of that form; anything else by pydantic."""
    if isinstance(value, str) and (found := _as_written(value)) is not None:
        return found
    if isinstance(value, int | float):
        raise ValueError("an instant is RFC 3339 text, not a number")  # noqa: TRY004 (pydantic turns ValueErrors into reasons)
    return to_utc_ms(otherwise(value))


Instant = Annotated[
    AwareDatetime,
    WrapValidator(_read),
    PlainSerializer(to_text, when_used="json"),
]
"""An aware datetime, kept in UTC with millisecond precision; RFC 3339 with ``Z`` in JSON."""
