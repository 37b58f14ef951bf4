"""What a source without configuration gets: the whole picture, one rule for people and one for vehicles."""

import re
from datetime import datetime
from pathlib import PurePath

from contract.event import Severity
from contract.zones import Zone
from edge.settings import VEHICLES, CameraSettings, RuleSettings

WHOLE = Zone(points=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
PEOPLE = RuleSettings(
    name="people",
    kind="intrusion",
    zone="whole",
    classes=("person",),
    dwell_s=1.0,
    cool_s=10.0,
    severity=Severity.MEDIUM,
)
TRAFFIC = RuleSettings(
    # Vehicles are out of the picture sooner than people.
    name="vehicles",
    kind="intrusion",
    zone="whole",
    classes=VEHICLES,
    dwell_s=0.5,
    cool_s=10.0,
    severity=Severity.LOW,
)


def default_camera(
    name: str,
    source: str,
    *,
    label: str = "",
    start_at: datetime | None = None,
    as_fast_as_possible: bool = False,
    loop: bool = False,
    detect_fps: float = 5.0,
) -> CameraSettings:
    """A camera that gives events of any footage: one zone over the whole picture, a rule for people, one for vehicles."""
    return CameraSettings(
        name=name,
        label=label or name,
        source=source,
        start_at=start_at,
        as_fast_as_possible=as_fast_as_possible,
        loop=loop,
        detect_fps=detect_fps,
        zones={"whole": WHOLE},
        rules=(PEOPLE, TRAFFIC),
    )


def camera_name(source: str, taken: frozenset[str] = frozenset()) -> str:
    """A slug for ``source`` (a file's name, ``sim``, a host) that is not among ``taken``."""
    stem = (
        "street"
        if source.startswith("sim:")
        else PurePath(source.split("?", maxsplit=1)[0].rsplit("@", maxsplit=1)[-1]).stem
    )
    base = re.sub(r"[^a-z0-9_-]+", "-", stem.lower()).strip("-_")[:56] or "camera"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name
