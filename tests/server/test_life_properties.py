"""Whatever officers do in whatever order, an incident's row agrees with itself, and a sum with its parts."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.criteria import definition
from server.criteria.definition import Definitions
from server.database import Database
from server.role import Role
from server.schemas import EntryIn, ExtendIn, FactsIn, MergeIn, SplitIn, UserOut, VerdictIn
from server.store import casefile, casework, entries, incidents
from server.store.casefile import Writer
from server.store.errors import StoreError
from server.tables import AuditRow, IncidentRow, UserRow, VerdictRow
from server.verdict import COUNTED, HANDLED, OUTCOMES, WAITING, Move, State
from tests.support.needs import ROOT
from tests.support.office import NOON

PEOPLE: tuple[tuple[str, Role], ...] = (("anna", "officer"), ("binh", "officer"), ("chi", "supervisor"))
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    return definition.load(ROOT / "configs" / "criteria.yaml")


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database with three officers."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('life') / 'anninh.db'}")
    database.migrate()
    with database.transaction() as session:
        for name, role in PEOPLE:
            session.add(UserRow(username=name, display_name=name, password_hash="none", role=role, created_at=NOON))
    yield database
    database.close()


deeds = st.sampled_from([*Move, "merge", "split", "extend", "complex"])
steps = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), deeds, st.integers(0, 400)), max_size=25
)


def by_(session: Session, definitions: Definitions, who: int, minutes: int) -> Writer:
    row = session.scalars(select(UserRow).order_by(UserRow.id)).all()[who]
    user = UserOut(id=row.id, username=row.username, display_name=row.display_name, role=PEOPLE[who][1], since=NOON)
    return Writer(definitions=definitions, user=user, zone=ZONE, now=NOON + timedelta(minutes=minutes))


def do(session: Session, by: Writer, what: str, codes: list[str], which: int, other: int) -> None:
    """One step of somebody; most are refused, and then nothing has changed."""
    row = casefile.find(session, codes[which])
    version = row.version
    if what == "merge":
        casework.merge(session, row.code, MergeIn(version=version, into=codes[other]), by)
    elif what == "split":
        casework.split(session, row.code, SplitIn(version=version), by)
    elif what == "extend":
        casework.extend(session, row.code, ExtendIn(version=version, note="chờ"), by)
    elif what == "complex":
        entries.change(session, row.code, FactsIn(version=version, is_complex=not row.is_complex), by)
    else:
        reason = "animal" if what == "dismiss" else None
        move = VerdictIn.model_validate({"move": what, "reason": reason, "note": "vì sao", "version": version})
        incidents.decide(session, row.code, move, by)


def check(row: IncidentRow) -> None:
    """What must hold of every row, whatever happened."""
    state = State(row.state)
    assert (row.state == State.CLAIMED) == (row.claimed_by is not None) == (row.claimed_at is not None)
    assert (state is State.MERGED) == (row.merged_into is not None)
    assert row.merged_into != row.id
    assert row.extended_at is None or row.due_at is None or row.due_at > row.extended_at
    if state is State.MERGED:
        return  # it keeps what it had, for the day it is split off
    assert (row.confirmed_at is not None) == (state in COUNTED)
    assert (row.handled_at is not None) == (state in HANDLED)
    assert (row.closed_at is not None) == (state is State.CLOSED)
    if row.source == "tip":
        assert row.due_at is not None, "it was entered, so its time runs"
    elif row.source == "camera":
        runs = {State.VERIFYING, State.CONFIRMED, State.CLOSED, *OUTCOMES}
        assert (row.due_at is not None) == (state in runs)
    assert state not in WAITING or row.handled_at is None


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps)
def test_no_order_of_moves_leaves_a_row_that_contradicts_itself(
    ward: Database, definitions: Definitions, made: list[tuple[int, int, int, str, int]]
) -> None:
    with ward.transaction() as session:
        for table in (VerdictRow, IncidentRow, AuditRow):
            session.execute(delete(table))
        by = by_(session, definitions, 0, 0)
        codes = []
        for source in ("tip", "official", "feedback"):
            body = {"source": source, "title": "việc", "occurred_at": NOON.isoformat()}
            codes.append(entries.enter(session, EntryIn.model_validate(body), "hoa-thuan", by).code)
        # the third one stands for what a camera saw
        camera_s = casefile.find(session, codes[2])
        camera_s.source, camera_s.due_at = "camera", None
    minutes = 0
    for who, which, other, what, after in made:
        minutes += after
        versions = _versions(ward)
        try:
            with ward.transaction() as session:
                do(session, by_(session, definitions, who, minutes), str(what), codes, which, other)
        except StoreError:
            assert _versions(ward) == versions, "what is refused changes nothing"
        with ward.read() as session:
            for row in session.scalars(select(IncidentRow)):
                check(row)
            merged = session.scalar(select(func.count()).where(IncidentRow.state == State.MERGED))
            own = session.scalar(select(func.count()).where(IncidentRow.merged_into.is_(None)))
            assert (merged or 0) + (own or 0) == len(codes), "nothing is lost"
            assert own, "a chain of mergers ends in an incident"


def _versions(ward: Database) -> list[tuple[str, int]]:
    with ward.read() as session:
        rows = session.execute(select(IncidentRow.code, IncidentRow.version).order_by(IncidentRow.id))
        return [(row.code, row.version) for row in rows]
