"""docker-compose.yml hangs together: no Docker engine is needed to see that its parts exist and agree."""

import re
from typing import Any

import pytest
import yaml

from edge import settings as edge_settings
from server import settings as server_settings
from tests.support.needs import ROOT


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    assert isinstance(document, dict)
    return document


def test_every_service_secret_and_volume_is_declared(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"mosquitto", "postgres", "server", "edge"}
    for service in compose["services"].values():
        assert ("image" in service) != ("build" in service)
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service.get("depends_on", [])) <= set(compose["services"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in compose["volumes"], volume


def test_mounted_files_of_the_repository_exist(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./configs/"):
                assert (ROOT / source).is_file(), source


def test_its_settings_pass_the_same_validation_as_any_other(compose: dict[str, Any]) -> None:
    site = server_settings.load(ROOT / "configs" / "compose" / "site.yaml")
    edge = edge_settings.load(ROOT / "configs" / "compose" / "edge.yaml")
    assert site.site.slug == edge.site
    for broker in (site.broker, edge.broker):
        assert broker.url.startswith("mqtt://mosquitto:")
        assert broker.password_file is not None
        assert broker.password_file.name in compose["secrets"]
    assert edge.server.url == f"http://server:{site.http.port}"
    assert edge.broker.username == f"{edge.site}/{edge.edge}", "the broker's access list goes by these names"


def test_the_image_is_built_by_the_path_of_make_setup(compose: dict[str, Any]) -> None:
    builds = {service["build"]["dockerfile"] for service in compose["services"].values() if "build" in service}
    assert builds == {"configs/Dockerfile"}
    dockerfile = (ROOT / "configs" / "Dockerfile").read_text(encoding="utf-8")
    target = re.search(r"^RUN make (\S+)$", dockerfile, re.MULTILINE)
    assert target is not None
    assert "$(VENV)/.installed:" in (ROOT / "Makefile").read_text(encoding="utf-8")
    assert target.group(1) == ".venv/.installed"
    for source in re.findall(r"^COPY (.+) \S+$", dockerfile, re.MULTILINE):
        for name in source.split():
            assert (ROOT / name).exists(), name
