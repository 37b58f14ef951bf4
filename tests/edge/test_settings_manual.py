"""configs/edge.yaml is the manual: it loads, has every key, and shows the defaults as they are."""

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import pytest
import yaml
from pydantic import BaseModel

from contract.config import Part, SettingsError
from contract.rule import Hours
from edge import settings
from edge.settings import CameraSettings, EdgeSettings

MANUAL = Path(__file__).resolve().parents[2] / "configs" / "edge.yaml"


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The settings models in a field's type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (tuple, dict, Union, types.UnionType) or get_args(annotation):
        for part in get_args(annotation):
            yield from models_in(part)


def keys_of(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Every key there is, as a path."""
    for attribute, field in model.model_fields.items():
        name = field.alias or attribute
        yield f"{path}{name}"
        for inner in models_in(field.annotation):
            if issubclass(inner, Part) and inner is not Hours:
                yield from keys_of(inner, f"{path}{name}.")


def keys_in(document: Any, path: str = "") -> Iterator[str]:
    """Every key a document has, as a path; items of lists and names of zones and lines are left out."""
    if isinstance(document, list):
        for item in document:
            yield from keys_in(item, path)
    elif isinstance(document, dict):
        for name, value in document.items():
            yield f"{path}{name}"
            yield from keys_in(value, f"{path}{name}.")


def test_the_manual_can_be_used() -> None:
    assert settings.load(MANUAL).cameras[0].rules


def test_every_key_is_in_the_manual() -> None:
    written = set(keys_in(yaml.safe_load(MANUAL.read_text(encoding="utf-8"))))
    assert [key for key in keys_of(EdgeSettings) if key not in written] == []


@pytest.mark.parametrize("part", ["broker", "server", "model", "clip"])
def test_the_manual_shows_the_defaults(part: str) -> None:
    shown = settings.load(MANUAL)
    assert getattr(shown, part) == EdgeSettings.model_fields[part].default


def test_the_manual_shows_what_is_watched_of_a_camera_by_default() -> None:
    assert settings.load(MANUAL).cameras[0].health == CameraSettings(name="a", source="b").health


def test_what_the_manual_says_of_the_whole_is_the_default() -> None:
    shown = settings.load(MANUAL)
    for name in ("timezone", "status", "data_dir", "heartbeat_s", "metrics_port"):
        assert getattr(shown, name) == EdgeSettings.model_fields[name].default, name


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("site: a\nedge: b\ncamras: []", "camras: unknown key"),
        ("site: a\nedge: b\ncameras: [{name: x, source: y, zons: {}}]", "cameras.0.zons: unknown key"),
        ("site: A\nedge: b\ncameras: [{name: x, source: y}]", "site: "),
        ("site: a\nedge: b\ntimezone: Mars/Base\ncameras: [{name: x, source: y}]", "timezone: "),
        ("site: a\nedge: b\nbroker: {url: 'http://h'}\ncameras: [{name: x, source: y}]", "broker.url: "),
        ("site: a\nedge: b\nbroker: {url: 'mqtt://u:p@h'}\ncameras: [{name: x, source: y}]", "broker.username"),
        ("site: a\nedge: b\nserver: {url: 'h:80'}\ncameras: [{name: x, source: y}]", "server.url: "),
        ("site: a\nedge: b\nclip: {before_s: 30, longest_s: 20}\ncameras: [{name: x, source: y}]", "longest_s"),
        (
            "site: a\nedge: b\ncameras: [{name: x, source: y, health: {covred: {}}}]",
            "cameras.0.health.covred: unknown key",
        ),
        (
            "site: a\nedge: b\ncameras: [{name: x, source: y, health: {clock_off: {url: 'http://u:p@h'}}}]",
            "no credentials here",
        ),
        (
            "site: a\nedge: b\ncameras: [{name: x, source: y, zones: {z: {points: [[0,0],[1,0],[1,1]]}}, "
            "rules: [{name: camera-moved, kind: intrusion, zone: z}]}]",
            "'camera-moved' is the name of a rule about the camera itself",
        ),
        ("site: [", "not YAML"),
        ("- 1", "(top)"),
        ("", "(top)"),
    ],
)
def test_a_wrong_file_is_named_with_the_key_and_the_cure(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "edge.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        settings.load(path)
    assert str(path) in str(caught.value)
    assert says in str(caught.value)
