"""The judge: what decides, what only warns, and what proves nothing."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.criteria.definition import Definition, load
from server.criteria.judge import Evidence, Result, Uptime, baseline, judge
from tests.support.needs import ROOT

CRITERIA: Final = load(ROOT / "configs" / "criteria.yaml")
DAY_S: Final = 86400.0
GOOD: Final = (Uptime(camera="Cổng chợ", share=0.97), Uptime(camera="Khóm 4", share=0.8))

PERFECT: Final = (Uptime(camera="A", share=1.0), Uptime(camera="B", share=1.0))


def criterion(code: str) -> Definition:
    found = CRITERIA.get(code)
    assert found is not None
    return found


PAVEMENT: Final = criterion("TC17")
CRIME: Final = criterion("TC09")
CRIME_AUTO: Final = CRIME.model_copy(update={"input": "auto"})
BETTER_TO_WORSE: Final[tuple[Result, ...]] = ("met", "unknown", "at_risk", "not_met")


@pytest.mark.parametrize(
    ("evidence", "state", "said", "why"),
    [
        (Evidence(elapsed_s=DAY_S, cameras=GOOD), "met", "mục tiêu không quá 0", "a zero that cameras prove"),
        (Evidence(elapsed_s=DAY_S), "unknown", "chưa có camera nào", "nobody looked"),
        (Evidence(elapsed_s=0, cameras=GOOD), "unknown", "kỳ chưa bắt đầu", "nothing has passed yet"),
        (
            Evidence(elapsed_s=DAY_S, cameras=(*PERFECT, Uptime(camera="Khóm 2", share=0.6149))),
            "unknown",
            "không đủ dữ liệu: camera Khóm 2 chỉ chạy 61,49% kỳ (cần 80%)",
            "one dead camera is enough whatever the mean, and it is named",
        ),
        (
            Evidence(elapsed_s=DAY_S, cameras=(Uptime(camera="Mới", share=0.5, began_late=True),)),
            "unknown",
            "do đưa vào dùng giữa kỳ",
            "a camera that came in mid-period did not see its beginning",
        ),
        (
            Evidence(elapsed_s=DAY_S, cameras=(Uptime(camera="Gần đủ", share=0.79999),)),
            "unknown",
            "79,99%",
            "a share that misses the limit is never rounded up to it",
        ),
        (
            Evidence(elapsed_s=DAY_S, confirmed=1, cameras=(Uptime(camera="Hỏng", share=0.1),)),
            "not_met",
            "xác minh 01 vụ",
            "what was confirmed stands whatever the uptime",
        ),
        (
            Evidence(elapsed_s=DAY_S, logged=3, cameras=GOOD),
            "at_risk",
            "sẽ vượt nếu các vụ máy ghi nhận được xác minh",
            "machine-logged ones only warn",
        ),
    ],
)
def test_a_criterion_with_target_zero(evidence: Evidence, state: Result, said: str, why: str) -> None:
    found = judge(PAVEMENT, evidence)
    assert found.state == state, why
    assert said in found.why_vi


@pytest.mark.parametrize(
    ("confirmed", "logged", "before", "state", "said"),
    [
        (5, 0, 7, "met", "giảm 02 vụ (-28,57%) so với cùng kỳ"),
        (7, 0, 7, "met", "không tăng, không giảm so với cùng kỳ"),
        (7, 1, 7, "at_risk", "sẽ vượt"),
        (2, 0, 0, "not_met", "tăng 02 vụ (kỳ trước 0) so với cùng kỳ"),
        (0, 0, None, "unknown", "chưa có số liệu cùng kỳ"),
        (9, 4, None, "unknown", "chưa có số liệu cùng kỳ"),
    ],
)
def test_a_criterion_against_last_year(
    confirmed: int, logged: int, before: int | None, state: Result, said: str
) -> None:
    found = judge(
        CRIME_AUTO, Evidence(elapsed_s=DAY_S, confirmed=confirmed, logged=logged, baseline=before, cameras=GOOD)
    )
    assert (found.state, found.value) == (state, confirmed)
    assert said in found.why_vi


def test_cameras_alone_never_meet_a_mixed_criterion_but_can_break_it() -> None:
    fine = judge(CRIME, Evidence(elapsed_s=DAY_S, confirmed=0, baseline=3, cameras=GOOD))
    assert (fine.state, "chờ cán bộ nhập" in fine.why_vi) == ("unknown", True)
    assert judge(CRIME, Evidence(elapsed_s=DAY_S, confirmed=4, baseline=3, cameras=GOOD)).state == "not_met"


def test_a_zero_is_unknown_while_no_camera_runs_a_rule_for_it() -> None:
    found = judge(criterion("TC18"), Evidence(elapsed_s=DAY_S, cameras=GOOD))
    assert (found.state, "chưa có camera nào chạy luật" in found.why_vi) == ("unknown", True)


@pytest.mark.parametrize("definition", [each for each in CRITERIA.criteria if each.measure.entity == "entry"])
def test_a_criterion_that_an_officer_enters_waits_for_the_entry(definition: Definition) -> None:
    found = judge(definition, Evidence(elapsed_s=DAY_S, cameras=GOOD))
    assert (found.state, found.why_vi, found.value) == ("unknown", "chờ cán bộ nhập", None)


def test_camera_criteria_show_uptime_and_inventory() -> None:
    up, inventory = criterion("TC03"), criterion("TC06")
    low = judge(up, Evidence(elapsed_s=DAY_S, cameras=(Uptime(camera="A", share=0.5),)))
    assert (low.state, low.value) == ("not_met", 50.0)
    assert judge(up, Evidence(elapsed_s=DAY_S, cameras=GOOD)).state == "unknown"
    assert judge(inventory, Evidence(elapsed_s=DAY_S, cameras=GOOD)).value == 2
    assert judge(inventory, Evidence(elapsed_s=DAY_S)).value == 0


def test_uptime_of_a_period_rests_on_cameras_that_were_in_service_when_it_began() -> None:
    uptime = criterion("TC03")
    new = Uptime(camera="B", share=0.01, began_late=True)
    assert judge(uptime, Evidence(elapsed_s=DAY_S, cameras=(new,))).state == "unknown"
    mixed = judge(uptime, Evidence(elapsed_s=DAY_S, cameras=(Uptime(camera="A", share=0.5), new)))
    assert (mixed.state, mixed.value) == ("not_met", 50.0)


def test_a_year_whose_cameras_were_dead_is_no_yardstick() -> None:
    assert baseline(CRIME, Evidence(elapsed_s=DAY_S, confirmed=2, cameras=GOOD), None) == 2
    assert baseline(CRIME, Evidence(elapsed_s=DAY_S, confirmed=2), None) is None
    dead = Evidence(elapsed_s=DAY_S, confirmed=2, cameras=(Uptime(camera="A", share=0.3),))
    assert baseline(CRIME, dead, None) is None
    assert baseline(CRIME, dead, 6) == 6


shares = st.floats(0.0, 1.0)
cameras = st.lists(st.builds(Uptime, camera=st.sampled_from("ABCDE"), share=shares), max_size=5).map(tuple)
evidences = st.builds(
    Evidence,
    elapsed_s=st.sampled_from([0.0, 3600.0, 30 * DAY_S]),
    confirmed=st.integers(0, 4),
    logged=st.integers(0, 4),
    baseline=st.none() | st.integers(0, 4),
    cameras=cameras,
)
counted = st.sampled_from([PAVEMENT, CRIME, CRIME_AUTO, criterion("TC12"), criterion("TC16"), criterion("TC18")])


def rank(state: Result) -> int:
    return BETTER_TO_WORSE.index(state)


@given(counted, evidences, st.integers(0, 4), shares)
def test_lower_uptime_never_improves_a_lower_is_better_criterion(
    definition: Definition, evidence: Evidence, which: int, factor: float
) -> None:
    worse = tuple(
        replace(camera, share=camera.share * factor) if number == which else camera
        for number, camera in enumerate(evidence.cameras)
    )
    before, after = judge(definition, evidence), judge(definition, replace(evidence, cameras=worse))
    assert rank(after.state) >= rank(before.state)


@given(counted, evidences)
def test_one_more_confirmed_incident_never_improves_it(definition: Definition, evidence: Evidence) -> None:
    more = replace(evidence, confirmed=evidence.confirmed + 1)
    assert rank(judge(definition, more).state) >= rank(judge(definition, evidence).state)


@given(counted, evidences)
def test_met_rests_on_cameras_that_were_all_up_long_enough(definition: Definition, evidence: Evidence) -> None:
    if judge(definition, evidence).state == "met":
        assert evidence.cameras
        assert all(camera.share >= 0.8 for camera in evidence.cameras)


@given(counted, evidences)
def test_machine_logged_incidents_alone_never_break_a_criterion(definition: Definition, evidence: Evidence) -> None:
    alone = judge(definition, replace(evidence, confirmed=0))
    if alone.state == "not_met":
        assert evidence.baseline is not None
        assert evidence.baseline < 0


@given(counted, evidences)
def test_every_judgement_says_why_in_both_languages(definition: Definition, evidence: Evidence) -> None:
    found = judge(definition, evidence)
    assert found.why_vi
    assert found.why_en
