"""A ward's server as officers reach it: real uvicorn, real database, fed with real messages and evidence."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import httpx
import uvicorn

from contract import topics
from contract.event import ClockReading, Event, EventData, Evidence, ModelRef, Place, Rule, Subject, message_id
from contract.health import CameraHealth, CameraState, Health, HealthData
from contract.identity import event_uuid
from server import auth
from server.api.schemas import UserOut
from server.app import create_app
from server.ingest import Ingest
from server.role import Role
from server.services import Services
from server.settings import Settings
from server.store import edges, users
from tests.support.film import Film
from tests.support.messages import deliver
from tests.support.needs import ROOT
from tests.support.process import free_port, wait_for_port

SITE, EDGE = "hoa-thuan", "khom4"
PASSWORD = "mot cau de nho 2026"
MODEL = ModelRef(name="yolo11n-int8", sha256="a1" * 32)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a camera sees: one event, opened and closed at once. ``at``: when it began."""

    at: datetime
    camera: str = "kho-sau"
    kind: str = "intrusion"
    rule: str = "kho-sau-dem"
    place: str = "kho_sau"
    severity: str = "high"
    mode: str = "active"
    class_name: str = "person"
    score: float = 0.86
    dwell_s: float = 41.0
    lasts_s: float = 41.0
    film: Film | None = None

    def evidence(self) -> tuple[Evidence, ...]:
        """The film's picture and clip, named by hash, or why there are none."""
        if self.film is None:
            return tuple(Evidence(kind=kind, missing="máy biên vừa khởi động lại") for kind in ("picture", "clip"))  # type: ignore[arg-type]
        middle = self.at + timedelta(seconds=self.film.seconds / 2)
        picture, clip = self.film.picture, self.film.clip
        return (
            Evidence(
                kind="picture", sha256=_sha256(picture), bytes=len(picture), media_type="image/jpeg", at=middle
            ),
            Evidence(
                kind="clip",
                sha256=_sha256(clip),
                bytes=len(clip),
                media_type="video/mp4",
                started_at=self.at,
                ended_at=self.at + timedelta(seconds=self.film.seconds),
            ),
        )


@dataclass
class Ward:
    """The running server. ``see`` is what its cameras do; ``url`` is where its officers go."""

    services: Services
    url: str
    token: str
    started_at: datetime
    _ingest: Ingest
    _sequence: "count[int]" = field(default_factory=lambda: count(1))
    _heartbeats: "count[int]" = field(default_factory=lambda: count(1))

    def hear(self, cameras: dict[str, tuple[CameraState, float]], errors: dict[str, str] | None = None) -> None:
        """A heartbeat of the edge: each camera's state and how long it was up in this session."""
        now = self.services.clock.now()
        told = tuple(
            CameraHealth(
                camera=name,
                state=state,
                last_frame_at=now if state is CameraState.ONLINE else now - timedelta(minutes=47),
                up_s=up_s,
                fps=15.0,
                frames=int(up_s * 15),
                dropped=0,
                inferences=int(up_s * 5),
                reconnects=0,
                error=(errors or {}).get(name),
            )
            for name, (state, up_s) in cameras.items()
        )
        data = HealthData(
            session=1,
            started_at=self.started_at,
            software="0.1.0",
            cameras=told,
            outbox_depth=0,
            outbox_oldest_s=0.0,
            evidence_pending=0,
            disk_free_bytes=1 << 40,
            config_version="0123456789abcdef",
            model=MODEL,
        )
        source = topics.source(SITE, EDGE)
        self._ingest.take([deliver(Health(id=f"{EDGE}.{next(self._heartbeats)}", source=source, time=now, data=data))])

    def see(self, *scenes: Scene) -> list[str]:
        """Events arrive, with their evidence; the codes of the incidents that wait now, first to review first."""
        for scene in scenes:
            self._ingest.take([deliver(self._event(scene))])
            if scene.film is not None:
                self._upload(scene.film.picture, "image/jpeg")
                self._upload(scene.film.clip, "video/mp4")
        with httpx.Client(base_url=self.url) as client:
            client.post("/api/v1/session", json={"username": "tran.b", "password": PASSWORD}).raise_for_status()
            return [str(one["code"]) for one in client.get("/api/v1/review").json()]

    def add_user(self, username: str, display_name: str, role: Role) -> None:
        """An account whose password is PASSWORD."""
        now = self.services.clock.now()
        nobody = UserOut(id=1, username="admin", display_name="Quản trị", role="admin")
        hashed = auth.hash_password(PASSWORD)
        with self.services.database.transaction() as session:
            auth.first_admin(session, now)
            users.create(
                session,
                username=username,
                display_name=display_name,
                role=role,
                password_hash=hashed,
                by=nobody,
                now=now,
            )
            users.set_password(session, username, password_hash=hashed, one_time=False, by=nobody, now=now)

    def _event(self, scene: Scene) -> Event:
        source = topics.source(SITE, EDGE, scene.camera)
        event_id = event_uuid(scene.at, source, scene.rule, scene.place, "57")
        last = scene.at + timedelta(seconds=scene.lasts_s)
        boxes = scene.film.people if scene.film and scene.film.people else ((0.41, 0.52, 0.47, 0.71),)
        data = EventData.model_validate(
            {
                "event_id": event_id,
                "revision": 1,
                "phase": "closed",
                "rule": Rule.model_validate(
                    {"kind": scene.kind, "name": scene.rule, "mode": scene.mode, "version": "b3" * 32}
                ),
                "place": Place(kind="line" if scene.kind == "line_crossing" else "zone", name=scene.place),
                "severity": scene.severity,
                "started_at": scene.at,
                "last_seen_at": last,
                "ended_at": last,
                "clock": ClockReading(basis="pts", offset_ms=12),
                "subjects": [
                    Subject(
                        track=number, class_name=scene.class_name, score=scene.score, box=box, dwell_s=scene.dwell_s
                    )
                    for number, box in enumerate(boxes[:2], start=57)
                ],
                "evidence": scene.evidence(),
                "model": MODEL,
                "config_version": "0123456789abcdef",
            }
        )
        number = str(next(self._sequence))
        return Event(id=message_id(event_id, 1), source=source, time=last, sequence=number, data=data)

    def _upload(self, body: bytes, media_type: str) -> None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": media_type}
        answer = httpx.put(f"{self.url}/api/v1/evidence/{_sha256(body)}", content=body, headers=headers)
        answer.raise_for_status()


@contextmanager
def open_ward(folder: Path) -> Iterator[Ward]:
    """A ward with an officer (tran.b), a supervisor (le.c) and a viewer (an.d), and one edge; no camera yet."""
    settings = Settings.model_validate(
        {
            "site": {"slug": SITE, "name_vi": "Phường Hòa Thuận", "name_en": "Hoa Thuan Ward"},
            "database": {"url": f"sqlite:///{folder / 'ward.db'}"},
            "evidence_dir": folder / "evidence",
            "criteria_file": ROOT / "configs" / "criteria.yaml",
        }
    )
    app = create_app(settings, with_ingest=False)
    found = app.state.services
    assert isinstance(found, Services)
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, timeout_graceful_shutdown=2)
    )
    thread = threading.Thread(target=server.run, name="uvicorn")
    with found.database.transaction() as session:
        token = edges.register(session, SITE, EDGE, found.clock.now())
    ingest = Ingest(
        settings, database=found.database, clock=found.clock, live=found.live, metrics=found.metrics
    )
    ward = Ward(
        services=found, url=f"http://127.0.0.1:{port}", token=token, started_at=found.clock.now(), _ingest=ingest
    )
    for username, name, role in OFFICERS:
        ward.add_user(username, name, role)
    thread.start()
    try:
        wait_for_port(port)
        yield ward
    finally:
        server.should_exit = True
        thread.join(timeout=15)
        assert not thread.is_alive(), "the server did not stop"


OFFICERS: tuple[tuple[str, str, Role], ...] = (
    ("tran.b", "Trần Thị B.", "officer"),
    ("le.c", "Lê Văn C.", "supervisor"),
    ("an.d", "An Thị D.", "viewer"),
)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
