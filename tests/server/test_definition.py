"""criteria.yaml: the shipped 20, and what a mistake in it says."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.criteria.definition import DefinitionError, check, load
from server.criteria.period import Calendar
from tests.support.needs import ROOT

SHIPPED = ROOT / "configs" / "criteria.yaml"


def test_the_shipped_file_has_the_twenty_criteria_in_order() -> None:
    definitions = load(SHIPPED)
    assert [each.code for each in definitions.criteria] == [f"TC{number:02d}" for number in range(1, 21)]


@pytest.mark.parametrize(
    ("rule_kind", "rule_name", "codes"),
    [
        ("intrusion", "kho-sau-dem", ("TC09",)),
        ("loitering", "nha-tro", ("TC09", "TC12")),
        ("crowd", "cong-vien", ("TC09", "TC12")),
        ("fight", "cho", ("TC09",)),
        ("bike_theft", "bai-xe", ("TC09",)),
        ("wrong_way", "duong-mot-chieu", ("TC16",)),
        ("racing", "quoc-lo", ("TC16",)),
        ("speeding", "quoc-lo", ("TC16",)),
        ("illegal_parking", "cong-truong", ("TC16", "TC17")),
        ("road_encroachment", "cho", ("TC16", "TC17")),
        ("pavement_encroachment", "via-he", ("TC17",)),
        ("parked_motorbikes", "via-he", ("TC17",)),
        ("vending", "cho", ("TC17",)),
        ("person_lying", "hem", ()),
        ("line_crossing", "nguoc-chieu", ("TC16",)),
        ("static_object", "via-he", ("TC17",)),
        ("static_object", "rac-cho", ("TC18",)),
        ("static_object", "trac-nghiem", ("TC17",)),
        ("camera_offline", "camera-offline", ("TC03", "TC06")),
        ("camera_covered", "camera-covered", ("TC03", "TC06")),
        ("camera_clock_off", "camera-clock-off", ("TC06",)),
        ("object_left", "rac-cho", ("TC18",)),
        ("object_left", "quang-truong", ("TC18",)),
        ("fire", "chay", ("TC15",)),
        ("smoke", "khoi", ("TC15",)),
        ("unheard_of", "x", ()),
    ],
)
def test_each_rule_kind_of_today_bears_on_its_criteria(rule_kind: str, rule_name: str, codes: tuple[str, ...]) -> None:
    assert load(SHIPPED).bearing(rule_kind, rule_name) == codes


def test_crowds_on_camera_never_feed_the_criterion_on_gatherings() -> None:
    gatherings = load(SHIPPED).get("TC08")
    assert gatherings is not None
    assert gatherings.input == "manual"
    assert [(each.measure.entity, each.where) for each in gatherings.checks] == [("entry", ())]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("input: auto", "input: auto\n    colour: red", "TC17: colour: is no key of this file"),
        ("code: TC17", "code: TC16", "TC16: code: is given 2 times"),
        ("code: TC17", "code: TC17\n    code: TC17", "TC17: code: stands here twice"),
        ("code: TC17", "code: 17", "criterion 17: code:"),
        ("{rule_kind: [loitering, crowd]}", "{rule_kind: [Loitering!]}", "TC12: checks.0.where.rule_kind.0: "),
        ("{rule_kind: [loitering, crowd]}", "{}", "TC12: checks.0.where: names no incidents"),
        ("better: higher", "better: lower", "TC01: checks.0: at_most is better: lower"),
        ("camera_uptime: 0.8", "camera_uptime: 80", "TC09: checks.0.requires.camera_uptime:"),
        ("version: 1", "version: 2", "version:"),
        ("version: 1", "version: 1\nextra: 1", "extra: is no key of this file"),
        (
            "{entity: incident, aggregate: count, time",
            "{entity: incident, aggregate: uptime, time",
            "TC03: checks.2.measure: ",
        ),
        ("\ncriteria:", "\ncriteria: [", "is not YAML"),
        ("category: [fire]", "category: [fires]", "TC15: checks.0.where.1.category.0"),
        ("field: deaths, ", "", "TC15: checks.1.measure: field goes with aggregate: sum"),
        (
            "aggregate: value, unit: điểm",
            "aggregate: count, unit: điểm",
            "TC12: checks.1.measure: entry has no aggregate",
        ),
        ("entered: true", "entered: yes please", "TC09: checks.0.entered"),
    ],
)
def test_a_mistake_names_file_criterion_and_key(tmp_path: Path, old: str, new: str, expected: str) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    broken = tmp_path / "criteria.yaml"
    broken.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as refused:
        load(broken)
    assert str(refused.value).startswith(f"{broken}:")
    (told,) = [line for line in str(refused.value).splitlines() if expected in line]
    line = int(told.removeprefix(f"{broken}:").split(":")[0])
    changed = text[: text.index(old)].count("\n") + 1
    assert abs(line - changed) <= 9, "it says where to look"


HAND = {"rule_kind": "reported", "rule_name": "by_hand"}


@pytest.mark.parametrize(
    ("category", "source", "assisted", "codes"),
    [
        ("social_order", "official", False, ("TC09",)),
        ("social_order", "official", True, ("TC03", "TC09", "TC11")),
        ("social_order", "tip", False, ("TC09", "TC10")),
        ("fire", "official", False, ("TC15",)),
        ("traffic", "official", False, ("TC16",)),
        ("urban_order", "feedback", False, ("TC17",)),
        ("environment", "feedback", False, ("TC18",)),
        ("", "feedback", False, ()),
    ],
)
def test_what_is_entered_by_hand_bears_by_its_category_and_source(
    category: str, source: str, assisted: bool, codes: tuple[str, ...]
) -> None:
    assert load(SHIPPED).bearing(**HAND, category=category, source=source, camera_assisted=assisted) == codes


def test_an_intrusion_that_an_officer_gave_another_category_is_no_crime_against_social_order() -> None:
    assert load(SHIPPED).bearing("intrusion", "kho", "social_order") == ("TC03", "TC09", "TC11")
    assert load(SHIPPED).bearing("intrusion", "kho", "environment") == ("TC11",)


@pytest.mark.parametrize(
    "text", ["", "[]", "version: 1", "criteria: 3\nversion: 1", "a: b: c", "\t", "- " * 500, "x: !!python/name:os"]
)
def test_whatever_is_written_gives_faults_and_never_an_error(text: str) -> None:
    faults = check(text)
    assert isinstance(faults, tuple)
    assert all(fault.line >= 1 and fault.message for fault in faults)


def test_every_fault_is_told_at_once_in_the_order_of_its_line() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    text = text.replace("better: lower", "better: red", 2).replace("{mark: S", "{mark: X", 1)
    faults = check(text)
    assert isinstance(faults, tuple)
    assert [(fault.criterion, fault.key) for fault in faults] == [
        ("TC02", "better"),
        ("TC03", "basis.mark"),
        ("TC05", "better"),
    ]
    lines = text.splitlines()
    assert all(fault.key.split(".")[-1] in lines[fault.line - 1] for fault in faults)


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="can't be read"):
        load(tmp_path / "nowhere.yaml")


def test_a_criterion_applies_where_its_days_and_the_period_meet() -> None:
    definition = load(SHIPPED).criteria[0]
    months = Calendar(zone=ZoneInfo("Asia/Ho_Chi_Minh"))
    assert definition.applies(months.period("2026-M01"))
    assert not definition.applies(months.period("2023-M12"))
    assert definition.sha256() == load(SHIPPED).criteria[0].sha256()
    assert definition.sha256() != load(SHIPPED).criteria[1].sha256()
