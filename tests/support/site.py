"""A ward as its officers see it in a browser: an office whose cameras send real messages, pictures and clips."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

from contract import codec, topics
from contract.configuration import CameraSettingsTold, SettingsData
from contract.drawing import Drawing
from contract.event import ClockReading, Event, EventData, Evidence, ModelRef, Place, Rule, Step, Subject, message_id
from contract.health import CameraHealth, CameraState, ConfigState, Health, HealthData, PictureState
from contract.identity import event_uuid
from server.ingest import Ingest
from server.store import edges, incidents
from tests.support.film import Film
from tests.support.messages import deliver
from tests.support.office import NOON, Office, open_office

SITE, EDGE = "hoa-thuan", "khom4"
FIRST_TRACK = 57
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
    path: tuple[Step, ...] = ()
    """Where its first subject was."""
    rule_dwell_s: float | None = None
    hours: str | None = None

    def evidence(self) -> tuple[Evidence, ...]:
        """The film's picture and clip, named by hash, or why there are none."""
        if self.film is None:
            return tuple(Evidence(kind=kind, missing="máy biên vừa khởi động lại") for kind in ("picture", "clip"))
        middle = self.at + timedelta(seconds=self.film.seconds / 2)
        clips = [(self.film.clip, self.at)]
        if self.film.later is not None:
            clips.append((self.film.later, self.at + timedelta(seconds=self.lasts_s - self.film.seconds)))
        step = timedelta(seconds=self.lasts_s / (len(self.film.moments) + 1))
        moments = [(jpeg, self.at + step * number) for number, jpeg in enumerate(self.film.moments, start=1)]
        return (
            _picture(self.film.picture, middle),
            *(_picture(jpeg, at).model_copy(update={"periodic": True}) for jpeg, at in moments),
            *(_clip(clip, at, self.film) for clip, at in clips),
        )


@dataclass
class Ward:
    """An office whose cameras see something: what they see goes the way of real messages."""

    office: Office
    token: str
    _ingest: Ingest
    _sequence: "count[int]" = field(default_factory=lambda: count(1))
    started_at: datetime = NOON
    """When the edge started."""
    _heartbeats: "count[int]" = field(default_factory=lambda: count(1))
    posted: list[tuple[str, codec.Message, bool]] = field(default_factory=list)
    """What the server sent its edges: topic, message, retained."""

    @property
    def url(self) -> str:
        """Where its officers go."""
        return self.office.url

    def hear(
        self,
        cameras: dict[str, CameraState],
        errors: dict[str, str] | None = None,
        pictures: dict[str, PictureState] | None = None,
        clocks_ms: dict[str, int] | None = None,
        configs: dict[str, ConfigState] | None = None,
        config_refused: str = "",
        units: dict[str, str] | None = None,
    ) -> None:
        """A heartbeat of the edge: the state of each camera, what its pictures are worth, how far its clock is off,
        which configuration it has, which khóm or ấp it belongs to."""
        now = self.office.clock.now()
        told = tuple(
            CameraHealth(
                camera=name,
                state=state,
                last_frame_at=now if state is CameraState.ONLINE else now - timedelta(minutes=47),
                up_s=0.0,
                fps=15.0,
                frames=0,
                dropped=0,
                inferences=0,
                reconnects=0,
                error=(errors or {}).get(name),
                picture=(pictures or {}).get(name),
                clock_offset_ms=(clocks_ms or {}).get(name),
                config=(configs or {}).get(name),
                unit=(units or {}).get(name, ""),
            )
            for name, state in cameras.items()
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
            config_refused=config_refused,
            model=MODEL,
        )
        source = topics.source(SITE, EDGE)
        self._ingest.take([deliver(Health(id=f"{EDGE}.{next(self._heartbeats)}", source=source, time=now, data=data))])

    def tell(self, camera: str, drawing: Drawing, version: int | None = None, *, is_calibrated: bool = False) -> None:
        """The edge says what a camera has."""
        data = SettingsData(drawing=drawing, version=version, is_calibrated=is_calibrated)
        source, now = topics.source(SITE, EDGE, camera), self.office.clock.now()
        self._ingest.take([deliver(CameraSettingsTold(id=f"settings-{camera}", source=source, time=now, data=data))])

    def show(self, camera: str, jpeg: bytes) -> None:
        """The edge puts a camera's latest picture."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "image/jpeg"}
        path = f"/api/v1/cameras/{camera}/picture"
        self.office.browser().put(path, content=jpeg, headers=headers).raise_for_status()

    def see(self, *scenes: Scene) -> None:
        """Events arrive, and then their evidence."""
        for scene in scenes:
            self._ingest.take([deliver(self._event(scene))])
            if scene.film is not None:
                for jpeg in (scene.film.picture, *scene.film.moments):
                    self._upload(jpeg, "image/jpeg")
                for clip in (scene.film.clip, scene.film.later):
                    if clip is not None:
                        self._upload(clip, "video/mp4")

    def waiting(self) -> list[str]:
        """The codes of what waits for a verdict, in the queue's order."""
        has = self.office.services
        with has.database.read() as session:
            queue = incidents.review_queue(session, has.definitions, has.clock.now())
        return [incident.code for incident in queue]

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
                    {
                        "kind": scene.kind,
                        "name": scene.rule,
                        "mode": scene.mode,
                        "version": "b3" * 32,
                        "dwell_s": scene.rule_dwell_s,
                        "hours": scene.hours,
                    }
                ),
                "place": Place.model_validate({"kind": _place_kind(scene.kind), "name": scene.place}),
                "severity": scene.severity,
                "started_at": scene.at,
                "last_seen_at": last,
                "ended_at": last,
                "clock": ClockReading(basis="pts", offset_ms=12),
                "subjects": [
                    Subject(
                        track=number,
                        class_name=scene.class_name,
                        score=scene.score,
                        box=box,
                        dwell_s=scene.dwell_s,
                        path=scene.path if number == FIRST_TRACK else (),
                    )
                    for number, box in enumerate(
                        boxes[:2] if _place_kind(scene.kind) != "camera" else (), start=FIRST_TRACK
                    )
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
        self.office.browser().put(f"/api/v1/evidence/{_sha256(body)}", content=body, headers=headers).raise_for_status()


@contextmanager
def open_ward(folder: Path, url: str | None = None) -> Iterator[Ward]:
    """A ward with one edge; no officer and no camera yet. ``url``: its database, by default a SQLite file."""
    with open_office(folder, url) as office:
        has = office.services
        with has.database.transaction() as session:
            token = edges.register(session, SITE, EDGE, has.clock.now())
        ingest = Ingest(
            has.settings,
            database=has.database,
            clock=has.clock,
            live=has.live,
            metrics=has.metrics,
            dispatch=has.dispatch,
        )
        ward = Ward(office=office, token=token, _ingest=ingest)
        has.dispatch.connect(lambda topic, payload, retain: ward.posted.append((topic, codec.decode(payload), retain)))
        yield ward


def _picture(jpeg: bytes, at: datetime) -> Evidence:
    return Evidence(kind="picture", sha256=_sha256(jpeg), bytes=len(jpeg), media_type="image/jpeg", at=at)


def _clip(mp4: bytes, at: datetime, film: Film) -> Evidence:
    return Evidence(
        kind="clip",
        sha256=_sha256(mp4),
        bytes=len(mp4),
        media_type="video/mp4",
        started_at=at,
        ended_at=at + timedelta(seconds=film.seconds),
        codec=film.codec,
        coded_by="camera" if film.codec else None,
        gaps=tuple((at + timedelta(seconds=begin), at + timedelta(seconds=end)) for begin, end in film.gaps_s),
    )


def _place_kind(rule_kind: str) -> str:
    if rule_kind.startswith("camera_"):
        return "camera"
    return "line" if rule_kind == "line_crossing" else "zone"


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
