"""Instants as messages carry them: aware, UTC, whole milliseconds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, PlainSerializer


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


def to_text(at: datetime) -> str:
    """RFC 3339 with milliseconds and ``Z``, e.g. ``2026-03-02T19:14:07.320Z``."""
    return to_utc_ms(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _not_a_number(value: object) -> object:
    if isinstance(value, int | float):
        raise ValueError("an instant is RFC 3339 text, not a number")  # noqa: TRY004 (pydantic turns ValueErrors into reasons)
    return value


Instant = Annotated[
    AwareDatetime,
    BeforeValidator(_not_a_number),
    AfterValidator(to_utc_ms),
    PlainSerializer(to_text, when_used="json"),
]
"""An aware datetime, kept in UTC with millisecond precision; RFC 3339 with ``Z`` in JSON."""
