"""The detector that plays boxes from a file."""

from pathlib import Path

import pytest

from models import scripted
from models.errors import ModelError
from tests.support.pictures import noise


def test_it_plays_json_frame_by_frame_and_then_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(
        '{"classes": ["person", "car"], "frames": {"1": [[1, 2, 30, 40, 0.3, 0], [5, 6, 20, 30, 0.9, 1]]}}'
    )
    detector = scripted.load(script)
    nothing, both, after = detector.detect([noise(50, 60)] * 3)
    assert (len(nothing), len(after)) == (0, 0)
    assert both.boxes.tolist() == [[5, 6, 20, 30], [1, 2, 30, 40]]
    assert both.classes.tolist() == [1, 0]


def test_it_plays_motchallenge_text_from_frame_1(tmp_path: Path) -> None:
    script = tmp_path / "gt.txt"
    script.write_text("1,7,10,20,30,40,1,-1,-1,-1\n1,8,0,0,10,10,-1\n2,7,11,20,30,40,0.5,-1,-1,-1\n")
    detector = scripted.load(script)
    first, second = detector.detect([noise(100, 100)] * 2)
    assert first.boxes.tolist() == [[10, 20, 40, 60], [0, 0, 10, 10]]
    assert second.scores.tolist() == [0.5]
    assert detector.classes == ("person",)


@pytest.mark.parametrize("content", ["", "{}", "not,numbers", '{"classes": [], "frames": {"0": [[1, 2]]}}'])
def test_a_script_that_holds_no_boxes_is_refused(tmp_path: Path, content: str) -> None:
    script = tmp_path / ("script.json" if content.startswith("{") or not content else "script.txt")
    script.write_text(content)
    with pytest.raises(ModelError, match="holds no boxes to play"):
        scripted.load(script)
    with pytest.raises(ModelError, match="holds no boxes to play"):
        scripted.load(tmp_path / "missing.txt")
