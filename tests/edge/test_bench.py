"""``anninh bench edge``: each variant in a process of its own over a coded film, and what its figures are made of."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from edge.bench.command import bench_app
from edge.bench.report import figures, report
from tests.support.coded import a_video


def a_run(cpu_s: float, **more: Any) -> dict[str, Any]:
    """What a child prints."""
    blank = {"wall_s": 1.0, "frames": 100, "video_s": 10.0, "inferences": 0, "inference_s": 0.0}
    return blank | {"peak_mib": 1.0, "score": None, "stages_s": {}, "cpu_s": cpu_s} | more


def test_ratios_and_our_own_share_are_what_is_left_of_decoding_and_inference() -> None:
    found = {
        "decode": figures([a_run(0.1)]),
        "naive": figures([a_run(4.0), a_run(6.0), a_run(5.0)]),
        "naive5": figures([a_run(2.5)]),
        "ours": figures([a_run(1.0, inference_s=0.7, stages_s={"motion": 0.2})]),
    }
    document = report(found)
    assert document["variants"]["naive"]["cpu_s_per_video_s"] == 0.5
    assert document["variants"]["naive"]["spread"] == 1.5
    assert document["ours_to_naive"] == 0.2
    assert document["ours_to_naive5"] == 0.4
    assert document["own_share"] == pytest.approx(0.2)
    assert document["stages"] == {"motion": 0.02}


def test_every_variant_is_measured_over_the_same_frames_against_the_same_truth(tmp_path: Path) -> None:
    video, out, truth = a_video(tmp_path / "film.mp4", seconds=2), tmp_path / "bench.json", tmp_path / "zones.csv"
    truth.write_text(
        "sequence,zone,polygon,person_id,first_frame_1based,last_frame_1based,inside_at_track_start\n"
        "film,all,0:0 100:0 100:100 0:100,1,5,20,0\n"
    )
    arguments = ["edge", str(video), "--model", "builtin", "--truth", str(truth), "--out", str(out)]
    done = CliRunner().invoke(bench_app, arguments)
    assert done.exit_code == 0, done.output
    assert "the walk" in done.output
    found = json.loads(out.read_text())["videos"]["film.mp4"]
    variants = found["variants"]
    assert list(variants) == ["decode", "naive", "naive5", "ours"]
    assert found["frames"] == 20
    assert variants["naive"]["inferences"] == 20
    assert variants["naive5"]["inferences"] == 10
    assert variants["decode"]["score"] is None
    assert {one["score"]["wanted"] for name, one in variants.items() if name != "decode"} == {1}
    assert variants["decode"]["cpu_s_per_video_s"] < variants["ours"]["cpu_s_per_video_s"]


def test_a_video_that_is_not_there_is_one_line_and_status_2(tmp_path: Path) -> None:
    done = CliRunner().invoke(bench_app, ["edge", str(tmp_path / "none.mp4"), "--model", "builtin"])
    assert done.exit_code == 2
    assert "none.mp4" in done.output
    assert "Traceback" not in done.output


def test_a_video_that_the_truth_does_not_know_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    known, other = (a_video(tmp_path / f"{name}.mp4", seconds=2.0) for name in ("street", "yard"))
    header = "sequence,zone,polygon,first_frame_1based,inside_at_track_start\n"
    truth = tmp_path / "zones.csv"
    truth.write_text(header + "street,gate,0:0 1:0 1:1,5,0\n")
    arguments = ["edge", str(known), str(other), "--truth", str(truth), "--model", "builtin"]
    done = CliRunner().invoke(bench_app, arguments)
    assert done.exit_code == 2
    assert done.output.strip() == f"{truth}: has no sequence that 'yard.mp4' begins with"
