"""What was counted stays where it was counted, and a drill-down is always its count, whatever comes in between."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract.event import Phase
from server.criteria import definition
from server.criteria.period import Calendar, Period
from server.database import Database
from server.schemas import UserOut, VerdictIn
from server.store import criteria, incidents
from server.store.casefile import Writer
from server.store.errors import StoreError
from server.tables import IncidentRow, UserRow
from tests.support.drilling import lists
from tests.support.intake import Intake, site_settings
from tests.support.messages import BEGIN, Story
from tests.support.needs import ROOT
from tests.support.sqlite import with_tables

DEFINITIONS = definition.load(ROOT / "configs" / "criteria.yaml")
CALENDAR = Calendar(zone=site_settings().zone, cut_day=15)
CUT = CALENDAR.month_of(BEGIN).end_at
"""The midnight (in the site's zone) at which March ends and April begins."""
TO_CUT_S = (CUT - BEGIN).total_seconds()


def person(database: Database, username: str, role: str) -> UserOut:
    """An account."""
    with database.transaction() as session:
        row = UserRow(
            username=username,
            display_name=username,
            password_hash="none",
            role=role,
            created_at=BEGIN,
            disabled_at=None,
        )
        session.add(row)
        session.flush()
        return UserOut.model_validate(row)


def move(intake: Intake, user: UserOut, what: str, code: str = "AN-2026-000001") -> bool:
    """Make a move on the incident as it is now; whether it was allowed."""
    reason = "other" if what == "dismiss" else None
    try:
        with intake.database.transaction() as session:
            now = intake.clock.now()
            version = incidents.detail(session, DEFINITIONS, code, user, now).version
            body = VerdictIn.model_validate({"move": what, "reason": reason, "version": version, "note": "thử"})
            by = Writer(definitions=DEFINITIONS, user=user, zone=CALENDAR.zone, now=now)
            incidents.decide(session, code, body, by)
    except StoreError:
        return False
    return True


def counts(intake: Intake, period: Period) -> dict[str, tuple[float | None, int]]:
    """Each criterion's value and how many wait; every drill-down is checked to be its count."""
    with intake.database.read() as session:
        now = intake.clock.now()
        board = criteria.scoreboard(session, DEFINITIONS, period, now)
        # the rest have nothing to list; one of them stands for all
        for row in (each for each in board.criteria if each.value or each.logged or each.code == "TC09"):
            drill = criteria.drill(session, DEFINITIONS, row.code, period, now)
            assert (drill.value, drill.logged, drill.state) == (row.value, row.logged, row.state)
            if row.unit in {"vụ", "điểm"} and row.value is not None:
                assert drill.counted_by[drill.checks[0].key] == row.value
            lists(session, DEFINITIONS, drill, period, now)
        return {row.code: (row.value, row.logged) for row in board.criteria}


@pytest.fixture
def at_the_cut(intake: Intake) -> Intake:
    """An incident that began 100 s after March ended, in April."""
    intake.clock.at = CUT + timedelta(hours=1)
    intake.take(*Story(number=1, at_s=TO_CUT_S + 100).life(1))
    return intake


def test_an_earlier_event_does_not_move_a_counted_incident_into_another_period(at_the_cut: Intake) -> None:
    officer = person(at_the_cut.database, "anna", "officer")
    march, april = CALENDAR.month_of(CUT - timedelta(hours=1)), CALENDAR.month_of(CUT)
    assert move(at_the_cut, officer, "confirm")
    before = counts(at_the_cut, march), counts(at_the_cut, april)
    at_the_cut.take(*Story(number=2, at_s=TO_CUT_S - 100).life(4))
    (row,) = at_the_cut.rows(IncidentRow)
    assert row.occurred_at == CUT + timedelta(seconds=100), "the earlier event joins, and shows"
    assert (counts(at_the_cut, march), counts(at_the_cut, april)) == before


def test_an_incident_that_is_undone_occurred_when_its_events_say(at_the_cut: Intake) -> None:
    officer = person(at_the_cut.database, "anna", "officer")
    move(at_the_cut, officer, "confirm")
    at_the_cut.take(*Story(number=2, at_s=TO_CUT_S - 100).life(4))
    assert move(at_the_cut, officer, "undo")
    (row,) = at_the_cut.rows(IncidentRow)
    assert row.occurred_at == CUT - timedelta(seconds=100)


def test_an_earlier_event_moves_an_incident_that_waits(at_the_cut: Intake) -> None:
    at_the_cut.take(*Story(number=2, at_s=TO_CUT_S - 100).life(4))
    (row,) = at_the_cut.rows(IncidentRow)
    assert row.occurred_at == CUT - timedelta(seconds=100)


def test_the_first_instant_after_the_cut_is_the_next_months(intake: Intake) -> None:
    intake.clock.at = CUT + timedelta(hours=1)
    for number, at_s in enumerate((TO_CUT_S - 0.001, TO_CUT_S)):
        intake.take(Story(number=number, at_s=at_s, place=f"p{number}").tell())
    rows = intake.rows(IncidentRow)
    assert [CALENDAR.month_of(row.occurred_at).number for row in rows] == [3, 4]
    assert [CALENDAR.month_of(row.occurred_at).holds(row.occurred_at) for row in rows] == [True, True]


def test_only_who_judged_last_may_undo(at_the_cut: Intake) -> None:
    database = at_the_cut.database
    anna, binh = person(database, "anna", "officer"), person(database, "binh", "officer")
    chief = person(database, "chief", "supervisor")
    assert move(at_the_cut, anna, "confirm")
    assert not move(at_the_cut, binh, "undo")
    assert move(at_the_cut, chief, "undo")
    assert move(at_the_cut, binh, "dismiss")
    assert not move(at_the_cut, anna, "undo"), "hers was undone; this one is a colleague's"
    assert move(at_the_cut, binh, "undo")


STEPS = st.one_of(
    st.tuples(st.just("event"), st.integers(-3, 3), st.sampled_from([Phase.OPENED, Phase.CANCELLED])),
    st.tuples(st.sampled_from(["confirm", "dismiss", "undo"]), st.integers(1, 3), st.just(Phase.OPENED)),
)


@settings(max_examples=15, deadline=None)
@given(steps=st.lists(STEPS, min_size=1, max_size=10))
def test_a_drill_down_is_its_count_and_what_was_confirmed_stays(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, Phase]]
) -> None:
    folder: Path = tmp_path_factory.mktemp("drill")
    database = Database(with_tables(folder / "anninh.db"))
    intake = Intake(database)
    intake.clock.at = CUT + timedelta(days=1)
    intake.know()
    chief = person(database, "chief", "supervisor")
    for number, (what, where, phase) in enumerate(steps):
        stood = {row.id: row.occurred_at for row in intake.rows(IncidentRow) if row.state == "confirmed"}
        if what == "event":
            intake.take(Story(number=number, at_s=TO_CUT_S + 400 * where).tell(phase))
        else:
            move(intake, chief, what, f"AN-2026-{where:06d}")
        for row in intake.rows(IncidentRow):
            if row.state == "confirmed" and row.id in stood:
                assert row.occurred_at == stood[row.id]
        counts(intake, CALENDAR.month_of(CUT))
    for period in CALENDAR.periods_of(2026):
        if period.holds(CUT) or period.holds(CUT - timedelta(seconds=1)) or period.key == "2026-M07":
            counts(intake, period)
    database.close()
