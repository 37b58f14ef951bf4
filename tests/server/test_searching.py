"""What a search finds in the database: each token on both databases, and any combination against plain Python."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from server.database import Database
from server.search import Key, Search, Term, Word, parse, words
from server.store import searching
from server.store.conditions import Reader
from server.store.errors import InvalidError
from server.tables import IncidentRow, words_of
from tests.support.office import NOON
from tests.support.register import CAMERAS, DEFINITIONS, PEOPLE, RULES, UNITS, ZONE, Register, fill

TOKENS = [
    "",
    "state:new",
    "state:claimed",
    "state:new,claimed",
    "-state:new",
    "-state:claimed",
    "state:waiting",
    "-state:counted",
    "rule:intrusion",
    "rule:kho-dem",
    "rule:fire",
    "-rule:fire,intrusion",
    "camera:kho-sau",
    "-camera:kho-sau",
    "camera:'#2'".replace("'", '"'),
    'unit:"Khóm 4"',
    '-unit:"Khóm 4"',
    "criterion:TC17",
    "criterion:TC09,TC15",
    "-criterion:TC17",
    "criterion:TC02",
    "category:traffic",
    "-category:traffic",
    "source:tip",
    "source:camera",
    "-source:camera",
    "severity:high,low",
    "officer:tran.b",
    "-officer:tran.b",
    "mode:active",
    "mode:trial",
    "mode:exercise",
    "-mode:active",
    "mode:trial,exercise",
    "overdue:yes",
    "overdue:no",
    "-overdue:yes",
    "overdue:yes,no",
    "on:today",
    "on:2026-02",
    "-on:2026-02",
    "on:2026-02-20,2026-02-25",
    "after:2026-02-20 before:2026-03-01",
    "-after:2026-02-20",
    "code:AN-2026-000012",
    "number:12/TB",
    "-number:12/TB",
    "xe",
    '"MAT XE"',
    "-xe",
    "100%",
    "12",
    "an-2026-000012",
    '"vỉa hè"',
    "danh cho",
    "ho",
    "-ho",
    "nothing-like-that",
    "camera:kho-sau -rule:fire state:counted before:2026-03-01",
]


@pytest.fixture
def register(database: Database) -> Register:
    return fill(database)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('register') / 'small.db'}")
    database.migrate()
    yield fill(database)
    database.close()


def found(register: Register, search: Search, limit: int) -> list[str]:
    """Every code that the pages of a search list, in their order."""
    codes: list[str] = []
    cursor = None
    with register.database.read() as session:
        while True:
            page = register.lists(session).page(search, cursor, limit)
            codes += [item.code for item in page.items]
            cursor = page.next_cursor
            if cursor is None:
                return codes


def test_each_token_finds_what_it_says(register: Register) -> None:
    for token in TOKENS:
        search = parse(token)
        assert not search.faults, token
        expected = register.expected(search)
        assert found(register, search, 7) == expected, token
    everything = [token for token in TOKENS if len(register.expected(parse(token))) == len(register.rows)]
    assert set(everything) == {"", "overdue:yes,no"}, "each other token leaves something out"


VALUES: dict[Key, tuple[str, ...]] = {
    Key.RULE: tuple({part for rule in RULES for part in rule if part}),
    Key.CAMERA: tuple(name for name, _, _ in CAMERAS.values()),
    Key.UNIT: UNITS,
    Key.CRITERION: ("TC17", "TC09", "TC15", "TC02"),
    Key.OFFICER: tuple(PEOPLE.values()),
    Key.CODE: ("AN-2026-000012", "AN-2026-999999"),
    Key.NUMBER: ("12/TB", "13/TB"),
    **{key: tuple(str(value) for value in known) for key, known in words.VALUES.items()},
    **dict.fromkeys(words.DATES, ("today", "yesterday", "7d", "2026-02", "2025", "2026-02-25")),
}


@st.composite
def terms(draw: st.DrawFn) -> Term:
    """One token, any of its values."""
    key = draw(st.sampled_from(list(Key)))
    values = draw(st.lists(st.sampled_from(VALUES[key]), min_size=1, max_size=3, unique=True))
    return Term(key=key, values=tuple(values), is_not=draw(st.booleans()))


free_words = st.builds(
    Word, text=st.sampled_from(["xe", "MẤT", "cho", "7", "%", "TB", "kho sau", "zz"]), is_not=st.booleans()
)
searches = st.builds(
    Search,
    terms=st.lists(terms(), max_size=4, unique_by=lambda term: (term.key, term.is_not)).map(tuple),
    words=st.lists(free_words, max_size=2).map(tuple),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=searches, limit=st.integers(1, 40))
def test_any_search_finds_exactly_what_python_finds(small: Register, search: Search, limit: int) -> None:
    assert found(small, search, limit) == small.expected(search)


@settings(max_examples=150, deadline=None)
@given(search=searches, limit=st.integers(1, 40), recent=st.integers(0, 89))
def test_how_many_of_the_newest_are_looked_through_first_changes_nothing(
    small: Register, search: Search, limit: int, recent: int
) -> None:
    with small.database.read() as session:
        asked = Reader(session=session, definitions=DEFINITIONS, now=NOON, zone=ZONE).read(search)
        rows = searching.newest(session, asked, limit, recent=recent)
        assert [row.code for row in rows] == small.expected(search)[:limit]


@settings(max_examples=100, deadline=None)
@given(search=searches)
def test_walks_find_all_that_a_condition_holds_on(small: Register, search: Search) -> None:
    with small.database.read() as session:
        asked = Reader(session=session, definitions=DEFINITIONS, now=NOON, zone=ZONE).read(search)
        for condition in asked.conditions:
            if condition.walks:
                holds = set(session.scalars(select(IncidentRow.id).where(condition.holds)))
                walked = {
                    id_ for walk in condition.walks for id_ in session.scalars(select(IncidentRow.id).where(walk.whole))
                }
                assert walked == holds


def test_pages_are_unmoved_by_what_arrives_meanwhile(small: Register, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'own.db'}")
    database.migrate()
    register = fill(database)
    search = parse("state:waiting -rule:fire")
    expected, codes, cursor = register.expected(search), list[str](), None
    for number in range(100):
        with database.read() as session:
            page = register.lists(session).page(search, cursor, 2)
        codes += [item.code for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
        with database.transaction() as session:
            session.add(
                IncidentRow(
                    code=f"AN-2027-{number:06d}",
                    site="hoa-thuan",
                    rule_kind="intrusion",
                    rule_name="kho-dem",
                    place="kho_sau",
                    severity="high",
                    mode="active",
                    status="actual",
                    state="new",
                    occurred_at=NOON + timedelta(minutes=number),
                    last_seen_at=NOON,
                    created_at=NOON,
                )
            )
    assert codes == expected
    database.close()


@pytest.mark.parametrize("text", ["camera:cong", "camera:khom4/kho-sau", "khóm:4", "ấp:ky", "officer:tran"])
def test_names_are_found_by_a_part_of_them(small: Register, text: str) -> None:
    wanted = {
        "camera:cong": "camera:cong-truong",
        "camera:khom4/kho-sau": "camera:kho-sau",
        "khóm:4": 'unit:"Khóm 4"',
        "ấp:ky": 'unit:"Ấp Kỳ La"',
        "officer:tran": "officer:tran.b",
    }[text]
    assert found(small, parse(text), 50) == small.expected(parse(wanted)) != []


@pytest.mark.parametrize(
    ("text", "cure"),
    [("camera:abc", "kho-sau"), ("unit:abc", "Khóm 4"), ("officer:abc", "tran.b"), ("criterion:TC99", "TC01")],
)
def test_a_name_that_nothing_has_is_refused_with_some_that_there_are(small: Register, text: str, cure: str) -> None:
    with small.database.read() as session, pytest.raises(InvalidError, match=cure):
        small.lists(session).page(parse(text))


def test_days_and_tallies_add_up_to_the_search(register: Register) -> None:
    search = parse("-state:dismissed")
    with register.database.read() as session:
        days = register.lists(session).days(search, NOON.date().replace(month=2, day=15))
        tallies = register.lists(session).tallies(search)
        late = register.lists(session).tallies(parse("-state:dismissed on:2026-02"))
    assert [day.day.day for day in days] == list(range(1, 29))
    for day in days:
        expected = register.expected(parse(f"-state:dismissed on:{day.day}"))
        waiting = register.expected(parse(f"state:waiting on:{day.day}"))
        counted = register.expected(parse(f"state:counted on:{day.day}"))
        assert (day.total, day.waiting, day.confirmed) == (len(expected), len(waiting), len(counted)), day.day
    assert sum(day.total for day in days) > 20
    for tally in tallies:
        key = f'unit:"{tally.name}"' if tally.kind == "unit" else f'camera:"#{tally.name}"'
        by_name = key if tally.kind == "unit" else f"camera:{CAMERAS[int(tally.name)][0]}"
        asked = parse(f"-state:dismissed {by_name}")
        recent = [row for row in register.rows if row.code in set(register.expected(asked))]
        assert tally.total == sum(row.occurred_at >= NOON - timedelta(days=30) for row in recent), tally
    assert {tally.kind for tally in late} == {"camera", "unit"}


def test_a_word_that_very_many_places_have_is_found_in_all_of_them(register: Register) -> None:
    with register.database.transaction() as session:
        rows = session.scalars(select(IncidentRow).order_by(IncidentRow.id)).all()
        for number, row in enumerate(rows):
            row.place_label = f"Vùng {number}" if number < 80 else ""
        expected = [row.code for row in sorted(rows[:80], key=lambda row: (row.occurred_at, row.id), reverse=True)]
    assert found(register, parse("vung"), 7) == expected
    assert sorted(found(register, parse("-vung"), 7)) == sorted(row.code for row in rows[80:])
    assert found(register, parse("vung trial"), 7) == []


def test_words_follow_whoever_writes_a_title_or_a_number(register: Register) -> None:
    with register.database.transaction() as session:
        row = session.get_one(IncidentRow, 1)
        row.title = "MẤT TRỘM"
        assert row.words == "mat trom\n" + row.official_number.lower()
        session.get_one(IncidentRow, 2).official_number = "Đ-7"
        two = session.get_one(IncidentRow, 3)
        two.title, two.official_number = "", ""
    with register.database.read() as session:
        for row in session.scalars(select(IncidentRow)):
            assert row.words == words_of(row.title, row.official_number)
        assert session.get_one(IncidentRow, 3).words == ""
    assert "AN-2026-000001" in found(register, parse('"mat trom"'), 7)
    assert found(register, parse("đ-7"), 7) == ["AN-2026-000002"]


def test_a_text_that_nfc_lengthens_beyond_its_column_is_cut() -> None:
    """U+FB2C becomes three letters."""
    assert len(words_of("\ufb2c" * 300, "")) == 400


@pytest.mark.parametrize(
    ("search", "walks", "why"),
    [
        ("no-such-word", "COVERING INDEX ix_incidents_worded", "every text that there is lies in a small index"),
        ("rule:fire -state:closed -mode:trial", "COVERING INDEX ix_incidents_kind", "no row is read to leave it out"),
        ("rule:fire", "COVERING INDEX ix_incidents_kind (rule_kind=?)", "in order of time already"),
        ("mode:trial -rule:fire -severity:low", "COVERING INDEX ix_incidents_trial", "what is on trial"),
        ('state:closed -severity:high -unit:"Khóm 4"', "COVERING INDEX ix_incidents_state", "so do all facets"),
        ("severity:high -state:closed -camera:cho", "COVERING INDEX ix_incidents_severity", ""),
        ("camera:cho -category:traffic", "COVERING INDEX ix_incidents_camera", ""),
        ('unit:"Khóm 14" -rule:fire', "COVERING INDEX ix_incidents_unit", ""),
        ("category:traffic -source:tip", "COVERING INDEX ix_incidents_category", ""),
        ("source:tip -mode:exercise", "COVERING INDEX ix_incidents_source", ""),
        ("officer:tran.b -severity:low", "COVERING INDEX ix_incidents_assigned", ""),
        ("overdue:yes -rule:fire", "COVERING INDEX ix_incidents_unhandled", "few have a deadline and no outcome"),
        ("mode:exercise", "INDEX ix_incidents_drill (status=?)", "drills are few"),
        ("-state:new", "INDEX ix_incidents_occurred_at", "no index knows what is not"),
    ],
)
def test_sqlite_finds_a_page_along_the_index_that_is_meant(small: Register, search: str, walks: str, why: str) -> None:
    plans = plans_of(small, lambda session: found_page(small, session, search))
    assert any(walks in plan and "ORDER BY" not in plan for plan in plans), (why, plans)


def test_counts_by_camera_read_only_the_days_that_are_asked_for(small: Register) -> None:
    plans = plans_of(small, lambda session: small.lists(session).tallies(parse("")))
    assert any("INDEX ix_incidents_occurred_at (occurred_at>?)" in plan for plan in plans), plans


def found_page(register: Register, session: Session, search: str) -> None:
    register.lists(session).page(parse(search), None, 30)


def plans_of(register: Register, ask: Callable[[Session], object]) -> list[str]:
    """How SQLite goes about each query on incidents of a question."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Connection, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        asked.append((statement, parameters))

    event.listen(register.database.engine, "before_cursor_execute", note)
    try:
        with register.database.read() as session:
            ask(session)
    finally:
        event.remove(register.database.engine, "before_cursor_execute", note)
    with register.database.engine.connect() as connection:
        return [
            "; ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
            for statement, parameters in asked
            if "FROM incidents" in statement
        ]
