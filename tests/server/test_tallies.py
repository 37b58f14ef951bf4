"""Figures from tallies are those of the rows, whatever was written, settled or not, whoever does it at once."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, event, func, select, text, update
from sqlalchemy.orm import Session

from server.criteria.definition import Bearing, Check, Definition, Definitions, load
from server.criteria.period import Calendar
from server.criteria.vocabulary import Kind
from server.database import Database
from server.settler import Settler
from server.store import figures, raw, settling, tallies
from server.store.figures import Figures
from server.tables import CameraHour, CameraRow, EdgeRow, IncidentRow, TallyCalendar, TallyMark, TallyRow
from server.verdict import Category, Source, State
from tests.support.needs import ROOT

CALENDAR = Calendar(zone=ZoneInfo("Asia/Ho_Chi_Minh"))
KATHMANDU = Calendar(zone=ZoneInfo("Asia/Kathmandu"), cut_day=1)
"""Its days begin a quarter of an hour off the hours of UTC."""
DEFINITIONS = load(ROOT / "configs" / "criteria.yaml")
NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
BEGAN = datetime(2024, 11, 1, tzinfo=UTC)
KEYS = ("2026-M03", "2026-M02", "2025-M12", "2026-Q1", "2025-Y", "2026-Y", "2026-W09", "2026-03-02")
KEYS_LONG = ("2025-02-10--2026-03-05", "2024-11-20--2026-04-01", "2026-H1")
_numbers = count(1)
SEVERAL_WRITERS = pytest.mark.parametrize(
    "database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)
"""SQLite has one at a time."""


def settler(database: Database, calendar: Calendar = CALENDAR) -> Settler:
    return Settler(database=database, calendar=calendar)


def told(session: Session, calendar: Calendar, key: str, now: datetime) -> dict[str, object]:
    """All figures of a period, in a form that can be compared."""
    found = figures.read(session, DEFINITIONS, calendar.period(key), now)
    return _told(found)


def _told(found: Figures) -> dict[str, object]:
    pieces = {of.checks: sorted(us for piece in each for us in piece) for of, each in found.current.cleared.items()}
    return {
        "cells": {(of.checks, cell.at, cell.counted): cell.sums for of, each in found.cells.items() for cell in each},
        "standing": {of.checks: spots for of, spots in found.current.standing.items()},
        "cleared": {of: each for of, each in pieces.items() if each},
        "up": [
            [(camera.camera_id, round(camera.up_s, 6), camera.began_late) for camera in side.cameras]
            for side in (found.current, found.before)
        ],
    }


def bearing(kind: Kind) -> list[tuple[Definition, Check]]:
    return [(each, check) for each in DEFINITIONS.criteria for check in each.checks if check.bears(kind)]


def plain(session: Session, calendar: Calendar, key: str, now: datetime) -> dict[str, object]:
    """The same from the rows alone, row by row in Python: no code of what is tested."""
    period = calendar.period(key)
    before = period.year_before()
    spans = {span.start_at: span for each in (before, period) for span in (tuple(each.months()) or (each,))}
    spans |= {month.start_at: month for month in period.ending_months(12)}
    cells: dict[object, list[int]] = {}
    standing: dict[object, int] = {}
    cleared: dict[object, list[int]] = {}
    until = min(max(now, period.start_at), period.end_at)
    states = {*raw.STATES_COUNTED, *raw.STATES_WAITING}
    for row in session.scalars(select(IncidentRow)):
        if (row.status, row.mode) != ("actual", "active") or row.state not in states:
            continue
        checks, counted = bearing(figures.kind_of(row)), row.state in raw.STATES_COUNTED
        of = tuple((definition.code, check.key) for definition, check in checks)
        for at, span in spans.items():
            if span.holds(row.occurred_at):
                in_time = row.handled_at is not None and row.due_at is not None and row.handled_at <= row.due_at
                late = row.due_at is not None and (row.handled_at or now) > row.due_at
                new = [1, int(row.handled_at is not None), int(in_time), int(late)]
                new += [row.suspects, row.victims, row.deaths, row.injured]
                sums = cells.setdefault((of, at, counted), [0] * 8)
                sums[:] = [one + other for one, other in zip(sums, new, strict=True)]
        if counted and row.occurred_at < until and (row.handled_at is None or row.handled_at >= until):
            standing[of] = standing.get(of, 0) + 1
        bears = any(check.measure.aggregate == "median_time_to_clear" for _, check in checks)
        if counted and bears and row.handled_at is not None and period.holds(row.occurred_at):
            lasted = max(timedelta(0), row.handled_at - row.occurred_at)
            cleared.setdefault(of, []).append(lasted // timedelta(microseconds=1))
    return {
        "cells": {key: tuple(sums) for key, sums in cells.items()},
        "standing": standing,
        "cleared": {of: sorted(each) for of, each in cleared.items()},
        "up": [
            [
                (camera.id, round(_up_s(session, camera.id, side.start_at, end), 6), camera.created_at > side.start_at)
                for camera in session.scalars(select(CameraRow).order_by(CameraRow.id))
                if camera.created_at < end
            ]
            for side in (period, before)
            for end in [min(max(now, side.start_at), side.end_at)]
        ],
    }


def _up_s(session: Session, camera_id: int, start: datetime, end: datetime) -> float:
    hours = session.scalars(select(CameraHour).where(CameraHour.camera_id == camera_id))
    return sum(hour.up_s for hour in hours if start <= hour.hour_at < end)


def incident(chance: random.Random, at: datetime) -> IncidentRow:
    state = chance.choice(list(State))
    handled_at = at + timedelta(seconds=chance.randint(-90_000, 40 * 86400)) if chance.random() < 0.5 else None
    by_hand = chance.random() < 0.3
    return IncidentRow(
        code=f"AN-{next(_numbers)}",
        site="hoa-thuan",
        rule_kind="" if by_hand else chance.choice(["pavement_encroachment", "object_left", "crowd"]),
        rule_name="" if by_hand else chance.choice(["via-he", "rac-1"]),
        place="",
        severity="low",
        mode=chance.choice(["active", "active", "active", "trial"]),
        status=chance.choice(["actual", "actual", "actual", "exercise"]),
        state=state,
        occurred_at=at,
        last_seen_at=at,
        created_at=at,
        source=chance.choice([Source.TIP, Source.OFFICIAL]) if by_hand else Source.CAMERA,
        category=chance.choice(["", Category.URBAN_ORDER, Category.ENVIRONMENT, Category.SOCIAL_ORDER]),
        camera_assisted=by_hand and chance.random() < 0.5,
        suspects=chance.randint(0, 3),
        victims=chance.randint(0, 1),
        due_at=at + timedelta(days=chance.randint(0, 60)) if chance.random() < 0.7 else None,
        handled_at=handled_at,
    )


def some_time(chance: random.Random) -> datetime:
    """Now and then within an instant of a local midnight, where days, months and years meet."""
    at = BEGAN + timedelta(seconds=chance.randint(0, int((NOW - BEGAN).total_seconds())))
    if chance.random() < 0.5:
        return at
    calendar = chance.choice([CALENDAR, KATHMANDU])
    edge = chance.choice([calendar.day_of(at).start_at, calendar.month_of(at).start_at])
    return edge + timedelta(microseconds=chance.choice([-1, 0, 1]))


class Walk:
    """Random writes, as ingest, officers and time make them, a transaction each."""

    def __init__(self, database: Database, number: int) -> None:
        self.database = database
        self.chance = random.Random(number)
        with database.transaction() as session:
            session.add(EdgeRow(id=1, site="hoa-thuan", name="khom4", token_sha256="0" * 64, created_at=BEGAN))
            session.flush()
            for number_of in (1, 2):
                session.add(CameraRow(id=number_of, edge_id=1, name=f"cam-{number_of}", created_at=BEGAN))

    def step(self) -> None:
        deeds: list[Callable[[Session], None]] = [self.enter, self.enter, self.change, self.change, self.change]
        deeds += [self.see, self.move, self.drop, self.heartbeat]
        with self.database.transaction() as session:
            for _ in range(self.chance.randint(1, 3)):
                self.chance.choice(deeds)(session)

    def enter(self, session: Session) -> None:
        session.add_all(incident(self.chance, some_time(self.chance)) for _ in range(self.chance.randint(1, 5)))

    def change(self, session: Session) -> None:
        """Facts, verdicts, merges: any of what tallies are made of."""
        other = incident(self.chance, some_time(self.chance))
        names = [*raw_columns(), "mode", "status", "state"]
        chosen = self.chance.sample(names, k=self.chance.randint(1, 3))
        values = {name: getattr(other, name) for name in chosen}
        session.execute(update(IncidentRow).where(IncidentRow.id == self.some(session)).values(**values))

    def see(self, session: Session) -> None:
        at = some_time(self.chance)
        session.execute(update(IncidentRow).where(IncidentRow.id == self.some(session)).values(last_seen_at=at))

    def move(self, session: Session) -> None:
        session.execute(
            update(IncidentRow)
            .where(IncidentRow.id.in_([self.some(session), self.some(session)]))
            .values(occurred_at=some_time(self.chance))
        )

    def drop(self, session: Session) -> None:
        session.execute(delete(IncidentRow).where(IncidentRow.id == self.some(session)))

    def heartbeat(self, session: Session) -> None:
        hour = some_time(self.chance).replace(minute=0, second=0, microsecond=0)
        session.merge(CameraHour(camera_id=self.chance.randint(1, 2), hour_at=hour, up_s=self.chance.random() * 3600))

    def some(self, session: Session) -> int:
        return self.chance.choice(session.scalars(select(IncidentRow.id)).all() or [0])

    def compare(self, calendar: Calendar, keys: tuple[str, ...]) -> None:
        now = NOW + timedelta(seconds=self.chance.randint(-40 * 86400, 40 * 86400))
        reading = self.database.read if self.chance.random() < 0.7 else self.database.transaction
        for key in keys:
            with reading() as session:
                assert told(session, calendar, key, now) == plain(session, calendar, key, now), (key, now)


def raw_columns() -> list[str]:
    return [column.key for column in raw.KIND] + ["occurred_at", "handled_at", "due_at", "suspects", "victims"]


@pytest.mark.parametrize(("calendar", "number"), [(CALENDAR, 1), (CALENDAR, 2), (KATHMANDU, 3)])
def test_after_every_write_figures_are_those_of_the_rows(database: Database, calendar: Calendar, number: int) -> None:
    walk, settles = Walk(database, number), settler(database, calendar)
    for _ in range(30):
        walk.step()
        if walk.chance.random() < 0.4:
            settles.run_once()
        elif walk.chance.random() < 0.5:
            # as when a server is stopped between two months
            with database.transaction() as session:
                settling.settle(session, calendar, settling.newest_mark(session))
        walk.compare(calendar, tuple(walk.chance.sample(KEYS, k=2)))
    walk.compare(calendar, KEYS + KEYS_LONG)
    settles.run_once()
    walk.compare(calendar, KEYS + KEYS_LONG)
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(TallyMark)) == 0
        assert session.scalar(select(func.sum(TallyRow.cases))), "it was read from tallies"


def test_of_many_incidents_each_is_in_the_days_it_belongs_to(database: Database) -> None:
    """Enough that every check has some in the running month, in two weeks a year apart and between them."""
    chance, at = random.Random(10), BEGAN
    with database.transaction() as session:
        while at < NOW:
            session.add(incident(chance, at))
            at += timedelta(hours=8)
    for is_settled in (False, True):
        if is_settled:
            settler(database).run_once()
        with database.read() as session:
            for key in ("2026-M03", "2026-W09", "2026-02-12--2026-02-20", "2026-Y"):
                assert told(session, CALENDAR, key, NOW) == plain(session, CALENDAR, key, NOW), (key, is_settled)


def test_tallies_of_another_calendar_are_never_read_and_made_anew(database: Database) -> None:
    walk = Walk(database, 4)
    for _ in range(20):
        walk.step()
    settler(database).run_once()
    walk.compare(KATHMANDU, KEYS)
    settler(database, KATHMANDU).run_once()
    walk.compare(KATHMANDU, KEYS)
    walk.compare(CALENDAR, KEYS)
    with database.read() as session:
        (row,) = session.scalars(select(TallyCalendar))
        assert (row.zone, row.cut_day) == ("Asia/Kathmandu", 1)


def test_what_no_tally_is_made_of_marks_nothing(database: Database) -> None:
    walk = Walk(database, 5)
    with database.transaction() as session:
        session.add(incident(walk.chance, NOW))
    settler(database).run_once()
    with database.transaction() as session:
        session.execute(
            update(IncidentRow).values(
                last_seen_at=NOW, severity="high", version=7, title="Mất xe", state=IncidentRow.state
            )
        )
        assert session.scalar(select(func.count()).select_from(TallyMark)) == 0
        session.execute(update(IncidentRow).values(suspects=IncidentRow.suspects + 1))
        assert session.scalar(select(TallyMark.id).limit(1))


@SEVERAL_WRITERS
def test_a_write_that_commits_after_the_settler_has_read_is_not_lost(database: Database) -> None:
    walk = Walk(database, 6)
    with database.transaction() as session:
        session.add_all(incident(walk.chance, NOW - timedelta(hours=1)) for _ in range(20))
    settler(database).run_once()
    with Session(database.engine) as writing:
        row = incident(walk.chance, NOW)
        row.state, row.status, row.mode = State.CONFIRMED, "actual", "active"
        writing.add(row)
        writing.flush()
        with database.transaction() as session:
            session.execute(update(IncidentRow).where(IncidentRow.id == 1).values(suspects=2))
        # the day is settled while that write is under way: it neither sees the write nor may it take its mark
        settler(database).run_once()
        walk.compare(CALENDAR, KEYS)
        writing.commit()
    walk.compare(CALENDAR, KEYS)
    settler(database).run_once()
    walk.compare(CALENDAR, KEYS)


@SEVERAL_WRITERS
def test_of_two_who_settle_at_once_one_does(database: Database) -> None:
    walk = Walk(database, 7)
    settler(database).run_once()
    with database.transaction() as session:
        walk.enter(session)
    with database.transaction() as first, database.transaction() as second:
        upto = settling.newest_mark(first)
        assert settling.settle(first, CALENDAR, upto)
        assert not settling.settle(second, CALENDAR, upto)
    settler(database).run_once()
    walk.compare(CALENDAR, KEYS)


@SEVERAL_WRITERS
def test_no_tally_changes_while_a_period_is_being_frozen(database: Database) -> None:
    walk = Walk(database, 8)
    settler(database).run_once()
    with database.transaction() as session:
        walk.enter(session)
    with database.transaction() as freezing:
        tallies.read(freezing, CALENDAR)
        with database.transaction() as session:
            assert not settling.settle(session, CALENDAR, settling.newest_mark(session))
    with database.transaction() as session:
        assert settling.settle(session, CALENDAR, settling.newest_mark(session))


def test_the_triggers_are_there_after_all_migrations(database: Database) -> None:
    """A migration that copies a table on SQLite loses its triggers, and with them every later change."""
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if not database.is_sqlite:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    with database.read() as session:
        names = set(session.scalars(text(query)))
    for table in ("incidents", "camera_hours"):
        for deed in ("insert", "update", "delete"):
            assert any(name.startswith(f"tr_{table}_{deed}") for name in names), (table, deed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_joins_kinds_by_an_index(database: Database) -> None:
    """Read from end to end for each of thousands of sums they would take most of the time."""
    walk, asked = Walk(database, 9), list[tuple[str, Any]]()
    for _ in range(5):
        walk.step()
    settler(database).run_once()

    def listen(_connection: object, _cursor: object, statement: str, given: Any, *_more: object) -> None:
        asked.append((statement, given))

    with database.read() as session:
        event.listen(session.connection(), "before_cursor_execute", listen)
        for key in KEYS + KEYS_LONG:
            figures.read(session, DEFINITIONS, CALENDAR.period(key), NOW)
        joins = [(statement, given) for statement, given in asked if "numbered" in statement]
        assert joins
        for statement, given in joins:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given).all()
            steps = [row[3] for row in plan]
            assert any(step.startswith("SEARCH") and "kind_id=?" in step for step in steps), steps


def test_a_month_is_read_again_only_when_it_was_added_up_again(database: Database) -> None:
    walk, settles, months = Walk(database, 11), settler(database), set[str]()
    with database.transaction() as session:
        session.add_all(incident(walk.chance, BEGAN + timedelta(days=day)) for day in range(450))
    settles.run_once()

    def listen(_connection: object, _cursor: object, statement: str, given: Any, *_more: object) -> None:
        if "FROM tallies" in statement or "FROM tally_clears" in statement:
            every = given.values() if isinstance(given, dict) else given
            months.update(str(each)[:10] for each in every if str(each).startswith("202"))

    def look() -> set[str]:
        """Beginnings of the months whose tallies were read for a year."""
        months.clear()
        with database.read() as session:
            event.listen(session.connection(), "before_cursor_execute", listen)
            assert told(session, CALENDAR, "2025-Y", NOW) == plain(session, CALENDAR, "2025-Y", NOW)
        return set(months)

    may = str(CALENDAR.period("2025-M05").start_at)[:10]
    assert {may, str(CALENDAR.period("2025-M06").start_at)[:10]} <= look()
    assert look() == set()
    with database.transaction() as session:
        row = incident(walk.chance, datetime(2025, 5, 10, tzinfo=UTC))
        row.handled_at = None  # a spot that ended in June would have June added up again
        session.add(row)
    settles.run_once()
    assert look() == {may}
    assert look() == set()


def test_what_is_remembered_for_one_question_is_no_answer_to_another(database: Database) -> None:
    """Other criteria, and the same ones told apart by rule kind: on the same months, one after the other."""
    walk, fewer = Walk(database, 12), Definitions(version=1, criteria=DEFINITIONS.criteria[16:18])
    with database.transaction() as session:
        session.add_all(incident(walk.chance, BEGAN + timedelta(days=day)) for day in range(450))
    settler(database).run_once()

    def bearings(definitions: Definitions, *, by_rule_kind: bool = False) -> set[Bearing]:
        with database.read() as session:
            found = figures.read(session, definitions, CALENDAR.period("2025-Y"), NOW, by_rule_kind=by_rule_kind)
        assert found.cells
        assert found.current.cleared
        return {*found.cells, *found.current.standing, *found.current.cleared}

    every = bearings(DEFINITIONS)
    assert {bearing.rule_kind for bearing in every} == {""}
    codes = {code for bearing in bearings(fewer) for code, _ in bearing.checks}
    assert codes == {"TC17", "TC18"}
    apart = {bearing.rule_kind for bearing in bearings(DEFINITIONS, by_rule_kind=True)}
    assert apart == {"", "pavement_encroachment", "object_left", "crowd"}
    assert bearings(DEFINITIONS) == every
