"""The scoreboard over real tables: what is counted, in which period, and what a zero rests on."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.criteria.definition import load
from server.criteria.period import Calendar
from server.database import Database
from server.schemas import CriterionOut
from server.settler import Settler
from server.store import criteria, figures
from server.tables import CameraHour, CameraRow, EdgeRow, IncidentRow
from server.verdict import COUNTED, WAITING, State
from tests.support.drilling import lists
from tests.support.needs import ROOT

CALENDAR = Calendar(zone=ZoneInfo("Asia/Ho_Chi_Minh"))
DEFINITIONS = load(ROOT / "configs" / "criteria.yaml")
YEAR = CALENDAR.period("2026-Y")
AFTER = YEAR.end_at + timedelta(days=3)
_numbers = count(1)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "postgres":
        opened = Database(request.getfixturevalue("postgres").with_tables())
    else:
        folder: Path = tmp_path_factory.mktemp("scoreboard")
        opened = Database(f"sqlite:///{folder / 'anninh.db'}")
    opened.migrate()
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def _empty(database: Database) -> None:
    with database.transaction() as session:
        for table in (IncidentRow, CameraHour, CameraRow, EdgeRow):
            session.execute(delete(table))


def incident(
    at: datetime,
    state: str,
    *,
    kind: str = "static_object",
    rule: str = "via-he",
    mode: str = "active",
    status: str = "actual",
) -> IncidentRow:
    return IncidentRow(
        code=f"AN-{next(_numbers)}",
        site="hoa-thuan",
        rule_kind=kind,
        rule_name=rule,
        place="via_he",
        severity="low",
        mode=mode,
        status=status,
        state=state,
        occurred_at=at,
        last_seen_at=at,
        created_at=at,
    )


def camera(session: Session, name: str, since: datetime, retired: datetime | None = None) -> int:
    edge = session.query(EdgeRow).first()
    if edge is None:
        edge = EdgeRow(site="hoa-thuan", name="khom4", token_sha256="0" * 64, created_at=since)
        session.add(edge)
        session.flush()
    row = CameraRow(edge_id=edge.id, name=name, created_at=since, retired_at=retired)
    session.add(row)
    session.flush()
    return row.id


def up(session: Session, camera_id: int, start: datetime, end: datetime, share: float) -> None:
    hours = int((end - start).total_seconds() // 3600)
    session.add_all(
        CameraHour(camera_id=camera_id, hour_at=start + timedelta(hours=hour), up_s=3600 * share)
        for hour in range(hours)
    )


def read(database: Database, key: str, code: str, now: datetime = AFTER) -> CriterionOut:
    with database.read() as session:
        board = criteria.scoreboard(session, DEFINITIONS, CALENDAR.period(key), now)
        drill = criteria.drill(session, DEFINITIONS, code, CALENDAR.period(key), now)
        lists(session, DEFINITIONS, drill, CALENDAR.period(key), now)
    (found,) = [each for each in board.criteria if each.code == code]
    if found.value is not None and found.unit in {"vụ", "điểm"}:
        assert drill.counted_by[found.checks[0].key] == found.value, "the drill-down lists exactly what was counted"
    assert CriterionOut(**drill.model_dump(include=set(CriterionOut.model_fields))) == found
    return found


def counts(session: Session, key: str) -> CriterionOut:
    board = criteria.scoreboard(session, DEFINITIONS, CALENDAR.period(key), AFTER)
    return next(each for each in board.criteria if each.code == "TC12")


rows = st.lists(
    st.builds(
        incident,
        at=st.integers(-20 * 86400, 380 * 86400).map(lambda second: YEAR.start_at + timedelta(seconds=second))
        | st.sampled_from([period.start_at for period in YEAR.months()])
        | st.sampled_from([period.end_at - timedelta(microseconds=1) for period in YEAR.months()]),
        state=st.sampled_from([str(state) for state in State]),
        mode=st.sampled_from(["active", "active", "trial"]),
        status=st.sampled_from(["actual", "actual", "exercise", "test"]),
        kind=st.just("crowd"),
    ),
    max_size=30,
)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_months_sum_to_quarters_and_the_year_and_only_real_confirmed_ones_count(
    database: Database, given_rows: list[IncidentRow]
) -> None:
    expected = {
        state: sum(
            row.state in states and row.mode == "active" and row.status == "actual" and YEAR.holds(row.occurred_at)
            for row in given_rows
        )
        for state, states in (("value", COUNTED), ("logged", WAITING))
    }
    with database.transaction() as session:
        session.execute(delete(IncidentRow))
        session.add_all(given_rows)
    with database.read() as session:
        months, quarters = (
            [counts(session, key) for key in keys]
            for keys in ([period.key for period in YEAR.months()], [f"2026-Q{number}" for number in range(1, 5)])
        )
    year = read(database, "2026-Y", "TC12")
    for part in (months, quarters):
        assert sum(each.value or 0 for each in part) == year.value == expected["value"]
        assert sum(each.logged for each in part) == year.logged == expected["logged"]


def test_a_late_verdict_counts_in_the_period_in_which_it_happened(database: Database) -> None:
    march = CALENDAR.period("2026-M03")
    with database.transaction() as session:
        session.add(incident(march.end_at - timedelta(seconds=1), "confirmed", kind="crowd"))
    assert read(database, "2026-M03", "TC12").value == 1
    assert read(database, "2026-M04", "TC12").value == 0


def test_a_zero_is_met_only_when_every_camera_was_up(database: Database) -> None:
    march = CALENDAR.period("2026-M03")
    with database.transaction() as session:
        good = camera(session, "cong-cho", march.start_at - timedelta(days=1))
        poor = camera(session, "khom-4", march.start_at - timedelta(days=1))
        up(session, good, march.start_at, march.end_at, 1.0)
        up(session, poor, march.start_at, march.end_at, 0.61)
    found = read(database, "2026-M03", "TC17")
    assert (found.state, found.value) == ("unknown", 0)
    assert "khom-4 chỉ chạy 61,00% kỳ" in found.why_vi
    assert found.uptime == pytest.approx(0.805)
    assert found.camera_hours == pytest.approx(28 * 24 * (1.0 + 0.61))
    with database.transaction() as session:
        row = session.get_one(CameraRow, poor)
        row.retired_at = march.end_at - timedelta(days=1)
    assert read(database, "2026-M03", "TC17").state == "met", "a retired camera is rested on no more"
    with database.transaction() as session:
        session.add(incident(march.start_at, "confirmed"))
    assert read(database, "2026-M03", "TC17").state == "not_met"


def test_uptime_is_taken_over_the_elapsed_part_of_a_running_period(database: Database) -> None:
    march = CALENDAR.period("2026-M03")
    now = march.start_at + timedelta(days=10)
    with database.transaction() as session:
        up(session, camera(session, "a", march.start_at - timedelta(days=1)), march.start_at, now, 0.9)
    assert read(database, "2026-M03", "TC17", now).state == "met"
    with database.transaction() as session:
        up(session, camera(session, "moi", now - timedelta(days=1)), now - timedelta(days=1), now, 1.0)
    found = read(database, "2026-M03", "TC17", now)
    assert (found.state, "moi chỉ chạy 10,00% kỳ" in found.why_vi) == ("unknown", True)
    assert "do đưa vào dùng giữa kỳ" in found.why_vi
    assert read(database, "2026-M04", "TC17", now).why_vi == "kỳ chưa bắt đầu"


def test_last_year_is_a_baseline_only_when_its_cameras_were_up(database: Database) -> None:
    now, before = CALENDAR.period("2026-M03"), CALENDAR.period("2025-M03")
    with database.transaction() as session:
        session.add_all([incident(now.start_at, "confirmed", kind="line_crossing") for _ in range(5)])
        session.add_all([incident(before.start_at, "confirmed", kind="line_crossing") for _ in range(4)])
    found = read(database, "2026-M03", "TC16")
    assert (found.state, found.baseline) == ("unknown", None)
    assert "chưa có số liệu cùng kỳ" in found.why_vi
    with database.transaction() as session:
        one = camera(session, "a", before.start_at - timedelta(days=1))
        up(session, one, before.start_at, before.end_at, 1.0)
    found = read(database, "2026-M03", "TC16")
    assert (found.state, found.baseline, found.value) == ("not_met", 4, 5)
    assert "tăng 01 vụ (+25,00%) so với cùng kỳ" in found.why_vi


def test_a_criterion_is_not_applicable_before_it_came_into_effect(database: Database) -> None:
    assert read(database, "2023-M12", "TC17").state == "not_applicable"


def test_rule_names_part_one_rule_kind_among_criteria(database: Database) -> None:
    at = CALENDAR.period("2026-M03").start_at
    with database.transaction() as session:
        session.add_all([incident(at, "confirmed", rule="rac-cho"), incident(at, "confirmed", rule="via-he")])
        session.add(incident(at, "new", kind="loitering"))
    assert read(database, "2026-M03", "TC17").value == 1
    assert read(database, "2026-M03", "TC18").value == 1
    assert (read(database, "2026-M03", "TC09").logged, read(database, "2026-M03", "TC12").logged) == (1, 1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(many=st.integers(2, 6), second=st.integers(0, 300 * 86400))
def test_merging_two_incidents_lowers_a_count_by_one(database: Database, many: int, second: int) -> None:
    at = YEAR.start_at + timedelta(seconds=second)
    with database.transaction() as session:
        session.execute(delete(IncidentRow))
        rows = [incident(at, "confirmed", kind="crowd") for _ in range(many)]
        session.add_all(rows)
    assert read(database, "2026-Y", "TC12").value == many
    with database.transaction() as session:
        row = session.get_one(IncidentRow, rows[0].id)
        row.state, row.merged_into = "merged", rows[1].id
    assert read(database, "2026-Y", "TC12").value == many - 1


def test_a_spot_stands_until_it_is_handled_whenever_it_began(database: Database) -> None:
    march = CALENDAR.period("2026-M03")
    with database.transaction() as session:
        old, cleared = incident(march.start_at - timedelta(days=40), "confirmed"), incident(march.start_at, "resolved")
        late = incident(march.start_at, "resolved")
        cleared.handled_at, late.handled_at = march.end_at - timedelta(seconds=1), march.end_at
        session.add_all([old, cleared, late])
    assert read(database, "2026-M03", "TC17").value == 2, "the old one, and the one cleared as the period had ended"
    assert read(database, "2026-M04", "TC17").value == 1
    assert read(database, "2025-M12", "TC17").value == 0


def test_more_than_a_year_of_days_is_compared_with_those_a_year_earlier_alone(database: Database) -> None:
    """The two overlap: what happened in both is in both, and nothing of the later one alone is in the earlier one."""
    span = CALENDAR.period("2025-01-01--2026-03-01")
    before = span.year_before()
    only_before, both, only_after = (
        before.start_at + timedelta(days=2),
        CALENDAR.period("2025-M02").start_at,
        before.end_at + timedelta(days=2),
    )
    with database.transaction() as session:
        for number, at in enumerate((only_before, both, only_after), start=1):
            session.add_all(incident(at, "confirmed", kind="intrusion", rule="kho") for _ in range(10 ** (number - 1)))
    for is_settled in (False, True):
        if is_settled:
            Settler(database=database, calendar=CALENDAR).run_once()
        with database.read() as session:
            tally = figures.read(session, DEFINITIONS, span, AFTER).tallies["TC09", "cases"]
        assert tally.sums(span, counted=True).cases == 110
        assert tally.sums(before, counted=True).cases == 11
