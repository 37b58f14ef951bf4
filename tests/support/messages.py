"""Real contract messages of an edge, and the deliveries that carry them, for tests of the server."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contract import codec, topics
from contract.event import (
    ClockReading,
    Event,
    EventData,
    Evidence,
    Mode,
    ModelRef,
    Phase,
    Place,
    Rule,
    Severity,
    Status,
    Subject,
    message_id,
)
from contract.health import CameraHealth, CameraState, Health, HealthData, PictureState, StatusData, StatusMessage
from contract.identity import event_uuid
from server.inbox import Delivery, News

BEGIN = datetime(2026, 3, 2, 19, 14, 4, 120_000, tzinfo=UTC)
SITE, EDGE, CAMERA = "hoa-thuan", "khom4", "kho-sau"


def evidence_of(body: bytes, kind: str = "clip", at_s: float = 0.0) -> Evidence:
    """The evidence entry for these bytes."""
    sha256 = hashlib.sha256(body).hexdigest()
    at = BEGIN + timedelta(seconds=at_s)
    if kind == "picture":
        return Evidence(kind="picture", sha256=sha256, bytes=len(body), media_type="image/jpeg", at=at)
    return Evidence(
        kind="clip",
        sha256=sha256,
        bytes=len(body),
        media_type="video/mp4",
        started_at=at,
        ended_at=at + timedelta(seconds=8),
    )


@dataclass(frozen=True, kw_only=True)
class Story:
    """One event of a camera, told in revisions. ``at_s``: when it began, in seconds after BEGIN."""

    number: int = 0
    at_s: float = 0.0
    lasts_s: float = 6.0
    site: str = SITE
    edge: str = EDGE
    camera: str = CAMERA
    rule: str = "kho-sau-dem"
    kind: str = "intrusion"
    place: str = "kho_sau"
    mode: Mode = Mode.ACTIVE
    status: Status = Status.ACTUAL
    severity: Severity = Severity.HIGH
    evidence: tuple[Evidence, ...] = ()

    @property
    def source(self) -> str:
        """The CloudEvents source of its camera."""
        return topics.source(self.site, self.edge, self.camera)

    @property
    def event_id(self) -> str:
        """Its UUID, as text."""
        started_at = BEGIN + timedelta(seconds=self.at_s)
        return str(event_uuid(started_at, self.source, self.rule, self.place, str(self.number)))

    def tell(self, phase: Phase = Phase.OPENED, *, revision: int = 1, sequence: int | None = None) -> Event:
        """One revision. Each is seen two seconds longer than the one before; the closing one to the end."""
        started_at = BEGIN + timedelta(seconds=self.at_s)
        seen_s = self.lasts_s if phase is Phase.CLOSED else min(2.0 * (revision - 1), self.lasts_s)
        last_seen_at = started_at + timedelta(seconds=seen_s)
        data = EventData.model_validate(
            {
                "event_id": self.event_id,
                "revision": revision,
                "phase": phase,
                "status": self.status,
                "rule": Rule(kind=self.kind, name=self.rule, mode=self.mode, version="b3" * 32),
                "place": Place(kind="zone", name=self.place),
                "severity": self.severity,
                "started_at": started_at,
                "last_seen_at": last_seen_at,
                "ended_at": last_seen_at if phase is Phase.CLOSED else None,
                "clock": ClockReading(basis="pts", offset_ms=12),
                "subjects": (Subject(track=57, class_name="person", score=0.86, box=(0.4, 0.5, 0.5, 0.7), dwell_s=3),),
                "evidence": self._evidence(phase),
                "model": ModelRef(name="yolo11n-int8", sha256="a1" * 32),
                "config_version": "0123456789abcdef",
            }
        )
        return Event(
            id=message_id(data.event_id, revision),
            source=self.source,
            time=last_seen_at,
            sequence=str(sequence if sequence is not None else 10 * self.number + revision),
            data=data,
        )

    def life(self, first_sequence: int = 1) -> list[Event]:
        """Opened, updated, closed, with sequence numbers from ``first_sequence`` on."""
        phases = (Phase.OPENED, Phase.UPDATED, Phase.CLOSED)
        return [
            self.tell(phase, revision=number + 1, sequence=first_sequence + number)
            for number, phase in enumerate(phases)
        ]

    def _evidence(self, phase: Phase) -> tuple[Evidence, ...]:
        kinds = {part.kind for part in self.evidence}
        missing = [
            Evidence(kind=kind, missing="not recorded")
            for kind in ("picture", "clip")
            if phase is Phase.CLOSED and kind not in kinds
        ]
        return (*self.evidence, *missing)


def heartbeat(
    *cameras: CameraHealth, session: int = 1, site: str = SITE, edge: str = EDGE, started_at: datetime = BEGIN
) -> Health:
    """A heartbeat; without cameras, one of CAMERA that is online."""
    return Health(
        id=f"{edge}.{session}",
        source=topics.source(site, edge),
        time=started_at,
        data=HealthData(
            session=session,
            started_at=started_at,
            software="test",
            cameras=cameras or (camera_health(),),
            outbox_depth=0,
            outbox_oldest_s=0.0,
            evidence_pending=0,
            disk_free_bytes=1 << 40,
            config_version="0123456789abcdef",
            model=ModelRef(name="yolo11n-int8"),
        ),
    )


def camera_health(
    camera: str = CAMERA,
    *,
    up_s: float = 0.0,
    state: CameraState = CameraState.ONLINE,
    error: str | None = None,
    picture: PictureState | None = None,
    clock_offset_ms: int | None = None,
    label: str = "",
    unit: str = "",
    last_frame_at: datetime | None = None,
) -> CameraHealth:
    """What a heartbeat says of one camera. ``last_frame_at``: left out, ``up_s`` after BEGIN."""
    return CameraHealth(
        camera=camera,
        label=label,
        state=state,
        last_frame_at=last_frame_at or BEGIN + timedelta(seconds=up_s),
        up_s=up_s,
        fps=15.0,
        frames=int(up_s * 15),
        dropped=0,
        inferences=0,
        reconnects=0,
        error=error,
        picture=picture,
        clock_offset_ms=clock_offset_ms,
        unit=unit,
    )


def status(state: str, *, session: int = 1, site: str = SITE, edge: str = EDGE) -> StatusMessage:
    """What an edge, or its last will, says of itself."""
    data = StatusData.model_validate({"state": state, "session": session})
    return StatusMessage(id=f"{edge}.{session}.{state}", source=topics.source(site, edge), time=BEGIN, data=data)


def deliver(message: News) -> Delivery:
    """The message as the broker would hand it over."""
    channels: dict[str, topics.Channel] = {
        "event": "event",
        "health": "health",
        "status": "status",
        "settings": "settings",
    }
    source = topics.parse_source(message.source)
    channel = channels[message.type.split(".")[2]]
    return Delivery(topic=topics.build(source.site, source.edge, channel), payload=codec.encode(message))
