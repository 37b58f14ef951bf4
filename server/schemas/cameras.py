"""Cameras."""

from datetime import datetime

from server.schemas.base import Schema
from server.schemas.camerasettings import Standing


class CameraOut(Schema):
    """A camera. ``state``: online | connecting | offline | finished | silent (its edge has not been heard).

    ``picture``, while it is online: ok | covered | moved | frozen | blurred | dark | bright; null: nobody has looked.
    ``clock_offset_ms``: its own clock minus the edge's, null where it is not known.
    """

    id: int
    site: str
    edge: str
    name: str
    label: str
    unit: str
    state: str
    picture: str | None
    clock_offset_ms: int | None
    last_frame_at: datetime | None
    error: str | None
    up_share_24h: float
    """0..1 of the last 24 hours (or since it is in service)."""
    picture_url: str | None
    picture_at: datetime | None
    """When that picture came."""
    is_old: bool
    """It is online, and yet its latest picture is minutes old."""
    settings: Standing
    """What became of the zones and rules that were set for it: file | sent | in_force | refused."""

    @property
    def sees(self) -> bool:
        """Do its pictures come, and show the scene?"""
        return self.state == "online" and self.picture in (None, "ok")
