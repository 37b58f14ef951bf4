"""What a source without configuration gets: any footage gives events, and the simulated street has its own zones."""

import re
from datetime import datetime
from pathlib import PurePath

from contract.event import Severity
from contract.kinds import VEHICLES
from contract.zones import Line, Zone
from edge.settings import CameraSettings, RuleSettings

_ANYWHERE = {"whole": Zone(points=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))}
_ANYBODY = (
    RuleSettings(name="people", kind="intrusion", zone="whole", dwell_s=1.0, cool_s=10.0),
    RuleSettings(
        name="vehicles",
        kind="intrusion",
        zone="whole",
        classes=VEHICLES,
        # A vehicle is out of the picture sooner than somebody on foot.
        dwell_s=0.5,
        cool_s=10.0,
        severity=Severity.LOW,
    ),
)

_STREET_ZONES = {
    "cua-hang": Zone(label="Trước cửa hàng", points=((0.02, 0.30), (0.24, 0.30), (0.24, 0.41), (0.02, 0.41))),
    "via-he": Zone(label="Vỉa hè", points=((0.0, 0.80), (1.0, 0.80), (1.0, 1.0), (0.0, 1.0))),
    "goc-dung": Zone(label="Góc dừng chân", points=((0.42, 0.80), (0.88, 0.80), (0.88, 1.0), (0.42, 1.0))),
}
"""The shops' front, the near pavement, and the part of it where people stop."""
_STREET_LINES = {"mep-duong": Line(label="Mép đường", a=(0.0, 0.77), b=(1.0, 0.77))}
"""The near edge of the road; from it into the road is ``backward``."""
_STREET_RULES = (
    RuleSettings(name="xam-nhap-cua-hang", kind="intrusion", zone="cua-hang", dwell_s=0.6, close_s=2.0, cool_s=5.0),
    RuleSettings(
        name="lan-chiem-via-he",
        kind="static_object",
        zone="via-he",
        classes=VEHICLES,
        # The built-in detector learns a standing thing into its background within about 5 seconds.
        dwell_s=3.0,
        cool_s=60.0,
        severity=Severity.LOW,
    ),
    RuleSettings(
        name="xuong-long-duong",
        kind="line_crossing",
        line="mep-duong",
        direction="backward",
        close_s=2.0,
        cool_s=0.0,
        severity=Severity.LOW,
    ),
    RuleSettings(name="la-ca", kind="loitering", zone="goc-dung", dwell_s=8.0, close_s=3.0, cool_s=30.0, mode="active"),
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
    """A camera that needs no configuration.

    One zone over the whole picture with a rule for people and one for vehicles; for ``sim:street`` the zones and rules
    of the street that it draws.
    """
    is_street = source.startswith("sim:street")
    return CameraSettings(
        name=name,
        label=label or name,
        source=source,
        start_at=start_at,
        as_fast_as_possible=as_fast_as_possible,
        loop=loop,
        detect_fps=detect_fps,
        zones=_STREET_ZONES if is_street else _ANYWHERE,
        lines=_STREET_LINES if is_street else {},
        rules=_STREET_RULES if is_street else _ANYBODY,
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
