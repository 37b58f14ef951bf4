"""What a report counts, over real tables: every counted incident in exactly one place, whatever there is."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from server.database import Database
from server.reports.findings import CRIMES, Findings
from server.store import reports
from server.tables import CameraHour, CameraRow, EdgeRow, IncidentRow
from server.verdict import COUNTED, Category, Source, State
from tests.server.test_scoreboard import CALENDAR, DEFINITIONS, incident

MONTH = CALENDAR.period("2026-M03")
TIPS = {Source.TIP, Source.DENUNCIATION, Source.PETITION, Source.FEEDBACK}
_DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    if request.param == "postgres":
        opened = Database(request.getfixturevalue("postgres").with_tables())
    else:
        folder: Path = tmp_path_factory.mktemp("findings")
        opened = Database(f"sqlite:///{folder / 'anninh.db'}")
    opened.migrate()
    yield opened
    opened.close()


def _row(
    at: datetime, state: str, mode: str, status: str, kind: str, source: str, category: str, number: str, suspects: int
) -> IncidentRow:
    row = incident(at, state, kind=kind, mode=mode, status=status)
    row.source, row.category, row.official_number, row.suspects = source, category, number, suspects
    row.camera_assisted = suspects % 2 == 1
    row.deaths = row.injured = row.victims = 0
    row.title = row.unit = row.place_label = ""
    return row


rows = st.lists(
    st.builds(
        _row,
        at=st.integers(-20, 50).map(lambda day: MONTH.start_at + timedelta(days=day))
        | st.sampled_from([MONTH.start_at, MONTH.end_at - timedelta(microseconds=1), MONTH.end_at]),
        state=st.sampled_from([str(state) for state in State]),
        mode=st.sampled_from(["active", "active", "active", "trial"]),
        status=st.sampled_from(["actual", "actual", "actual", "exercise", "test"]),
        kind=st.sampled_from(["static_object", "intrusion", "by_hand", "camera_offline"]),
        source=st.sampled_from([str(source) for source in Source]),
        category=st.sampled_from(["", *(str(category) for category in Category)]),
        number=st.sampled_from(["", "12/TB"]),
        suspects=st.integers(0, 5),
    ),
    max_size=25,
)


def _counts(row: IncidentRow) -> bool:
    """In words: real, decided, no camera's own fault, and no mere tip."""
    return (
        row.state in COUNTED
        and (row.mode, row.status) == ("active", "actual")
        and MONTH.holds(row.occurred_at)
        and not row.rule_kind.startswith("camera_")
        and not (row.source in TIPS and not row.category)
    )


def read(database: Database, now: datetime = MONTH.end_at + _DAY) -> Findings:
    with database.read() as session:
        return reports.read(session, DEFINITIONS, MONTH, now)


def fill(database: Database, given_rows: list[IncidentRow]) -> None:
    with database.transaction() as session:
        for table in (IncidentRow, CameraHour, CameraRow, EdgeRow):
            session.execute(delete(table))
        session.add_all(given_rows)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_every_counted_incident_stands_in_exactly_one_place(database: Database, given_rows: list[IncidentRow]) -> None:
    wanted = {row.code: row.suspects for row in given_rows if _counts(row)}
    fill(database, given_rows)
    found = read(database)
    assert sorted(case.code for case in found.cases) == sorted(wanted), "each once, and no other"
    assert found.now.all.cases == len(wanted)
    assert found.now.all.suspects == sum(wanted.values())
    for category in Category:
        listed = [case for case in found.cases if case.category == category]
        apart = [
            case
            for case in listed
            if category is Category.SOCIAL_ORDER and case.source == Source.CAMERA and not case.official_number
        ]
        assert found.now.of[category].cases == len(listed) - len(apart)
        if category is Category.SOCIAL_ORDER:
            assert found.now.unregistered.cases == len(apart)
    assert found.now.unclassified.cases == sum(not case.category for case in found.cases)
    assert found.contribution.all.cases == sum(
        case.source == Source.CAMERA or case.camera_assisted for case in found.cases
    )


def test_urban_order_is_never_among_what_is_added_up() -> None:
    assert set(Category) - set(CRIMES) == {Category.TRAFFIC, Category.FIRE, Category.URBAN_ORDER}
    assert list(CRIMES) == ["social_order", "economic", "environment", "drugs"], "the ministry's order"


def test_months_sum_to_the_quarter(database: Database) -> None:
    quarter = CALENDAR.period("2026-Q1")
    days = range(0, (quarter.end_day - quarter.first_day).days, 3)
    fill(
        database,
        [
            _row(
                quarter.start_at + number * _DAY,
                "closed",
                "active",
                "actual",
                "by_hand",
                "official",
                "drugs",
                "",
                number % 4,
            )
            for number in days
        ],
    )
    now = quarter.end_at + _DAY
    with database.read() as session:
        whole = reports.read(session, DEFINITIONS, quarter, now).now
        parts = [reports.read(session, DEFINITIONS, month, now).now for month in quarter.months()]
    assert sum((part.all for part in parts[1:]), parts[0].all) == whole.all
    assert whole.all.cases == len(days)


def test_an_incident_that_was_merged_counts_with_the_other_alone(database: Database) -> None:
    pair = [_row(MONTH.start_at, "confirmed", "active", "actual", "by_hand", "official", "drugs", "", 2) for _ in "12"]
    fill(database, pair)
    assert read(database).now.of[Category.DRUGS].cases == 2
    with database.transaction() as session:
        session.query(IncidentRow).filter_by(code=pair[0].code).one().state = "merged"
    assert read(database).now.of[Category.DRUGS].cases == 1


def test_a_zero_is_a_figure_only_where_somebody_recorded(database: Database) -> None:
    fill(database, [])
    assert not read(database).has_before
    before = MONTH.year_before()
    fill(database, [_row(before.end_at - _DAY, "dismissed", "active", "actual", "intrusion", "camera", "", "", 0)])
    assert read(database).has_before
