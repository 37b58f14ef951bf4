"""Weights that somebody touches while they are in use, and folders of junk."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.cli import models_app
from models.layout import UnknownLayoutError, canvas

YOLO = "yolo11n_int8_openvino_model"
_SEE_BEFORE_AND_AFTER = """
import os, pathlib, sys
import numpy as np
from models import known_picture, openvino
folder = pathlib.Path(sys.argv[1])
detector = openvino.load(folder)
picture, _ = known_picture.draw()
before = detector.detect([picture])[0]
weights = next(folder.glob("*.bin"))
if sys.argv[2] == "cut":
    os.truncate(weights, 0)
elif sys.argv[2] == "overwritten":
    with weights.open("r+b") as file:
        file.write(bytes(weights.stat().st_size))
else:
    weights.unlink()
after = detector.detect([picture])[0]
assert len(before) > 0
assert np.array_equal(before.boxes, after.boxes)
"""


@pytest.mark.data
@pytest.mark.parametrize("how", ["cut", "overwritten", "deleted"])
def test_weights_that_change_while_they_run_change_nothing(data_dir: Path, tmp_path: Path, how: str) -> None:
    """In a process of its own: a network whose mapped file is cut short dies of SIGBUS."""
    folder = tmp_path / YOLO
    shutil.copytree(data_dir / "weights" / YOLO, folder)
    ended = subprocess.run(
        [sys.executable, "-c", _SEE_BEFORE_AND_AFTER, str(folder), how], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr


@pytest.mark.data
@pytest.mark.parametrize(
    "metadata",
    [
        b"description: caf\xe9\xff\n",
        b"imgsz: [abc, 640]\n",
        b"names: {a: person, b: car}\n",
        None,
    ],
)
def test_odd_metadata_is_done_without_or_is_one_line(data_dir: Path, tmp_path: Path, metadata: bytes | None) -> None:
    """``auto`` tries every folder of weights: none may end the edge's start with a traceback."""
    folder = tmp_path / YOLO
    shutil.copytree(data_dir / "weights" / YOLO, folder)
    if metadata is None:
        (folder / "metadata.yaml").unlink()
    else:
        (folder / "metadata.yaml").write_bytes(metadata)
    answer = CliRunner().invoke(models_app, ["check", str(folder)])
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    assert "sees" in answer.output or "readable YAML" in answer.output


@pytest.mark.parametrize("declared", [[0, 640], ["abc", 640], [1, 2, 3], {"a": 1}, "x", [640, 1 << 20]])
def test_a_canvas_that_makes_no_sense_is_refused(declared: object) -> None:
    with pytest.raises(UnknownLayoutError, match="imgsz"):
        canvas(declared)


@pytest.mark.parametrize(("declared", "size"), [(None, (640, 640)), (320, (320, 320)), (("384", "640"), (384, 640))])
def test_a_canvas_is_what_the_metadata_declares(declared: object, size: tuple[int, int]) -> None:
    assert canvas(declared) == size


def test_junk_is_refused_in_one_line_each(tmp_path: Path) -> None:
    (tmp_path / "zero.onnx").write_bytes(b"")
    (tmp_path / "noise.onnx").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "folder.onnx").mkdir()
    (tmp_path / "lone.xml").write_text("<net/>")
    (tmp_path / "torn.xml").write_text("<net")
    (tmp_path / "torn.bin").write_bytes(b"")
    (tmp_path / "nothing.pt").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    answer = CliRunner().invoke(models_app, ["check", *map(str, sorted(tmp_path.iterdir()))])
    assert answer.exit_code == 1
    assert isinstance(answer.exception, SystemExit)
    verdicts = [line.split("│")[2].strip() for line in answer.output.splitlines() if line.startswith("│")]
    assert verdicts.count("refused") == 8
