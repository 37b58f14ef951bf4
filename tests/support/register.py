"""A small register of incidents with one of everything, and what a search means, said again in plain Python."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from contract.event import Mode, Severity, Status
from server.criteria import definition
from server.database import Database
from server.letters import plain
from server.search import Key, Search, dates, fold
from server.search.words import STATE_GROUPS
from server.store.listing import Lists
from server.tables import CameraRow, EdgeRow, IncidentRow, UserRow
from server.verdict import CLAIM_LASTS, WAITING, Category, Source, State
from tests.support.needs import ROOT
from tests.support.office import NOON

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DEFINITIONS = definition.load(Path(ROOT / "configs" / "criteria.yaml"))
CAMERAS = {1: ("kho-sau", "Kho sau", "Khóm 4"), 2: ("cong-truong", "Cổng trường", "Khóm 1"), 3: ("cho", "", "Ấp Kỳ La")}
UNITS = ("Khóm 4", "Khóm 1", "Ấp Kỳ La", "Khóm 14")
PEOPLE = {1: "tran.b", 2: "le.c"}
RULES = (("intrusion", "kho-dem"), ("static_object", "lan-chiem-via-he"), ("fire", "fire"), ("", ""))
TITLES = ("", "", "Mất xe máy trước chợ", "Đánh nhau 100%")


@dataclass(frozen=True)
class Register:
    """The incidents of one database."""

    database: Database
    rows: tuple[IncidentRow, ...]

    def lists(self, session: Session) -> Lists:
        """Lists as at noon."""
        return Lists(session=session, definitions=DEFINITIONS, now=NOON, zone=ZONE)

    def expected(self, search: Search) -> list[str]:
        """Codes of what a search must find, newest first."""
        rows = sorted(self.rows, key=lambda row: (row.occurred_at, row.id), reverse=True)
        return [row.code for row in rows if is_asked_for(row, search)]


def fill(database: Database, count: int = 90) -> Register:
    """Incidents whose facts go round at different paces, so that most combinations occur."""
    with database.transaction() as session:
        session.add(EdgeRow(id=1, site="hoa-thuan", name="khom4", token_sha256="0" * 64, created_at=NOON))
        session.flush()
        session.add_all(
            CameraRow(id=id_, edge_id=1, name=name, label=label, unit=unit, created_at=NOON)
            for id_, (name, label, unit) in CAMERAS.items()
        )
        session.add_all(
            UserRow(
                id=id_, username=name, display_name=name.title(), password_hash="none", role="officer", created_at=NOON
            )
            for id_, name in PEOPLE.items()
        )
        session.flush()
        rows = tuple(_row(number) for number in range(count))
        session.add_all(rows)
    return Register(database=database, rows=rows)


def _row(number: int) -> IncidentRow:
    kind, name = RULES[number % 4]
    state = list(State)[number % len(State)]
    # three at one instant now and then; some days and years apart
    at = NOON - timedelta(hours=(number // 3) * 7, days=400 if number % 11 == 0 else 0)
    return IncidentRow(
        id=number + 1,
        code=f"AN-2026-{number + 1:06d}",
        site="hoa-thuan",
        camera_id=number % 5 if number % 5 in CAMERAS else None,
        rule_kind=kind,
        rule_name=name,
        place="kho_sau",
        place_label=("Kho Sau", "", "Vỉa hè chợ")[number % 3],
        severity=list(Severity)[number % 4],
        mode=list(Mode)[number % 7 == 0],
        status=list(Status)[1 if number % 13 == 0 else 0],
        state=state,
        occurred_at=at,
        last_seen_at=at,
        created_at=at,
        claimed_by=1 + number % 2 if state is State.CLAIMED else None,
        claimed_at=NOON - CLAIM_LASTS * (number % 3) / 1.5 if state is State.CLAIMED else None,
        source=list(Source)[number % 8 % len(Source)],
        category=["", *Category][number % 6],
        unit=("", *UNITS)[number % 5 if number % 2 else 0],
        title=TITLES[number % 4],
        official_number="12/TB" if number % 9 == 0 else "",
        assigned_to=(None, 1, 2)[number % 3],
        due_at=(None, NOON - timedelta(days=2), NOON + timedelta(days=2))[number % 3],
        handled_at=NOON if number % 10 == 0 else None,
    )


def is_asked_for(row: IncidentRow, search: Search) -> bool:
    """Does the row fit every token and word? Written without a look at how the store does it."""
    return all(_has(row, term.key, term.values) != term.is_not for term in search.terms) and all(
        _says(row, word.text) != word.is_not for word in search.words
    )


def _has(row: IncidentRow, key: Key, values: tuple[str, ...]) -> bool:
    return any(_is(row, key, value) for value in values)


def _is(row: IncidentRow, key: Key, value: str) -> bool:
    camera = CAMERAS.get(row.camera_id or 0)
    simple = {
        Key.CATEGORY: row.category,
        Key.SOURCE: row.source,
        Key.SEVERITY: row.severity,
        Key.CODE: row.code,
        Key.NUMBER: row.official_number,
    }
    if key in simple:
        return simple[key] == value
    if key is Key.STATE:
        is_expired = row.claimed_at is None or NOON - row.claimed_at >= CLAIM_LASTS
        shown = State.NEW if row.state == State.CLAIMED and is_expired else State(row.state)
        return shown in STATE_GROUPS.get(value, {value})
    if key is Key.RULE:
        return value in (row.rule_kind, row.rule_name)
    if key is Key.CAMERA:
        return camera is not None and fold(value) in {f"#{row.camera_id}", *(fold(name) for name in camera[:2])}
    if key is Key.UNIT:
        return (row.unit or (camera[2] if camera else "")) == value
    if key is Key.CRITERION:
        return value in DEFINITIONS.bearing(row.rule_kind, row.rule_name)
    if key is Key.OFFICER:
        who = {PEOPLE.get(row.assigned_to or 0)}
        return value in who or (row.state == State.CLAIMED and PEOPLE.get(row.claimed_by or 0) == value)
    if key is Key.MODE:
        is_plain = row.mode == Mode.ACTIVE and row.status == Status.ACTUAL
        return {"active": is_plain, "trial": row.mode == Mode.TRIAL}.get(value, row.status == value)
    if key is Key.OVERDUE:
        runs = row.state in {*WAITING, State.CONFIRMED} and row.due_at is not None and row.handled_at is None
        return (value == "yes") == (runs and row.due_at is not None and row.due_at < NOON)
    start, end = dates.span(value, ZONE, NOON)
    at: datetime = row.occurred_at
    return {Key.ON: start <= at < end, Key.AFTER: at >= start, Key.BEFORE: at < start}[key]


def _says(row: IncidentRow, word: str) -> bool:
    if row.code == word.upper() or (word.isdigit() and row.code.endswith(f"-{int(word):06d}")):
        return True
    return any(plain(word) in plain(text) for text in (row.title, row.official_number, row.place_label) if text)
