"""The server's configuration of an edge's cameras, and what an edge says of its cameras' configuration in force."""

from typing import Annotated, Final, Literal

from pydantic import Field

from contract.drawing import Drawing
from contract.envelope import Envelope, Value
from contract.names import Ordinal, Slug

CONFIG_TYPE: Final = "vn.anninh.config.v1"
SETTINGS_TYPE: Final = "vn.anninh.settings.v1"


class CameraConfig(Value):
    """What one camera is to have. ``drawing`` None: back to what the edge's own file says of it.

    Within ``drawing`` an unknown key is refused, not ignored: a rule that is understood in part asks another question.
    """

    camera: Slug
    version: Ordinal
    """Grows with every change of this camera; an edge never goes back to a lower one."""
    drawing: Drawing | None = None


class ConfigData(Value):
    """Every camera of the edge that the server has configured; the others keep what their file says."""

    cameras: Annotated[tuple[CameraConfig, ...], Field(max_length=256)]


class Config(Envelope):
    """Server → edge, QoS 1, retained: each one replaces the one before."""

    type: Literal["vn.anninh.config.v1"] = CONFIG_TYPE
    data: ConfigData


class SettingsData(Value):
    """What one camera has now. ``version`` of the server's configuration; None: it is the edge's own file's."""

    drawing: Drawing
    version: Ordinal | None = None
    is_calibrated: bool = False
    """Are metres and km/h known? Rules that need them can only be given then."""


class CameraSettingsTold(Envelope):
    """Edge → server, QoS 0: after connecting, after a change, and in turn. ``source`` names the camera."""

    type: Literal["vn.anninh.settings.v1"] = SETTINGS_TYPE
    data: SettingsData
