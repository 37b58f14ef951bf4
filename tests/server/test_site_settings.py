"""The server's settings: the manual names every key, and a mistake is answered with its place and cure."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from contract.config import SettingsError
from server.settings import Settings, load, parse
from tests.support.needs import ROOT

MANUAL = ROOT / "configs" / "site.yaml"
SITE = {"slug": "hoa-thuan", "name_vi": "Phường Hòa Thuận", "name_en": "Hoa Thuan Ward"}


def keys(model: type[BaseModel], prefix: str = "") -> set[str]:
    """Every key of the settings, with its path."""
    found: set[str] = set()
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found |= keys(kind, f"{prefix}{name}.")
        else:
            found.add(prefix + name)
    return found


def named(document: dict[str, Any], prefix: str = "") -> set[str]:
    """Every key of a document, with its path."""
    found: set[str] = set()
    for name, value in document.items():
        found |= named(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name}
    return found


def test_the_manual_names_every_key_with_its_default() -> None:
    document = yaml.safe_load(MANUAL.read_text(encoding="utf-8"))
    assert named(document) == keys(Settings)
    assert load(MANUAL) == parse({"site": document["site"]})


def test_every_key_of_the_manual_is_explained() -> None:
    lines = MANUAL.read_text(encoding="utf-8").splitlines()
    together = {"name_en", "port"}  # explained with the line before
    unexplained = [
        line
        for before, line in itertools.pairwise(lines)
        if re.match(r"\s*[a-z_]+: \S", line)  # a key with a value
        and not before.strip().startswith("#")
        and line.split(":")[0].strip() not in together
    ]
    assert unexplained == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"brokre": {}}, "brokre: unknown key; remove it or see configs/site.yaml"),
        ({"broker": {"ulr": "x"}}, "broker.ulr: unknown key"),
        ({"timezone": "Hanoi"}, "timezone: Value error, 'Hanoi' is no IANA time zone; write e.g. Asia/Ho_Chi_Minh"),
        ({"cut_day": 31}, "cut_day: "),
        ({"site": {**SITE, "slug": "Hòa Thuận"}}, "site.slug: "),
        ({"http": {"port": 70000}}, "http.port: "),
    ],
)
def test_a_mistake_is_named_with_its_path(change: dict[str, Any], expected: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse({"site": SITE, **change}, "my.yaml")
    assert str(caught.value).startswith(f"my.yaml: {expected}")


@pytest.mark.parametrize(("text", "expected"), [("site: [", "not YAML"), (None, "cannot be read")])
def test_a_file_that_is_no_configuration_is_named(tmp_path: Path, text: str | None, expected: str) -> None:
    path = tmp_path / "site.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match=expected) as caught:
        load(path)
    assert str(path) in str(caught.value)
