"""Pure: what Home Assistant is told, topic by topic, so that it finds the cameras by itself (its MQTT discovery).

https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from contract import topics
from server.notices.lens import Lens

ONLINE: Final = "online"
OFFLINE: Final = "offline"
EXPIRE_S: Final = 120
"""Without news for so long a value is shown as unknown."""


def node(site: str) -> str:
    """The level of discovery topics that is this site's."""
    return f"anninh_{site}"


def available(site: str) -> str:
    """The topic that says whether the others are to be believed; also the last will."""
    return topics.home_assistant(site, "available")


def discovery(prefix: str, site: str, site_name: str, lenses: Sequence[Lens]) -> dict[str, bytes]:
    """The retained messages that make the entities, by topic."""
    device = {"identifiers": [node(site)], "name": f"Camera An Ninh – {site_name}", "manufacturer": "Camera An Ninh"}
    shared: dict[str, Any] = {"availability_topic": available(site), "device": device, "expire_after": EXPIRE_S}
    found = {
        f"{prefix}/sensor/{node(site)}/waiting/config": {
            "name": "Vụ chờ duyệt",
            "unique_id": f"{node(site)}_waiting",
            "state_topic": topics.home_assistant(site, "waiting"),
            "unit_of_measurement": "vụ",
            "icon": "mdi:clipboard-alert",
            **shared,
        }
    }
    for lens in lenses:
        name = _object(lens)
        found[f"{prefix}/binary_sensor/{node(site)}/{name}/config"] = {
            "name": f"{lens.label}, {lens.unit}" if lens.unit else lens.label,
            "unique_id": f"{node(site)}_{name}",
            "state_topic": topics.home_assistant(site, name),
            "device_class": "connectivity",
            **shared,
        }
    return {topic: json.dumps(value, ensure_ascii=False, sort_keys=True).encode() for topic, value in found.items()}


def states(site: str, lenses: Sequence[Lens], waiting: int) -> dict[str, bytes]:
    """The entities' values, by topic."""
    told = {topics.home_assistant(site, _object(lens)): b"ON" if lens.sees else b"OFF" for lens in lenses}
    return {**told, topics.home_assistant(site, "waiting"): str(waiting).encode()}


def everything(prefix: str, site: str) -> str:
    """The filter that matches every discovery message of this site, also those of cameras that are no more."""
    return f"{prefix}/+/{node(site)}/+/config"


def _object(lens: Lens) -> str:
    return f"camera_{lens.edge}_{lens.name}"
