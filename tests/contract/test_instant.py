"""Instants are read as RFC 3339 has them, whichever way they are read: our own form at once, any other by pydantic."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, TypeAdapter, ValidationError

from contract.instant import Instant, to_text, to_utc_ms

READ = TypeAdapter(Instant)
PLAIN = TypeAdapter(AwareDatetime)
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (hypothesis adds the zone)


@given(INSTANTS, st.integers(-14 * 60, 14 * 60))
def test_every_form_of_an_instant_is_the_same_instant(at: datetime, offset_min: int) -> None:
    whole = to_utc_ms(at)
    ours = to_text(at)
    assert READ.validate_python(ours) == whole == READ.validate_json(f'"{ours}"')
    assert READ.validate_python(ours).tzinfo is UTC
    if at.year < 9999 and at.year > 1970:
        elsewhere = at.astimezone(timezone(timedelta(minutes=offset_min))).isoformat()
        assert READ.validate_python(elsewhere) == whole


@pytest.mark.parametrize(
    "text",
    [
        "2026-W10-1T12:29:30.000Z",
        "2026-03-02T12:29:30.00 Z",
        "2026-03-02T12:29:60.000Z",
        "2026-02-30T12:29:30.000Z",
        "2026-03-02T24:29:30.000Z",
        "20260302T122930.000+0700",
        "2026-03-02T12:29:30.000z ",
        "2026-03-02T12:29:30",
        "yesterday, a bit late...",
    ],
)
def test_what_pydantic_does_not_take_for_an_instant_is_none(text: str) -> None:
    for kind in (PLAIN, READ):
        with pytest.raises(ValidationError):
            kind.validate_python(text)


@given(st.from_regex(r"[0-9W]{4}-[0-9W]{2}.[0-9-]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}[.,][0-9]{3}[Zz+]", fullmatch=True))
def test_what_looks_like_ours_is_read_as_pydantic_reads_it(text: str) -> None:
    try:
        expected = to_utc_ms(PLAIN.validate_python(text))
    except ValidationError:
        with pytest.raises(ValidationError):
            READ.validate_python(text)
        return
    assert READ.validate_python(text) == expected


@pytest.mark.parametrize("number", [0, 1.5, 1_772_454_570, True])
def test_a_number_is_no_instant(number: object) -> None:
    with pytest.raises(ValidationError, match="RFC 3339"):
        READ.validate_python(number)
