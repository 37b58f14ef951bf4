"""``anninh models …`` as a person types it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.cli import models_app

RUN = CliRunner(env={"COLUMNS": "200"})


@pytest.mark.data
def test_check_names_each_refusal_and_exits_1(data_dir: Path) -> None:
    names = ("deimv2_atto_int8_degraded.onnx", "yolo11n_truncated.pt", "yolov8n_placeholder.pt")
    files = [data_dir / "weights" / "broken" / name for name in names]
    result = RUN.invoke(models_app, ["check", *map(str, files)])
    assert result.exit_code == 1
    for file in files:
        assert file.name in result.output
    assert result.output.count("refused") == len(files)


@pytest.mark.data
def test_check_passes_a_model_that_sees(data_dir: Path) -> None:
    result = RUN.invoke(models_app, ["check", str(data_dir / "weights" / "yolox_nano.onnx")])
    assert result.exit_code == 0
    assert "saw 12 of 12" in result.output


@pytest.mark.data
def test_list_shows_what_is_here_with_its_licence(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNINH_DATA", str(data_dir))
    result = RUN.invoke(models_app, ["list"])
    assert result.exit_code == 0
    row = next(line for line in result.output.splitlines() if "yolox_nano.onnx" in line)
    assert "416×416" in row
    assert "Apache-2.0" in row
    assert "builtin" in result.output
    assert "yolo26n" in result.output


def test_list_names_the_built_in_one_where_there_are_no_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANNINH_DATA", str(tmp_path))
    result = RUN.invoke(models_app, ["list"])
    assert result.exit_code == 0
    assert "builtin" in result.output


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        pytest.param(["fetch", "yolo99"], "these can: yolo", id="unknown model"),
        pytest.param(["export", "missing.pt"], "is not there", id="no such file"),
        pytest.param(["export", "a.pt", "--int8"], "belong together", id="INT8 without pictures"),
        pytest.param(["export", "a.pt", "--format", "tflite"], "openvino and onnx", id="unknown format"),
        pytest.param(["evaluate", "builtin"], "needs --images", id="nothing to measure on"),
        pytest.param(["evaluate", "yolo99", "--images", "."], "no such model", id="unknown name"),
    ],
)
def test_what_can_not_be_done_is_one_line_and_exit_code_1(arguments: list[str], reason: str) -> None:
    result = RUN.invoke(models_app, arguments)
    assert result.exit_code == 1
    assert reason in result.output
    assert "Traceback" not in result.output


@pytest.mark.data
def test_evaluate_prints_json(data_dir: Path) -> None:
    video = data_dir / "videos" / "mot15_tud-campus.mp4"
    boxes = data_dir / "gt" / "mot15_tud-campus.gt.txt"
    result = RUN.invoke(models_app, ["evaluate", "builtin", "--video", str(video), "--boxes", str(boxes)])
    assert result.exit_code == 0
    measured = json.loads(result.output.splitlines()[-1])
    assert measured["model"] == "builtin"
    assert (measured["pictures"], measured["boxes"]) == (71, 359)
