"""What an analysis gives: its changes as contract messages, and a picture of each event where one is wanted."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2

from contract.codec import encode
from contract.event import Event, Phase, message_id
from contract.topics import source as source_name
from edge.values import Change, Frame
from models.detector import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """In whose name events are told."""

    site: str = "local"
    edge: str = "analyze"
    timezone: str = "Asia/Ho_Chi_Minh"
    min_score: float = 0.25

    def source(self, camera: str) -> str:
        """The CloudEvents source of one of its cameras."""
        return source_name(self.site, self.edge, camera)


class Collector:
    """Takes the changes of one recording, in order, as contract messages; pictures too, where asked for."""

    def __init__(self, source: str, first_sequence: int, pictures: Path | None) -> None:
        self._source = source
        self._sequence = first_sequence
        self._pictures = pictures
        self._best: dict[str, float] = {}
        self.events: list[Event] = []

    def update(self, frame: Frame) -> None:
        """Nothing is recorded: the recording is already there."""

    def follow(self, frame: Frame, change: Change) -> None:
        data = change.data
        self.events.append(
            Event(
                id=message_id(data.event_id, data.revision),
                source=self._source,
                time=frame.captured_at,
                sequence=str(self._sequence + len(self.events)),
                data=data,
            )
        )
        if self._pictures is not None and data.phase is not Phase.CLOSED:
            self._show(frame, change, self._pictures)

    def finish(self) -> None:
        """Nothing is left to do."""

    def _show(self, frame: Frame, change: Change, folder: Path) -> None:
        """Keep the picture of the best look, its subjects' boxes drawn."""
        event_id = str(change.data.event_id)
        score = max((subject.score for subject in change.shown), default=0.0)
        if score <= self._best.get(event_id, -1.0):
            return
        self._best[event_id] = score
        stamp = change.data.started_at.strftime("%Y%m%dT%H%M%S")
        name = f"{change.camera}-{stamp}-{change.data.rule.name}-{event_id[-6:]}.jpg"
        done, coded = cv2.imencode(".jpg", drawn(frame, change), [cv2.IMWRITE_JPEG_QUALITY, 88])
        if done:
            (folder / name).write_bytes(coded.tobytes())


def write(path: Path, events: Iterable[Event]) -> None:
    """One canonical JSON message a line."""
    with path.open("wb") as file:
        for event in events:
            file.write(encode(event) + b"\n")


def drawn(frame: Frame, change: Change) -> Image:
    """A copy of the frame's picture with the event's subjects boxed and named: those who are there now."""
    canvas = frame.image.copy()
    thick = max(1, round(frame.height / 300))
    for subject in change.shown:
        x1, y1, x2, y2 = subject.box
        upper = (round(x1 * frame.width), round(y1 * frame.height))
        cv2.rectangle(canvas, upper, (round(x2 * frame.width), round(y2 * frame.height)), (60, 60, 235), thick)
        text = f"{subject.track} {subject.class_name} {subject.score:.2f} {subject.dwell_s:.0f}s"
        place = (upper[0], max(12, upper[1] - 4))
        cv2.putText(canvas, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4 * thick, (60, 60, 235), thick, cv2.LINE_AA)
    return canvas
