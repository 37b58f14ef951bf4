"""An event about a camera that is told from outside the walk, where no frame comes by to tell it on: pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from contract.event import ClockReading, EventData, Evidence, Mode, ModelRef, Phase, Place, Rule, Status
from contract.identity import event_uuid
from edge.event import config_version, rule_version
from edge.healthsettings import CameraRule
from edge.settings import CameraSettings
from edge.values import Change

WATCHER = ModelRef(name="edge")
"""No network saw it: the edge itself missed the frames, or asked the camera for its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Writes the revisions of such events. ``source``: a camera's name → its CloudEvents source."""

    source: Callable[[str], str]
    status: Status = Status.ACTUAL

    def opened(
        self,
        camera: CameraSettings,
        rule: CameraRule,
        place: Place,
        started_at: datetime,
        now: datetime,
        *,
        camera_offset_ms: int | None = None,
    ) -> Change:
        """The first revision."""
        data = EventData(
            event_id=event_uuid(started_at, self.source(camera.name), rule.name, place.name, "-"),
            revision=1,
            phase=Phase.OPENED,
            status=self.status,
            rule=Rule(kind=rule.kind, name=rule.name, mode=Mode(rule.mode), version=rule_version(camera, rule)),
            place=place,
            severity=rule.severity,
            started_at=started_at,
            last_seen_at=max(started_at, now),
            clock=ClockReading(basis="pts", camera_offset_ms=camera_offset_ms),
            model=WATCHER,
            config_version=config_version(camera),
        )
        return Change(camera=camera.name, data=data, opened_s=0.0, now_s=0.0)


def goes_on(change: Change, now: datetime) -> Change:
    """The next revision: it still holds."""
    return _next(change, now, Phase.UPDATED, ())


def closed(change: Change, now: datetime, why: str) -> Change:
    """The last revision. ``why``: why it has neither picture nor clip."""
    return _next(change, now, Phase.CLOSED, (Evidence(kind="picture", missing=why), Evidence(kind="clip", missing=why)))


def _next(change: Change, now: datetime, phase: Phase, evidence: tuple[Evidence, ...]) -> Change:
    # The edge's clock may have been put back: an event never ends before it was last seen.
    at = max(now, change.data.last_seen_at)
    data = change.data.model_copy(
        update={
            "revision": change.data.revision + 1,
            "phase": phase,
            "last_seen_at": at,
            "ended_at": at if phase is Phase.CLOSED else None,
            "evidence": evidence,
        }
    )
    return replace(change, data=EventData.model_validate(data.model_dump()))
