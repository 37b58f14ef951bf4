"""Every fault of criteria says itself in Vietnamese and in English, whatever somebody wrote."""

import re
from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from server.criteria.definition import Definitions, check
from server.criteria.faults import Fault, Parsed, parse
from server.criteria.faultwords import OTHER, SENTENCES, SHAPES, words_of
from tests.support.needs import ROOT

FILE = (ROOT / "configs" / "criteria.yaml").read_text(encoding="utf-8")
BASE = """version: 1
criteria:
  - code: TC01
    name: {vi: Đột nhập, en: Intrusions}
    target: {vi: không quá, en: at most}
    basis: {mark: P, note: thử}
    legal_basis: ""
    input: auto
    measure: {entity: incident, aggregate: count, time: occurred_at, unit: vụ}
    where: {rule_kind: [intrusion]}
    compare: {against: target, rule: at_most, target: 1}
    better: lower
    requires: {camera_uptime: 0.1, rule_in_service: true}
    effective: {from: 2026-01-01}
  - code: TC02
    name: {vi: Mô hình, en: Models}
    target: {vi: từ, en: from}
    basis: {mark: P, note: thử}
    legal_basis: ""
    input: manual
    checks:
      - {key: a, name: {vi: Một, en: One}, measure: {entity: entry, aggregate: value}}
      - key: b
        name: {vi: Hai, en: Two}
        measure: {entity: entry, aggregate: sum}
        compare: {against: target, rule: at_least, target: 2}
        better: higher
    effective: {from: 2026-01-01}
    baselines: {2025-Y: 7}
"""
LAST_YEAR = "compare: {against: same_period_last_year, rule: at_most"
TARGET = "compare: {against: target, rule: at_most, target: 1}"
WHERE = "    where: {rule_kind: [intrusion]}\n"
COMPARES = f"    {TARGET}\n    better: lower\n"
REQUIRES = "    requires: {camera_uptime: 0.1, rule_in_service: true}\n"
MEASURE = "{entity: incident, aggregate: count, time: occurred_at, unit: vụ}"
SUM = "measure: {entity: entry, aggregate: sum}"
SHARE = "{entity: incident, aggregate: share_handled, time: occurred_at}"
UPTIME = "{entity: camera, aggregate: uptime}"

OURS = [
    ("has no aggregate", "aggregate: count", "aggregate: uptime", "incident không có aggregate uptime; hãy dùng count"),
    ("time: occurred_at goes", ", time: occurred_at", "", "time: occurred_at phải có khi entity: incident"),
    ("field goes with", "aggregate: count", "aggregate: sum", "field phải có khi"),
    ("names no incidents", "{rule_kind: [intrusion]}", "{}", "chưa nêu vụ việc nào"),
    ("rule_name and but_not", "{rule_kind: [intrusion]}", "{source: [tip], but_not: [a]}", "phải đi cùng rule_kind"),
    ("target goes with", "rule: at_most, target: 1", "rule: at_most", "target phải có khi against: target"),
    ("small_base goes", "target: 1}", "target: 1, small_base: {below: 5, allow: 1}}", "small_base chỉ dùng khi"),
    ("to lies before from", "{from: 2026-01-01}", "{from: 2026-01-01, to: 2025-01-01}", "to phải sau from"),
    ("entity: incident needs where", WHERE, "", "entity: incident cần có where"),
    ("where goes with", SUM, f"{SUM}\n        where: {{source: [tip]}}", "where chỉ dùng với"),
    (
        "requires goes with",
        SUM,
        f"{SUM}\n        requires: {{camera_uptime: 1, rule_in_service: true}}",
        "requires chỉ dùng với",
    ),
    ("compare and better go", "    better: lower\n", "", "compare và better phải đi cùng nhau"),
    ("entered goes with", SUM, f"{SUM}\n        entered: true", "entered chỉ dùng với"),
    ("at_most is better: lower", "better: lower", "better: higher", "at_most đi với better: lower"),
    (
        "compares incidents or entries",
        f"{MEASURE}\n{WHERE}{COMPARES}{REQUIRES}",
        f"{UPTIME}\n    {LAST_YEAR}}}\n    better: lower\n",
        "chỉ so sánh vụ việc (incident)",
    ),
    ("counted against a ward", MEASURE, SHARE, "càng ít càng tốt"),
    (
        "compares counts and sums",
        f"{MEASURE}\n{WHERE}    {TARGET}",
        f"{{entity: incident, aggregate: standing, time: occurred_at}}\n{WHERE}    {LAST_YEAR}}}",
        "chỉ so sánh aggregate: count hoặc sum",
    ),
    ("what cameras see needs", REQUIRES, "", "số camera ghi nhận cần có requires"),
    ("each has a key of its own", "- key: b", "- key: a", "mỗi mục phải có key riêng"),
    ("each has a name", "        name: {vi: Hai, en: Two}\n", "", "mỗi mục phải có name"),
    ("nothing here decides", COMPARES, "", "chưa có gì quyết định kết quả"),
    ("input: manual measures", "input: auto", "input: manual", "input: manual chỉ dùng với"),
    ("input: auto measures", "input: manual", "input: auto", "cán bộ không nhập gì"),
    ("input: mixed needs", "input: auto", "input: mixed", "input: mixed cần ít nhất"),
]
OF_THE_TEXT = [
    ("is given 2 times", "code: TC02", "code: TC01", "dùng đến 2 lần"),
    ("stands here twice", "code: TC02", "code: TC02\n    code: TC02", "ghi hai lần ở đây"),
    ("is not YAML: ", "version: 1", "version: 1: 2", "không đúng cách viết YAML: mapping values are not allowed"),
    ("is not YAML: ", "version: 1", "version: !%ff 1", "không đúng cách viết YAML: "),
    ("is no list of criteria", BASE, "[]", "không phải bộ tiêu chí"),
    ("is no list of criteria", BASE, "", "không phải bộ tiêu chí"),
    ("*a: write out", "version: 1", "version: &a 1\nb: *a", "*a: hãy ghi đầy đủ"),
    ("more than 32 parts", "code: TC02", f"code: {'[' * 40}{']' * 40}", "hơn 32 lớp lồng nhau"),
    ("is no date or number that there is", "{from: 2026-01-01}", "{from: 2026-02-30}", "không có ngày hay số như vậy"),
    ("is no date or number that there is", "target: 1}", f"target: {'9' * 5_000}}}", "không có ngày hay số như vậy"),
    ("is no date or number that there is", "target: 1}", f"target: {'1:' * 200}0.5}}", "không có ngày hay số như vậy"),
    ("is no date or number that there is", "service: true", "service: !!bool x", "không có ngày hay số như vậy"),
    ("is no date or number that there is", "target: 1}", 'target: !!int ""}', "không có ngày hay số như vậy"),
    ("is no date or number that there is", "{from: 2026-01-01}", "{from: !!timestamp x}", "không có ngày hay số"),
]
A_YEAR = "{2025-Y: 7}"
SMALL = f"{LAST_YEAR}, small_base: {{below: %s, allow: 1}}}}"
FROM = "from: 2026-01-01"
PYDANTIC = [
    ("missing", "    input: auto\n", "", "còn thiếu"),
    ("extra_forbidden", "input: auto", "input: auto\n    colour: red", "không phải từ khoá"),
    ("invalid_key", "mark: P", "mark: P, 1: x", "từ khoá phải bắt đầu bằng chữ"),
    ("model_type", "basis: {mark: P, note: thử}", "basis: P", "cần là một nhóm"),
    ("dict_type", A_YEAR, "7", "cần là một nhóm"),
    ("tuple_type", "[intrusion]", "intrusion", "cần là một danh sách"),
    ("too_short", BASE[BASE.index("  - code") :], "  []\n", "ít nhất 1 mục"),
    (
        "too_long",
        "    checks:\n",
        "    checks:\n" + "      - {key: a, measure: {entity: entry, aggregate: value}}\n" * 7,
        "8 mục",
    ),
    ("literal_error", "input: auto", "input: magic", "chỉ được ghi 'auto', 'mixed' hoặc 'manual'"),
    ("enum", "{rule_kind: [intrusion]}", "{source: [x]}", "chỉ được ghi 'camera', 'tip', "),
    ("string_type", "vi: Đột nhập", "vi: 113", "cần là chữ"),
    ("string_unicode", "vi: Đột nhập", "vi: !!binary /w==", "ký tự không đọc được"),
    ("string_too_short", "vi: Đột nhập", 'vi: ""', "không được để trống, cần ít nhất 1 ký tự"),
    ("string_too_long", "vi: Đột nhập", f"vi: {'a' * 401}", "dài quá 400 ký tự"),
    ("bool_type", "rule_in_service: true", "rule_in_service: [true]", "cần là true (có) hoặc false (không)"),
    ("bool_parsing", "rule_in_service: true", "rule_in_service: có", "cần là true (có) hoặc false (không)"),
    ("int_type", TARGET, SMALL % "[1]", "cần là một số nguyên"),
    ("int_parsing", TARGET, SMALL % "ít", "cần là một số nguyên"),
    ("int_parsing_size", TARGET, SMALL % f"'{'9' * 5_000}'", "là số quá lớn"),
    ("int_from_float", TARGET, SMALL % "1.5", "cần là một số nguyên"),
    ("float_type", "target: 1}", "target: [1]}", "cần là một số; phần thập phân viết sau dấu chấm"),
    ("float_parsing", "target: 1}", 'target: "0,8"}', "phần thập phân viết sau dấu chấm, ví dụ 0.8"),
    ("finite_number", "target: 1}", "target: .inf}", "một số hữu hạn"),
    ("finite_number", A_YEAR, "{2025-Y: .nan}", "một số hữu hạn"),
    ("greater_than", "camera_uptime: 0.1", "camera_uptime: 0", "phải lớn hơn 0"),
    ("greater_than_equal", TARGET, SMALL % "0", "không được nhỏ hơn 1"),
    ("less_than_equal", "camera_uptime: 0.1", "camera_uptime: 80", "không được lớn hơn 1"),
    ("date_type", FROM, "from: [2026]", "năm-tháng-ngày, ví dụ 2026-01-31"),
    ("date_from_datetime_parsing", FROM, "from: 01/01/2026", "năm-tháng-ngày, ví dụ 2026-01-31"),
    ("date_from_datetime_inexact", FROM, f"{FROM} 08:30:00", "không kèm giờ"),
    ("string_pattern_mismatch", "code: TC01", "code: TC1", "TC và hai chữ số"),
    ("string_pattern_mismatch", "key: b", "key: B1", "bắt đầu bằng chữ, dài nhất 32 ký tự"),
    ("string_pattern_mismatch", "[intrusion]", "[Đột nhập]", "bắt đầu bằng chữ hoặc số, dài nhất 64 ký tự"),
    ("string_pattern_mismatch", "[intrusion]", "[intrusion], but_not: [Rác]", "các dấu _ - * ?"),
]
VIETNAMESE = re.compile(r"[^\x00-\x7f]")


def told(text: str) -> tuple[Fault, ...]:
    """The text's faults, of which each is bilingual."""
    found = check(text)
    if isinstance(found, Definitions):
        assert [each.sha256() for each in found.criteria], "what has no fault can be counted by"
        return ()
    for fault in found:
        assert fault.line >= 1
        assert fault.message
        assert VIETNAMESE.search(fault.message_vi), fault
        assert OTHER not in fault.message_vi, fault
        if not fault.message_vi.startswith("không đúng cách viết YAML: "):
            assert not re.search(r"Input|should| or |[{}]", fault.message_vi), fault
        assert fault.criterion_vi == fault.criterion.replace("criterion ", "tiêu chí ")
    return found


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new, 1)


def test_what_the_examples_start_from_has_no_fault() -> None:
    assert told(BASE) == ()


@pytest.mark.parametrize(("en", "old", "new", "vi"), [*OURS, *OF_THE_TEXT])
def test_each_of_our_messages_is_said_in_both_languages(en: str, old: str, new: str, vi: str) -> None:
    faults = told(changed(old, new))
    assert [fault for fault in faults if en in fault.message and vi in fault.message_vi], faults


def test_none_of_our_validators_messages_is_left_out_here() -> None:
    folder = ROOT / "server" / "criteria"
    sources = [(folder / name).read_text(encoding="utf-8") for name in ("vocabulary.py", "definition.py")]
    assert sum(source.count("raise mistake(") for source in sources) == len(OURS)
    assert not [source for source in sources if re.search(r"raise (ValueError|AssertionError)|\bassert ", source)]


@pytest.mark.parametrize(("kind", "old", "new", "vi"), PYDANTIC)
def test_each_type_of_pydantics_errors_has_its_sentence(kind: str, old: str, new: str, vi: str) -> None:
    text = changed(old, new)
    faults = told(text)
    assert [fault for fault in faults if vi in fault.message_vi], faults
    parsed = parse(text)
    assert isinstance(parsed, Parsed)
    with pytest.raises(ValidationError) as refused:
        Definitions.model_validate(parsed.raw)
    assert kind in {each["type"] for each in refused.value.errors()}


def test_no_sentence_of_the_table_is_left_out_here() -> None:
    assert {kind for kind, *_rest in PYDANTIC} == {*SENTENCES, "string_pattern_mismatch"}
    patterns = set(
        re.findall(r'"pattern": "((?:[^"\\]|\\.)*)"', str(Definitions.model_json_schema()).replace("'", '"'))
    )
    assert {pattern.replace(r"\\", "\\") for pattern in patterns} == set(SHAPES)


def test_a_type_of_error_of_a_later_pydantic_still_speaks_vietnamese() -> None:
    assert words_of({"type": "unheard_of", "msg": "Input should be new"}) == (OTHER, "Input should be new")


def test_a_day_that_there_is_not_leads_to_its_line() -> None:
    (fault,) = told(FILE.replace("from: 2023-12-15", "from: 2026-02-30", 1))
    assert "2026-02-30" in FILE.replace("from: 2023-12-15", "from: 2026-02-30", 1).splitlines()[fault.line - 1]
    assert (fault.criterion, fault.key) == ("TC01", "from")


def test_a_criterion_without_a_code_is_named_by_its_place_in_both_languages() -> None:
    (fault,) = told(changed("code: TC02", "code: 2"))
    assert str(fault).startswith("15: criterion 2: code: Input should be")
    assert fault.text("vi").startswith("15: tiêu chí 2: code: cần là chữ")


JUNK: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.dates(),
    st.datetimes(),
    st.binary(max_size=3),
    st.sampled_from([10**400, "9" * 5_000, "x" * 500, "2026-13-45", "0,8", "1e999", date(9999, 12, 31)]),
    st.sampled_from([[], {}, [1], ["x"] * 9, [[]], {"x": 1}, {1: 2}, {None: 1}, {date(2025, 1, 1): 2}, {"a", "b"}]),
)
RAW = yaml.safe_load(FILE)


def paths(node: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every part of the criteria."""
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(deeper for name, part in pairs for deeper in paths(part, (*path, name)))]


def replaced(node: Any, path: tuple[Any, ...], part: object) -> Any:
    """The node with another part, itself unchanged."""
    if not path:
        return part
    copy = dict(node) if isinstance(node, dict) else list(node)
    copy[path[0]] = replaced(node.get(path[0]) if isinstance(node, dict) else node[path[0]], path[1:], part)
    return copy


@settings(max_examples=100, deadline=None)
@given(path=st.sampled_from(paths(RAW)), part=JUNK, extra=st.sampled_from(["", "colour", 7, "to", "small_base"]))
def test_any_other_value_anywhere_in_the_shipped_file(path: tuple[Any, ...], part: Any, extra: Any) -> None:
    """With ``extra`` as one more key beside it, else in its place."""
    where = (*path[:-1], extra) if extra and path and isinstance(path[-1], str) else path
    broken = yaml.dump(replaced(RAW, where, part), Dumper=plain_dumper(), allow_unicode=True, sort_keys=False)
    told(broken)


def plain_dumper() -> type[yaml.SafeDumper]:
    """One that writes no references: they would be the only fault that is found."""

    return type(
        "Plain", (getattr(yaml, "CSafeDumper", yaml.SafeDumper),), {"ignore_aliases": lambda _self, _data: True}
    )


LINES = FILE.splitlines()
FIRST = LINES.index("version: 1")
TORN = st.sampled_from(
    ["", "x", "- ", ": ", "  ", "\t", "{", "]", '"', "'", "*a", "&a ", "!!int ", "!!bool ", "!x ", "!%ff "]
)


@settings(max_examples=100, deadline=None)
@given(line=st.integers(FIRST, len(LINES) - 1), at=st.integers(0, 60), cut=st.integers(0, 20), torn=TORN)
def test_any_slip_of_the_hand_in_a_line_of_the_shipped_file(line: int, at: int, cut: int, torn: str) -> None:
    slipped = LINES[line][:at] + torn + LINES[line][at + cut :]
    told("\n".join([*LINES[FIRST:line], slipped, *LINES[line + 1 :]]))


@settings(max_examples=100, deadline=None)
@given(
    value=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    tag=st.sampled_from(
        ["", "!!int ", "!!float ", "!!timestamp ", "!!bool ", "!!null ", "!!binary ", "!!set ", "!!omap "]
    ),
)
def test_any_scalar_of_any_tag(value: str, tag: str) -> None:
    told(changed("target: 1}", f"target: {tag}{value}}}"))
    told(changed(FROM, f"from: {tag}{value}"))
