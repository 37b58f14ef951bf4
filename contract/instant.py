"""Instants as messages carry them: aware, UTC, whole milliseconds."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, PlainSerializer


def to_utc_ms(at: datetime) -> datetime:
    """``at`` in UTC, cut to whole milliseconds (so that a round trip through JSON gives the same instant)."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def to_text(at: datetime) -> str:
    """RFC 3339 with milliseconds and ``Z``, e.g. ``2026-03-02T19:14:07.320Z``."""
    return to_utc_ms(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Instant = Annotated[AwareDatetime, AfterValidator(to_utc_ms), PlainSerializer(to_text, when_used="json")]
"""An aware datetime, kept in UTC with millisecond precision; RFC 3339 with ``Z`` in JSON."""
