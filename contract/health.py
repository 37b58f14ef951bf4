"""The heartbeat of an edge and its retained status (also its MQTT last will)."""

from enum import StrEnum
from typing import Final, Literal

from pydantic import Field

from contract.envelope import Envelope, Value
from contract.event import ModelRef
from contract.instant import Instant
from contract.names import Count, Label, Milliseconds, Ordinal, Slug

HEALTH_TYPE: Final = "vn.anninh.health.v1"
STATUS_TYPE: Final = "vn.anninh.status.v1"
HEARTBEAT_S = 10.0
"""Seconds between heartbeats; a server that hears none for three of them calls the edge silent."""


def _is_unsaid(value: object) -> bool:
    """Fields that came after the first version are left out where they say nothing: its bytes stay as they were."""
    return value is None or value == ""


class CameraState(StrEnum):
    """What a camera's worker is doing."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"
    FINISHED = "finished"
    """A recording that was played to its end."""


class PictureState(StrEnum):
    """What a camera's pictures are worth. All but ``ok`` are faults, in which it sees nothing that it vouches for."""

    OK = "ok"
    COVERED = "covered"
    MOVED = "moved"
    """Turned away from the scene that its zones were drawn on."""
    FROZEN = "frozen"
    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"


class ConfigState(Value):
    """Which of the server's configurations of a camera is in force, and which was refused, and why."""

    version: Ordinal | None = None
    """None: none of them; what the edge's own file says is in force."""
    refused_version: Ordinal | None = None
    refused: str = Field(default="", max_length=500)


class CameraHealth(Value):
    """One camera since the edge's session began; counters only grow within a session."""

    camera: Slug
    label: Label = ""
    state: CameraState
    last_frame_at: Instant | None = None
    up_s: float = Field(ge=0.0)
    """Seconds of this session in which frames arrived that showed the scene: the server's camera-hours are differences
    of it. Time with a covered, moved, frozen, blurred, dark or overexposed picture is left out."""
    fps: float = Field(ge=0.0)
    """Frames a second over the last heartbeat interval."""
    frames: Count
    dropped: Count
    """Frames thrown away because a newer one was there (live sources only)."""
    inferences: Count
    detect_fps: float | None = Field(default=None, ge=0.0, exclude_if=_is_unsaid)
    """Looks of the model a second over the last heartbeat interval."""
    detections_dropped: Count | None = Field(default=None, exclude_if=_is_unsaid)
    """Looks that the camera did without, because other cameras kept the model busy."""
    reconnects: Count
    error: str | None = Field(default=None, max_length=500)
    picture: PictureState | None = Field(default=None, exclude_if=_is_unsaid)
    """None: not looked at (yet)."""
    clock_offset_ms: Milliseconds | None = Field(default=None, exclude_if=_is_unsaid)
    """The camera's own clock minus the edge's, as last asked; None: not known."""
    unit: Label = Field(default="", exclude_if=_is_unsaid)
    """Khóm or ấp; empty: not told."""
    config: ConfigState | None = Field(default=None, exclude_if=_is_unsaid)
    """None: the server never sent this camera anything."""


class HealthData(Value):
    """The state of one edge. ``session`` grows by one at each start."""

    session: Ordinal
    started_at: Instant
    software: str = Field(max_length=128)
    cameras: tuple[CameraHealth, ...]
    outbox_depth: Count
    outbox_oldest_s: float = Field(ge=0.0)
    evidence_pending: Count
    detect_share: float | None = Field(default=None, ge=0.0, le=1.0, exclude_if=_is_unsaid)
    """The share of the looks its cameras ask for that the model grants now; 1 while the edge keeps up."""
    disk_free_bytes: Count
    clock_offset_ms: Milliseconds | None = None
    config_version: str = Field(min_length=1, max_length=64)
    config_refused: str = Field(default="", max_length=500, exclude_if=_is_unsaid)
    """Why the server's latest configuration could not be read at all; nothing of it is in force."""
    model: ModelRef


class Health(Envelope):
    """Edge → server, QoS 0, every ``HEARTBEAT_S`` seconds. ``source`` = ``anninh:{site}/{edge}``."""

    type: Literal["vn.anninh.health.v1"] = HEALTH_TYPE
    data: HealthData


class StatusData(Value):
    """``online`` when the edge connects, ``offline`` when it leaves or the broker misses it."""

    state: Literal["online", "offline"]
    session: Ordinal


class StatusMessage(Envelope):
    """Edge → server, QoS 1, retained; the offline one is the last will."""

    type: Literal["vn.anninh.status.v1"] = STATUS_TYPE
    data: StatusData
