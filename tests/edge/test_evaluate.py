"""The scorers: small cases reckoned by hand, and the ground truth of real footage scored against itself."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import pytest
from typer.testing import CliRunner

from edge.defaults import default_camera
from edge.evaluate import mot
from edge.evaluate.command import evaluate_app
from edge.evaluate.events import score_events, true_entries
from edge.evaluate.given import due
from edge.evaluate.matching import Score, score
from edge.evaluate.reference import Hold, alarms, alarms_each, crossings, crowding, dwelling, stays
from edge.evaluate.sight import Look, Sight
from edge.evaluate.tracking import observed, score_tracking
from edge.evaluate.walk import Walked, walk
from edge.evaluate.zone_entries import entries, references, score_entries
from edge.settings import RuleSettings
from tests.support.coded import a_video
from tests.support.walk import Eye, detections

PETS, ADL = "pets2009_s2l1_vtest_480x360", "mot15_adl-rundle-6"
SQUARE = ((100.0, 0.0), (200.0, 0.0), (200.0, 100.0), (100.0, 100.0))
FPS = 10


def person(x: float, y: float = 50.0, *, number: int = 1, is_seen: bool = True) -> Sight:
    """Somebody whose foot is there, 10 wide and 20 tall."""
    return Sight(id=number, box=(x - 5, y - 20, x + 5, y), is_seen=is_seen)


def film(xs: Sequence[float | None]) -> list[Look]:
    """One person's foot along x, ten frames a second; None: not seen."""
    return [Look(at_s=n / FPS, people=() if x is None else (person(x),)) for n, x in enumerate(xs)]


def test_each_prediction_takes_the_nearest_reference_once_and_the_delay_is_the_median() -> None:
    found = score([1.0, 1.2, 5.0, 9.0], [1.1, 4.2, 7.9])
    assert (found.found, found.wanted, found.matched) == (4, 3, 2)
    assert found.delays_s == pytest.approx((-0.1, 0.8))
    assert found.precision == 0.5
    assert found.recall == pytest.approx(2 / 3)
    assert found.f1 == pytest.approx(4 / 7)
    assert found.delay_s == pytest.approx(0.35)


def test_what_was_neither_due_nor_found_has_no_rate() -> None:
    nothing = Score(found=0, wanted=0)
    assert (nothing.precision, nothing.recall, nothing.f1, nothing.delay_s) == (None, None, None, None)
    assert Score(found=2, wanted=0).f1 == 0.0


def test_an_entry_needs_an_observed_outside_and_three_tenths_inside() -> None:
    assert entries(film([50, 50, 150, 150, 150, 150]), SQUARE) == [0.2]
    assert entries(film([150] * 8), SQUARE) == [], "inside from the start"
    assert entries(film([50, 50, 150, 150, 150, 50, 50]), SQUARE) == [], "0.2 s inside"


def test_an_outside_that_was_only_predicted_is_no_entry() -> None:
    guessed = [Look(at_s=n / FPS, people=(person(50 if n < 2 else 150, is_seen=n >= 2),)) for n in range(8)]
    assert entries(guessed, SQUARE) == []


def test_a_return_within_half_a_second_is_the_same_stay() -> None:
    inside, out = [150.0] * 5, [50.0]
    assert entries(film(out + inside + out * 4 + inside), SQUARE) == [0.1]
    assert entries(film(out + inside + out * 6 + inside), SQUARE) == [0.1, 1.2]


def test_stays_bridge_five_frames_and_last_three() -> None:
    found = stays(film([50, 150, 150, *[None] * 5, 150, 50, 50, 50, 50, 50, 50, 150, 150, 50]), SQUARE)
    assert [(stay.first, stay.last, stay.is_from_start) for stay in found] == [(2, 9, False)]
    assert stays(film([150, 150, 150]), SQUARE)[0].is_from_start


def test_a_crossing_has_a_direction_and_trembling_on_the_line_is_one_or_none() -> None:
    # Looking along the line one looks down the picture: its right side is the picture's left half.
    a, b = (100.0, 0.0), (100.0, 100.0)
    assert [(one.at_s, one.direction) for one in crossings(film([80, 90, 110, 120]), a, b)] == [(0.2, "backward")]
    assert [one.direction for one in crossings(film([120, 90, 110, 90]), a, b)] == ["forward"]
    assert crossings(film([80, 110, 90]), a, b) == []
    beyond = [Look(at_s=n / FPS, people=(person(x, 150.0),)) for n, x in enumerate((80.0, 120.0))]
    assert crossings(beyond, a, b) == [], "past the segment's end"


def test_a_dwell_is_due_when_it_has_lasted() -> None:
    (hold,) = dwelling(film([50, *[150.0] * 21, 50]), SQUARE, 1.0, 5)
    assert (hold.begin_s, hold.end_s) == pytest.approx((1.1, 2.1))
    assert dwelling(film([50, *[150.0] * 9, 50]), SQUARE, 1.0, 5) == []


def together(*counts: int) -> list[Look]:
    """For a second each: so many people in a row in the square, 12 pixels (about a metre) apart."""
    return [
        Look(at_s=n / FPS, people=tuple(person(105 + 12 * k, number=k + 1) for k in range(counts[n // FPS])))
        for n in range(len(counts) * FPS)
    ]


def test_a_crowd_is_due_when_so_many_have_stood_together_for_its_seconds() -> None:
    def due(looks: list[Look], at_least: int = 4, radius_m: float = 1.5) -> list[tuple[float, float]]:
        holds = crowding(looks, SQUARE, at_least, radius_m, dwell_s=2.0, grace_s=1.5)
        return [(round(one.begin_s, 1), round(one.end_s, 1)) for one in holds]

    assert due(together(1, 4, 4, 5, 4, 1)) == [(3.0, 4.9)]
    assert due(together(1, 3, 3, 3, 3, 1)) == [], "three"
    assert due(together(4, 4, 4), radius_m=0.5) == [], "each by himself"
    assert due(together(4, 4, 2, 4, 4)) == [(2.0, 4.9)], "a gap within the grace"
    assert due(together(4, 4, 1, 1, 4, 4)) == [], "a longer one"
    assert due(together(4, 4, 4), at_least=9) == []


def test_one_who_passes_a_line_does_not_silence_the_next() -> None:
    pair = [
        Hold(subject=1, begin_s=0, end_s=0),
        Hold(subject=2, begin_s=9, end_s=9),
        Hold(subject=1, begin_s=12, end_s=12),
    ]
    assert alarms_each(pair, close_s=1, cool_s=30) == [0, 9]


def test_an_event_takes_what_follows_soon_and_a_closed_one_silences_its_place() -> None:
    def place(*spans: tuple[float, float]) -> list[Hold]:
        return [Hold(subject=None, begin_s=begin, end_s=end) for begin, end in spans]

    assert alarms(place((0, 5), (8, 9), (20, 21)), close_s=5, cool_s=0) == [0, 20]
    assert alarms(place((0, 5), (12, 13), (14, 30)), close_s=5, cool_s=10) == [0, 20], "due as soon as it may speak"
    two = [Hold(subject=1, begin_s=0, end_s=5), Hold(subject=2, begin_s=1, end_s=5)]
    assert alarms(two, close_s=5, cool_s=60) == [0, 1], "each subject its own event"


def test_tracks_that_are_the_truth_score_one_and_a_switch_is_counted() -> None:
    truth = {n: (person(100.0 + n), person(300.0 + n, number=2)) for n in range(1, 11)}
    same = score_tracking(truth, list(truth.values()))
    assert (same.mota, same.idf1, same.id_switches, same.truth_ids) == (1.0, 1.0, 0, 2)
    assert same.hota == pytest.approx(1.0)

    # The second half of the second person goes by another number: 15 of 20 boxes keep their identity.
    switched = [
        (one, Sight(id=9, box=two.box) if frame > 5 else two) for frame, (one, two) in enumerate(truth.values(), 1)
    ]
    found = score_tracking(truth, switched)
    assert found.id_switches == 1
    assert found.mota == pytest.approx(1 - 1 / 20)
    assert found.idf1 == pytest.approx(15 / 20)


def test_a_box_that_is_missed_and_one_that_is_nobody_cost_mota_alike() -> None:
    truth = {n: (person(100.0),) for n in range(1, 11)}
    found = [() if n == 1 else (person(100.0),) if n > 2 else (person(100.0), person(400.0, number=2)) for n in truth]
    assert score_tracking(truth, found).mota == pytest.approx(1 - 2 / 10)


def test_a_guess_about_who_was_missed_is_not_scored() -> None:
    def look(n: int, *people: Sight) -> Look:
        return Look(at_s=n / FPS, people=people)

    one, two = person(100.0), person(300.0, number=2)
    carried = [person(100.0, is_seen=False), person(300.0, number=2, is_seen=False)]
    looks = [look(0, one, two), look(1, *carried), look(2, one, carried[1])]
    assert [[sight.id for sight in frame] for frame in observed(looks)] == [[1, 2], [1, 2], [1]]


def test_a_line_of_truth_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gt.txt"
    file.write_text("1,1,10,10,5,5,1\n2,1,ten,10,5,5,1\n")
    with pytest.raises(mot.TruthError, match=r"gt\.txt, line 2"):
        mot.read(file)
    file.write_text("1,1,10,10,5,5,0\n")
    with pytest.raises(mot.TruthError, match="no box"):
        mot.read(file)


def test_a_rule_that_the_truth_cannot_judge_says_so() -> None:
    camera = default_camera("kho", "x.mp4").model_copy(
        update={"rules": (RuleSettings(name="xe", kind="intrusion", zone="whole", classes=("car",)),)}
    )
    walked = Walked(size=(400, 100), looks=film([50.0] * 20))
    entry, rule = score_events(camera, {1: (person(50.0),)}, walked)
    assert entry.score == Score(found=0, wanted=0)
    assert rule.score is None
    assert "only people" in rule.note


def test_each_rule_is_asked_what_the_true_boxes_say_was_due(tmp_path: Path) -> None:
    """Somebody walks to the middle in 1 s, stays for 3 s and goes on: one entry, one crossing, one loiterer."""
    video = a_video(tmp_path / "film.mp4", seconds=5)
    with av.open(str(video)) as container:
        width, height = container.streams.video[0].width, container.streams.video[0].height
    xs = [0.1 + 0.04 * min(n, 10) + 0.04 * max(0, n - 40) for n in range(50)]
    truth, config = tmp_path / "gt.txt", tmp_path / "edge.yaml"
    truth.write_text(
        "\n".join(f"{n},1,{x * width - 5},{height / 2 - 20},10,20,1,-1,-1,-1" for n, x in enumerate(xs, start=1))
    )
    config.write_text("""
site: a
edge: b
cameras:
  - name: kho
    source: film.mp4
    zones: {middle: {points: [[0.4, 0], [0.6, 0], [0.6, 1], [0.4, 1]]}}
    lines: {exit: {a: [0.7, 0], b: [0.7, 1]}}
    rules:
      - {name: two, kind: loitering, zone: middle, dwell_s: 2}
      - {name: ten, kind: loitering, zone: middle, dwell_s: 10}
      - {name: somebody, kind: intrusion, zone: middle, dwell_s: 1}
      - {name: out, kind: line_crossing, line: exit, direction: backward}
      - {name: back, kind: line_crossing, line: exit, direction: forward}
      - {name: goods, kind: static_object, zone: middle}
""")
    arguments = ["events", str(video), "--truth", str(truth), "--config", str(config), "--model", "builtin", "--json"]
    done = CliRunner().invoke(evaluate_app, arguments)
    assert done.exit_code == 0, done.output
    rows = {row["name"]: row for row in json.loads(done.stdout)["rows"]}
    wanted = {name: row["wanted"] for name, row in rows.items() if "wanted" in row}
    assert wanted == {"middle": 1, "two": 1, "ten": 0, "somebody": 1, "out": 1, "back": 0}
    assert "static_object" in rows["goods"]["note"]


@pytest.mark.data
@pytest.mark.parametrize(("sequence", "fps"), [(PETS, 10), (ADL, 30)])
def test_zone_intervals_are_what_the_true_boxes_say(data_dir: Path, sequence: str, fps: int) -> None:
    truth = mot.read(data_dir / "gt" / f"{sequence}.gt.txt")
    looks = mot.looks(truth, [n / fps for n in range(max(truth))])
    for wanted in references(data_dir / "gt" / "zone_intervals.csv", sequence):
        assert true_entries(looks, wanted.polygon) == wanted.entries_s([look.at_s for look in looks])


@pytest.mark.data
def test_the_true_boxes_themselves_score_99_hundredths_on_zone_entries(data_dir: Path) -> None:
    total = Score(found=0, wanted=0)
    for sequence, fps in ((PETS, 10), (ADL, 30)):
        truth = mot.read(data_dir / "gt" / f"{sequence}.gt.txt")
        looks = mot.looks(truth, [n / fps for n in range(max(truth))])
        wanted = references(data_dir / "gt" / "zone_intervals.csv", sequence)
        total = sum(score_entries(looks, wanted, [look.at_s for look in looks]).values(), start=total)
    assert total.f1 is not None
    assert total.f1 >= 0.99, "the data's README has 0.99 over three clips"


@pytest.mark.data
def test_true_boxes_given_as_detections_keep_their_people(data_dir: Path, tmp_path: Path) -> None:
    truth = data_dir / "gt" / "mot15_tud-campus.gt.txt"
    out = tmp_path / "score.json"
    arguments = [str(data_dir / "videos" / "mot15_tud-campus.mp4"), "--truth", str(truth)]
    done = CliRunner().invoke(
        evaluate_app, ["tracking", *arguments, "--detections", str(truth), "--json", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    scored = json.loads(done.stdout)
    assert scored == json.loads(out.read_text())
    assert scored["frames"] == scored["inferences"] == 71
    assert scored["mota"] >= 0.9


def test_looks_keep_their_beat_whatever_the_frames_do() -> None:
    assert due([n / 25 for n in range(26)], 5) == [0, 5, 10, 15, 20, 25]
    assert due([n / 10 for n in range(6)], 5) == [0, 2, 4]
    assert due([n / 12 for n in range(13)], 5) == [0, 3, 5, 8, 10, 12], "on the frame that is not too early"
    assert due([0.0, 0.1, 3.0, 3.1, 3.2], 5) == [0, 2, 4], "no look is made up for after a gap"
    assert due([0.0, 0.1], None) == [0, 1]


def test_boxes_that_are_given_are_the_same_for_every_tracker(tmp_path: Path) -> None:
    """Two people walk 3 s at ten frames a second, by given boxes; of the second every other box is weak."""
    video, det, truth = a_video(tmp_path / "film.mp4", seconds=3), tmp_path / "det.txt", tmp_path / "gt.txt"
    rows, true = [], []
    for frame in range(1, 31):
        for who, (left, sure) in enumerate(((10 + frame, 0.9), (100 - frame, 0.9 if frame % 2 else 0.3)), start=1):
            rows.append(f"{frame},-1,{left},{40 * who - 30},20,30,{sure},-1,-1,-1")
            true.append(f"{frame},{who},{left},{40 * who - 30},20,30,1,1,1")
    det.write_text("\n".join(rows))
    truth.write_text("\n".join(true))
    arguments = ["tracking", str(video), "--truth", str(truth), "--detections", str(det), "--json"]

    def scored(*more: str) -> dict[str, Any]:
        done = CliRunner().invoke(evaluate_app, [*arguments, *more])
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    whole = scored("--against", "sort,ocsort,ocsort@0.2,bytetrack")
    assert list(whole["against"]) == ["sort", "ocsort", "ocsort@0.2", "bytetrack"]
    assert {one["truth_boxes"] for one in (whole, *whole["against"].values())} == {60}
    weak, strong = whole["against"]["ocsort"], whole["against"]["ocsort@0.2"]
    assert weak["recall"] < 0.8 < strong["recall"], "its own setting leaves out every weak box"
    assert strong["id_switches"] == 0
    assert "against" not in scored()
    thinned = scored("--against", "sort", "--detect-fps", "5")
    assert (thinned["frames"], thinned["truth_boxes"]) == (15, 30), "only the frames that are looked at"
    assert thinned["against"]["sort"]["truth_boxes"] == 30


@pytest.mark.data
def test_what_a_model_sees_is_written_down_and_can_be_played_again(data_dir: Path, tmp_path: Path) -> None:
    video, truth = data_dir / "videos" / "mot15_tud-campus.mp4", data_dir / "gt" / "mot15_tud-campus.gt.txt"
    weights, det = data_dir / "weights" / "yolo11n_int8_openvino_model", tmp_path / "det.txt"
    arguments = ["tracking", str(video), "--truth", str(truth), "--against", "sort", "--json"]
    made = CliRunner().invoke(evaluate_app, [*arguments, "--model", str(weights), "--dump-detections", str(det)])
    assert made.exit_code == 0, made.output
    played = CliRunner().invoke(evaluate_app, [*arguments, "--detections", str(det)])
    assert json.loads(made.stdout) == json.loads(played.stdout)
    assert {int(row.split(",")[0]) for row in det.read_text().splitlines()} <= set(range(1, 72))
    assert json.loads(played.stdout)["recall"] > 0.7


@pytest.mark.parametrize(
    ("options", "cure"),
    [
        (["--against", "sort"], "--detections"),
        (["--against", "deepsort", "--detections", "x.txt"], "sort, ocsort, bytetrack"),
        (["--against", "sort@high", "--detections", "x.txt"], "sort@0.5"),
    ],
)
def test_a_comparison_that_cannot_be_made_says_how_it_can(tmp_path: Path, options: list[str], cure: str) -> None:
    truth = tmp_path / "gt.txt"
    truth.write_text("1,1,0,0,10,10,1\n")
    done = CliRunner().invoke(evaluate_app, ["tracking", "x.mp4", "--truth", str(truth), *options])
    assert done.exit_code == 2
    assert cure in done.output


def test_truth_that_is_not_there_is_one_line_and_status_2(tmp_path: Path) -> None:
    done = CliRunner().invoke(evaluate_app, ["tracking", "x.mp4", "--truth", str(tmp_path / "gt.txt")])
    assert done.exit_code == 2
    assert done.output.count("\n") == 1
    assert "gt.txt" in done.output


def test_a_recording_that_rests_has_a_look_for_every_frame_of_the_file(tmp_path: Path) -> None:
    """Truth counts the file's frames, decoded or not."""
    options = {"g": "30", "bf": "2", "x264-params": "b-adapt=0:b-pyramid=none"}
    video = a_video(tmp_path / "still.mp4", seconds=10, fps=30, speed_px=0, options=options)
    walked = walk(default_camera("still", str(video)), Eye([detections()]))
    assert len(walked.looks) >= 297, "but for those after the last that is decoded"
    assert walked.stamps_s == pytest.approx([number / 30 for number in range(len(walked.looks))], abs=1e-3)
