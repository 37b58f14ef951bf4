"""What a measured server is given: edges, cameras, and event lifecycles as the broker would deliver them."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from contract import codec, topics
from contract.envelope import Envelope
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
    Subject,
    message_id,
)
from contract.health import CameraHealth, CameraState, Health, HealthData
from contract.identity import event_uuid
from server.inbox import Delivery

SITE = "bench"
BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
PHASES = (Phase.OPENED, Phase.UPDATED, Phase.UPDATED, Phase.CLOSED)
"""The revisions of one lifecycle."""
STEP_S = 10
"""Seconds from one revision to the next."""
PAIR_S, APART_S = 120, 1500
"""From a camera's event to its next one, in turns: the first two share an incident, the third has its own again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """``lifecycles`` events spread over ``edges`` x ``cameras`` cameras, told in ``batch`` messages a transaction."""

    lifecycles: int
    edges: int
    cameras: int
    """Of one edge."""
    batch: int

    @property
    def edge_names(self) -> list[str]:
        """The edges to register at site SITE."""
        return [f"edge{number:02d}" for number in range(self.edges)]

    def heartbeats(self) -> list[Delivery]:
        """A first heartbeat of each edge, which makes its cameras known."""
        return [self.heartbeat(edge, session=1, up_s=0.0) for edge in self.edge_names]

    def heartbeat(self, edge: str, *, session: int, up_s: float) -> Delivery:
        """One edge says that its cameras gave frames for ``up_s`` seconds in this session."""
        at = BEGIN + timedelta(seconds=up_s)
        told = tuple(_camera_health(name, at, up_s) for name in self._camera_names())
        data = HealthData(
            session=session,
            started_at=BEGIN,
            software="bench",
            cameras=told,
            outbox_depth=0,
            outbox_oldest_s=0.0,
            evidence_pending=0,
            disk_free_bytes=1 << 40,
            config_version="0123456789abcdef",
            model=ModelRef(name="yolo11n-int8"),
        )
        source = topics.source(SITE, edge)
        return _deliver(edge, "health", Health(id=f"{edge}.{session}.{up_s:.0f}", source=source, time=at, data=data))

    def batches(self) -> Iterator[list[Delivery]]:
        """The messages, in the order in which busy cameras send them: a lifecycle's lie among all the others'."""
        batch: list[Delivery] = []
        for delivery in self._deliveries():
            batch.append(delivery)
            if len(batch) == self.batch:
                yield batch
                batch = []
        if batch:
            yield batch

    def _deliveries(self) -> Iterator[Delivery]:
        """Round after round, every camera has one event at the same time as all the others: the worst hour."""
        cameras = [(edge, camera) for edge in self.edge_names for camera in self._camera_names()]
        sequences = dict.fromkeys(self.edge_names, 0)
        for first in range(0, self.lifecycles, len(cameras)):
            number = first // len(cameras)
            at = BEGIN + timedelta(seconds=number // 2 * (PAIR_S + APART_S) + number % 2 * PAIR_S)
            busy = cameras[: self.lifecycles - first]
            for revision, phase in enumerate(PHASES, start=1):
                for edge, camera in busy:
                    sequences[edge] += 1
                    yield _deliver(edge, "event", _event(edge, camera, at, phase, revision, sequences[edge]))

    def _camera_names(self) -> list[str]:
        return [f"camera{number:03d}" for number in range(self.cameras)]


def _event(edge: str, camera: str, at: datetime, phase: Phase, revision: int, sequence: int) -> Event:
    """One revision, as an edge with a person in a zone tells it."""
    source = topics.source(SITE, edge, camera)
    last_seen_at = at + timedelta(seconds=(revision - 1) * STEP_S)
    data = EventData(
        event_id=event_uuid(at, source, "kho-dem", "kho", "1"),
        revision=revision,
        phase=phase,
        rule=Rule(kind="intrusion", name="kho-dem", mode=Mode.ACTIVE, version="b3" * 32),
        place=Place(kind="zone", name="kho", label="Kho sau"),
        severity=Severity.HIGH,
        started_at=at,
        last_seen_at=last_seen_at,
        ended_at=last_seen_at if phase is Phase.CLOSED else None,
        clock=ClockReading(basis="pts", offset_ms=12),
        subjects=(
            Subject(class_name="person", track=57, score=0.86, box=(0.41, 0.52, 0.48, 0.77), dwell_s=3.5 * revision),
        ),
        evidence=_evidence(f"{source} {at}", at, last_seen_at, phase),
        model=ModelRef(name="yolo11n-int8", sha256="a1" * 32),
        config_version="0123456789abcdef",
    )
    return Event(
        id=message_id(data.event_id, revision), source=source, time=last_seen_at, sequence=str(sequence), data=data
    )


def _evidence(of: str, at: datetime, end: datetime, phase: Phase) -> tuple[Evidence, ...]:
    """A picture from the opening on, a clip with the closing."""
    picture, clip = (hashlib.sha256(f"{of} {kind}".encode()).hexdigest() for kind in ("picture", "clip"))
    shown = Evidence(kind="picture", sha256=picture, bytes=84_211, media_type="image/jpeg", at=at)
    if phase is not Phase.CLOSED:
        return (shown,)
    filmed = Evidence(kind="clip", sha256=clip, bytes=1_402_113, media_type="video/mp4", started_at=at, ended_at=end)
    return (shown, filmed)


def _camera_health(camera: str, at: datetime, up_s: float) -> CameraHealth:
    return CameraHealth(
        camera=camera,
        state=CameraState.ONLINE,
        last_frame_at=at,
        up_s=up_s,
        fps=15.0,
        frames=int(up_s * 15),
        dropped=0,
        inferences=0,
        reconnects=0,
    )


def _deliver(edge: str, channel: topics.Channel, message: Envelope) -> Delivery:
    return Delivery(topic=topics.build(SITE, edge, channel), payload=codec.encode(message))
