"""Event ids: UUIDv7, the same for the same event."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import RFC_4122, UUID

from hypothesis import given
from hypothesis import strategies as st

from contract.identity import event_uuid
from contract.instant import to_text, to_utc_ms

AT = datetime(2026, 3, 2, 19, 14, 4, 120_000, tzinfo=UTC)
instants = st.datetimes(datetime(1980, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (bounds)


@given(instants, st.lists(st.text(max_size=10), max_size=4))
def test_an_id_is_a_uuid_of_version_7_that_tells_its_time(at: datetime, parts: list[str]) -> None:
    made = event_uuid(at, *parts)
    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(at.timestamp() * 1000)


def test_the_same_event_has_the_same_id() -> None:
    assert event_uuid(AT, "a", "b") == event_uuid(AT, "a", "b")


def test_this_id_never_changes() -> None:
    made = event_uuid(AT, "anninh:hoa-thuan/khom4/kho-sau", "kho-sau-dem", "kho_sau", "57")
    assert made == UUID("019caff8-ccd8-7df6-8b49-c86ea7346c3a")


def test_parts_that_are_cut_elsewhere_make_another_id() -> None:
    assert event_uuid(AT, "ab", "c") != event_uuid(AT, "a", "bc")


def test_later_events_sort_later() -> None:
    ids = [str(event_uuid(AT + timedelta(milliseconds=step), "x")) for step in range(20)]
    assert ids == sorted(ids)


def test_an_instant_is_utc_with_whole_milliseconds() -> None:
    local = datetime(2026, 3, 3, 2, 14, 4, 120_999, tzinfo=timezone(timedelta(hours=7)))
    assert to_utc_ms(local) == AT
    assert to_text(local) == "2026-03-02T19:14:04.120Z"
