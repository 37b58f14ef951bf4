"""Which detector is chosen, and what is said when one can't be had."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from models import catalog, registry
from models.errors import ModelError
from models.registry import load
from tests.support.needs import ROOT


def test_without_weights_the_built_in_one_runs_and_the_log_says_how_to_get_better(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        detector = registry.best([])
    assert detector.info.name == "builtin"
    assert detector.needs_motion
    assert {"person", "motorcycle", "car"} <= set(detector.classes)
    assert any("anninh models fetch yolo26n" in str(vars(record)) for record in caplog.records)


def test_each_camera_gets_a_built_in_one_of_its_own() -> None:
    assert load("builtin") is not load("builtin")


@pytest.mark.data
def test_the_best_that_sees_is_chosen_and_a_blind_one_is_passed_over(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    weights = data_dir / "weights"
    blind = weights / "broken" / "yolov8n_static_int8_zero_output.onnx"
    with caplog.at_level(logging.INFO):
        detector = registry.best([blind, weights / "yolox_nano.onnx", weights / "yolov5n_fp16.onnx"])
    assert detector.info.name == "yolox_nano"
    assert any("every score is 0" in str(vars(record)) for record in caplog.records)


@pytest.mark.data
def test_auto_prefers_what_measures_best(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNINH_DATA", str(data_dir))
    names = [path.name for path in registry.found() if path.parent == data_dir / "weights"]
    assert names[0] == "yolo11n_int8_openvino_model"
    assert names[1] == "yolov8n_int8_openvino_model"
    assert names[-1] == "yolo11n_int8_320.onnx"
    assert load("yolox_nano").info.name == "yolox_nano"
    assert load("yolo11n_int8").info.name == "yolo11n_int8"


def test_weights_that_a_person_put_there_come_before_those_of_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weights").mkdir()
    for name in ("yolox_nano.onnx", "ours.onnx", "notes.txt", "yolov5n.pt"):
        (tmp_path / "weights" / name).touch()
    monkeypatch.setenv("ANNINH_DATA", str(tmp_path))
    assert [path.name for path in registry.found() if path.is_relative_to(tmp_path)] == ["ours.onnx", "yolox_nano.onnx"]


@pytest.mark.parametrize(
    ("name", "weights", "reason"),
    [
        pytest.param("yolo99", None, "no such model", id="unknown name"),
        pytest.param("scripted", None, "needs `weights`", id="scripted without a script"),
        pytest.param("auto", "missing.onnx", "is not there", id="no such file"),
        pytest.param("auto", "missing_openvino_model", "is not there", id="no such folder"),
        pytest.param("tensorrt", "missing.onnx", "not among", id="unknown back end"),
        pytest.param("auto", "missing.pt", "is not there", id="no such .pt"),
    ],
)
def test_what_can_not_be_loaded_says_why(tmp_path: Path, name: str, weights: str | None, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        load(name, tmp_path / weights if weights else None, 1)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"<html>404</html>", "text, not a model", id="a page"),
        pytest.param(b"PK\x03\x04" + bytes(5000), "cut off", id="half a download"),
        pytest.param(bytes(5000), "cut off or damaged", id="zeroes"),
    ],
)
def test_a_pt_file_is_judged_without_loading_it(tmp_path: Path, content: bytes, reason: str) -> None:
    weights = tmp_path / "ours.pt"
    weights.write_bytes(content)
    with pytest.raises(ModelError, match=reason):
        load("auto", weights, 1)


@pytest.mark.data
def test_a_sound_pt_file_is_not_run_but_says_how_to_export_it(data_dir: Path) -> None:
    with pytest.raises(ModelError, match=r"anninh models export yolov5n\.pt"):
        load("auto", data_dir / "weights" / "yolov5n.pt", 1)


def test_an_openvino_folder_without_its_weights_says_so(tmp_path: Path) -> None:
    (tmp_path / "ours.xml").write_text("<net/>")
    with pytest.raises(ModelError, match=r"ours\.bin are missing"):
        load("auto", tmp_path, 1)


@pytest.mark.parametrize(("library", "row"), [("openvino", "openvino"), ("onnxruntime", "onnx")])
def test_a_missing_library_only_removes_its_row(library: str, row: str) -> None:
    probe = (
        f"import sys; sys.modules[{library!r}] = None; from models import registry; print(*sorted(registry.DETECTORS))"
    )
    rows = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert rows.split() == [other for other in ("onnx", "openvino") if other != row]


@pytest.mark.data
def test_the_catalogue_tells_the_truth_about_the_files(data_dir: Path) -> None:
    known = catalog.read()
    for entry in known.values():
        if entry.file is None:
            assert entry.can_fetch
            continue
        path = data_dir / "weights" / entry.file
        detector = registry.open_unchecked(path)
        assert (detector.info.sha256, detector.info.input_size) == (entry.sha256, entry.input_size), entry.name
        files = path.iterdir() if path.is_dir() else [path]
        assert sum(file.stat().st_size for file in files) == entry.size_bytes
        assert catalog.by_digest(detector.info.sha256) == entry
    assert known["yolo26n"].can_fetch


def test_a_catalogue_with_an_unknown_key_names_it(tmp_path: Path) -> None:
    wrong = tmp_path / "catalog.toml"
    wrong.write_text(
        '[[model]]\nname = "a"\nsource = "b"\nlicence = "c"\nclasses = "d"\ninput_size = [1, 1]\nsise = 3\n'
    )
    with pytest.raises(ValueError, match="sise"):
        catalog.read(wrong)
