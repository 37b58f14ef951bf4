"""A search as officers type it: its tokens in both languages, its faults with their cure, and any text at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.letters import plain
from server.search import Key, Search, Term, Word, completions, dates, parse, words
from server.search.words import fold
from server.ui import words as shown

TEXTS = [
    ("camera:kho-sau rule:intrusion", "rule:intrusion camera:kho-sau", "tokens in one order"),
    ('unit:"Khóm 4" status:confirmed', 'state:confirmed unit:"Khóm 4"', "quotes; status is an alias"),
    ("trạng thái:mới", "state:new", "a key of two words"),
    ("trang-thai:moi", "state:new", "without marks, with a hyphen"),
    ("Trạng Thái:ĐÃ-XÁC-NHẬN", "state:confirmed", "capitals"),
    ("luật:xâm-nhập", "rule:intrusion", "a rule by its Vietnamese name"),
    ('loai:"lấn chiếm vỉa hè"', "rule:pavement_encroachment", "quoted"),
    ("rule:kho-sau-dem", "rule:kho-sau-dem", "a rule of the ward's own"),
    ("khóm:4", "unit:4", "what a number means is decided by the units there are"),
    ("-rule:intrusion -xe", "-rule:intrusion -xe", "turned around"),
    ("state:new,claimed state:confirmed", "state:new,claimed,confirmed", "either"),
    ("before:1/3/2026 after:02.2026", "after:2026-02 before:2026-03-01", "dates as they are written here"),
    ("ngày:hôm-nay", "on:today", "today"),
    ("từ:7d", "after:7d", "days ago"),
    ("tiêu chí:tc17", "criterion:TC17", "capitals of a code"),
    ("mức:cao", "severity:high", "severity"),
    ("quá hạn:có", "overdue:yes", "yes"),
    ("số:12/TB", "number:12/TB", "an official number"),
    ("mã:an-2026-000412", "code:AN-2026-000412", "a code"),
    ("lúc 12:30 xe", 'lúc "12:30" xe', "a time is a word"),
    ('"mất xe"  máy', '"mất xe" máy', "a phrase"),
    ("- xe", '"-" xe', "a lone hyphen"),
    ("", "", "nothing"),
]

FAULTS = [
    ("foo:bar", "foo:bar", "foo"),
    ("state:", "state:", "state:confirmed"),
    ("state:maybe", "state:maybe", "confirmed"),
    ("on:31/2/2026", "on:31/2/2026", "2026-03-01"),
    ('xe "mất', '"mất', "quotation mark"),
    ("overdue:perhaps", "overdue:perhaps", "yes, no"),
    ("x" * 501, "xxxxxxxxxxxxxxxxxxxx…", "500"),
    (" ".join(f"w{n}" for n in range(41)), "…", "40"),
]


@pytest.mark.parametrize(("typed", "written", "reason"), TEXTS)
def test_a_search_is_read_and_written_in_one_way(typed: str, written: str, reason: str) -> None:
    search = parse(typed)
    assert (search.text(), search.faults) == (written, ()), reason
    assert parse(written) == search


@pytest.mark.parametrize(("typed", "at", "cure"), FAULTS)
def test_a_fault_names_the_token_and_the_cure(typed: str, at: str, cure: str) -> None:
    (fault,) = parse(typed).faults
    assert fault.at == at
    assert cure in fault.en
    assert fault.vi != fault.en


@given(
    st.text(max_size=60) | st.lists(st.sampled_from(['"', ":", ",", "-", "\\", " ", "state", "khóm", "a"])).map("".join)
)
@example("\u0130:x")
@example("-state:new -")
@example('""')
@example("e\u0302:x")
def test_reading_never_fails_and_what_is_written_is_read_again(text: str) -> None:
    search = parse(text)
    again = parse(search.text())
    assert again == Search(terms=search.terms, words=search.words)
    assert parse(again.text()) == again


def values(key: Key) -> st.SearchStrategy[str]:
    """Values that a key may have, as they are kept."""
    if key in words.VALUES:
        return st.sampled_from([str(value) for value in words.VALUES[key]])
    if key in words.DATES:
        return st.sampled_from(["today", "yesterday", "7d", "2026", "2026-03", "2026-03-01"])
    names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Z"]), min_size=1, max_size=8)
    return names.map(lambda name: parse(f'"{name}"').words[0].text if not set(name) & set('"\\') else "x").map(
        lambda name: name.upper() if key in {Key.CODE, Key.CRITERION} else words.RULES_BY_NAME.get(fold(name), name)
    )


@given(st.data())
def test_any_search_survives_being_written(data: st.DataObject) -> None:
    keys = data.draw(st.lists(st.tuples(st.sampled_from(list(Key)), st.booleans()), unique=True, max_size=6))
    keys.sort(key=lambda each: (tuple(Key).index(each[0]), each[1]))
    terms = tuple(
        Term(
            key=key, is_not=is_not, values=tuple(data.draw(st.lists(values(key), min_size=1, max_size=3, unique=True)))
        )
        for key, is_not in keys
    )
    search = Search(terms=terms, words=(Word(text='a "b\\ c', is_not=True),))
    again = parse(search.text())
    assert [(term.key, term.is_not) for term in again.terms] == [(term.key, term.is_not) for term in terms]
    assert parse(again.text()) == again
    assert again.words == search.words


@pytest.mark.parametrize(
    ("key", "table"),
    [
        (Key.STATE, shown.STATES),
        (Key.SOURCE, shown.SOURCES),
        (Key.CATEGORY, shown.CATEGORIES),
        (Key.SEVERITY, shown.SEVERITIES),
        (Key.MODE, shown.MODES),
        (Key.MODE, shown.STATUSES),
        (Key.RULE, shown.RULE_KINDS),
    ],
)
def test_what_the_pages_call_a_thing_finds_it(key: Key, table: dict[str, str]) -> None:
    for code, name in table.items():
        for written in (name, name.upper(), plain(name), name.replace(" ", "-").replace(",", "")):
            assert parse(f'{key}:"{written}"').text() == f"{key}:{code}", (code, written)


def test_letters_lose_their_marks_and_keep_their_places() -> None:
    text = "Đường Nguyễn Thị Minh Khai – ẤP Kỳ La İ"
    assert plain(text) == "duong nguyen thi minh khai – ap ky la i"[: len(text)]
    assert len(plain(text)) == len(text)
    assert fold("Khóm_ 4") == fold("khom-4") == "khom4"


@pytest.mark.parametrize(
    ("value", "start", "end"),
    [
        ("2026-03-02", "2026-03-01T17:00", "2026-03-02T17:00"),
        ("2026-12", "2026-11-30T17:00", "2026-12-31T17:00"),
        ("2026", "2025-12-31T17:00", "2026-12-31T17:00"),
        ("today", "2026-03-01T17:00", "2026-03-02T17:00"),
        ("7d", "2026-02-22T17:00", "2026-02-23T17:00"),
    ],
)
def test_a_date_spans_local_days(value: str, start: str, end: str) -> None:
    now = datetime(2026, 3, 2, 5, tzinfo=UTC)
    span = dates.span(value, ZoneInfo("Asia/Ho_Chi_Minh"), now)
    assert [f"{at:%Y-%m-%dT%H:%M}" for at in span] == [start, end]


def test_what_may_be_typed_next() -> None:
    names = {Key.UNIT: [("Khóm 4", ""), ("Ấp Kỳ La", "")], Key.CAMERA: [("kho-sau", "Kho sau")]}

    def offered(text: str) -> list[str]:
        return [each.text for each in completions(text, names)]

    assert offered("xe tr") == ["xe state:", "xe before:"], "trạng thái, trước"
    assert offered("unit:ky") == ['unit:"Ấp Kỳ La"']
    assert offered("-camera:KHO") == ["-camera:kho-sau"]
    assert offered("state:new,xac") == ["state:new,confirmed", "state:new,counted", "state:new,verifying"]
    assert offered("foo:x") == []
    assert len(offered("")) == 12
    assert [each.about for each in completions("mode:t", names)][:2] == ["chạy thử", "thử máy"]
