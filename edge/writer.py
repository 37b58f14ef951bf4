"""Writes evidence and puts the changes that name it: a quick lane for pictures, a slow one for clips.

A change waits for its evidence here, not in the walk; and a clip that takes seconds to write does not hold back the
opening of the next event. Whatever fails, the change goes out and says why its evidence is missing.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from contract.event import Evidence, Severity
from edge import mp4
from edge.coder import StoppedError
from edge.evidence import EvidenceFolder, MakeRoom, unlimited
from edge.lane import Lane
from edge.picture import jpeg
from edge.values import Change, Packet
from models.detector import Image

log = structlog.get_logger(__name__)

MOST_BYTES = 512 * 1024 * 1024
"""Packets that wait to be written; a disk that is slower than its cameras costs clips, not the process."""
MOST_PICTURES = 32
"""Pictures that wait to be coded (6 MB each at 1080p)."""
PREVIEW_QUALITY = 75
_MOST_PARTS = 8
"""Clips of one event: a camera that comes back with another size again and again does not fill the message."""
MOST_MOMENTS = 16
"""Pictures from the course of one event."""
_MUXED_BYTES = 64 * 1024
"""What an MP4 takes beside its packets, roughly."""
_RETRY_S = 1.0
STOP_S = 1.5
"""Seconds to write what is under way when the edge stops."""
_NAP_S = 0.1
_STOPPED = "the edge was stopped before it was written"
_BEHIND = "the edge was behind: its disk or processor is too slow for its cameras"


@dataclass(slots=True)
class Shown:
    """The evidence of one event so far. Only the lanes touch it: the quick one ``picture`` and ``moments``, the slow
    one ``clips``."""

    picture: Evidence = field(default_factory=lambda: Evidence(kind="picture", missing="no picture was taken"))
    moments: tuple[Evidence, ...] = ()
    clips: tuple[Evidence, ...] = ()
    severity: Severity = Severity.MEDIUM


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A change on its way out. ``image``: a better picture, seen at ``at``, to write first; ``clips``: the packets of
    the clips to write first. ``is_slow``: this change or one before it of the same event has a clip, so it keeps behind
    that one."""

    change: Change
    shown: Shown
    at: datetime
    image: Image | None
    clips: tuple[tuple[Packet, ...], ...] = ()
    is_slow: bool = False


class EvidenceWriter:
    """One camera's evidence. ``give`` and ``give_preview`` never wait; ``put`` is called on the lanes, in order for
    each event, and again every second while it raises, until ``finish`` gives up."""

    def __init__(
        self, camera: str, folder: Path, put: Callable[[Change], None], make_room: MakeRoom = unlimited
    ) -> None:
        self._camera = camera
        self._folder = EvidenceFolder(folder)
        self._make_room = make_room
        self._put = put
        self._giving_up = threading.Event()
        self._lock = threading.Lock()
        self._waiting_bytes = 0
        self._waiting_pictures = 0
        self._quick = Lane(f"picture-{camera}")
        self._slow = Lane(f"clip-{camera}")

    def give(self, job: Job) -> None:
        """Write the job's evidence, then put its change."""
        size = sum(len(packet.data) for part in job.clips for packet in part)
        with self._lock:
            if job.image is not None and self._waiting_pictures >= MOST_PICTURES:
                job = replace(job, image=None)
            has_room = self._waiting_bytes + size <= MOST_BYTES
            self._waiting_bytes += size if has_room else 0
            self._waiting_pictures += job.image is not None
        self._quick.give(lambda: self._do_quick(job, size, has_room=has_room))

    def give_moment(self, shown: Shown, image: Image, at: datetime) -> None:
        """Write a picture of an event that goes on; its next change names it. Left out when the lane is behind."""
        with self._lock:
            if self._waiting_pictures >= MOST_PICTURES:
                return
            self._waiting_pictures += 1
        self._quick.give(lambda: self._do_moment(shown, image, at))

    def give_preview(self, image: Image, send: Callable[[str, bytes], None]) -> None:
        """Send a JPEG of the camera as it looks now; left out when the lane is behind."""
        with self._lock:
            if self._waiting_pictures >= MOST_PICTURES:
                return
            self._waiting_pictures += 1
        self._quick.give(lambda: self._do_preview(image, send))

    def finish(self, stopping: threading.Event) -> None:
        """Write and put what waits. Once ``stopping`` is set there are ``STOP_S`` seconds; what is not written by
        then is put without it, and what cannot be put is left to the log."""
        self._quick.end(then=self._slow.end)
        while not self._slow.join(_NAP_S):
            if stopping.is_set():
                self._slow.join(STOP_S)
                break
        self._giving_up.set()
        if not (self._quick.join(1.0) and self._slow.join(1.0)):
            log.error("evidence_unfinished", camera=self._camera, cure="the disk hangs; look at it")

    def _do_quick(self, job: Job, size: int, *, has_room: bool) -> None:
        if job.image is not None:
            picture = self._write_picture(job.image, job.at, job.shown.severity)
            with self._lock:
                self._waiting_pictures -= 1
            if picture.missing is None or job.shown.picture.missing is not None:
                job.shown.picture = picture
        # The quick lane may move on to this event's next picture: what is said now is fixed here.
        pictures = (job.shown.picture, *job.shown.moments)
        if job.is_slow:
            self._slow.give(lambda: self._do_slow(job, pictures, size, has_room=has_room))
        else:
            self._send(job.change, (*pictures, *job.shown.clips))

    def _do_moment(self, shown: Shown, image: Image, at: datetime) -> None:
        picture = self._write_picture(image, at, shown.severity)
        with self._lock:
            self._waiting_pictures -= 1
        if picture.missing is None:
            moments = (*shown.moments, picture.model_copy(update={"periodic": True}))
            # Every other one stays: the whole event is shown, however long it is.
            shown.moments = moments if len(moments) <= MOST_MOMENTS else moments[::2]

    def _do_slow(self, job: Job, pictures: tuple[Evidence, ...], size: int, *, has_room: bool) -> None:
        for packets in job.clips:
            parts = mp4.by_stream(packets) if has_room else []
            clips = tuple(self._write_clip(part, job.shown.severity) for part in parts[:_MOST_PARTS])
            why = "no keyframe was seen" if has_room else _BEHIND
            job.shown.clips += clips or (Evidence(kind="clip", missing=why),)
        job.shown.clips = job.shown.clips[-_MOST_PARTS:]
        with self._lock:
            self._waiting_bytes -= size if has_room else 0
        self._send(job.change, (*pictures, *job.shown.clips))

    def _do_preview(self, image: Image, send: Callable[[str, bytes], None]) -> None:
        with self._lock:
            self._waiting_pictures -= 1
        send(self._camera, jpeg(image, PREVIEW_QUALITY))

    def _write_picture(self, image: Image, at: datetime, severity: Severity) -> Evidence:
        try:
            data = jpeg(image)
            self._make_room(len(data), severity)
            with self._folder.draft("image/jpeg") as draft:
                draft.write_bytes(data)
                sha256, size = self._folder.keep(draft, "image/jpeg")
        except Exception as error:
            # Whatever it is, the event must not be lost with its picture.
            return Evidence(kind="picture", missing=self._told("picture", error))
        return Evidence(kind="picture", sha256=sha256, bytes=size, media_type="image/jpeg", at=at)

    def _write_clip(self, packets: list[Packet], severity: Severity) -> Evidence:
        first, last = (choose(packets, key=lambda packet: packet.pts_s) for choose in (min, max))

        def at(pts_s: float) -> datetime:
            # By the camera's own time: the edge's clock may have been put back in between.
            return first.captured_at + timedelta(seconds=pts_s - first.pts_s)

        lasts_s = float(last.duration * last.stream.time_base)
        clip = Evidence(kind="clip", missing=_STOPPED, started_at=at(first.pts_s), ended_at=at(last.pts_s + lasts_s))
        if self._giving_up.is_set():
            return clip
        try:
            self._make_room(sum(len(packet.data) for packet in packets) + _MUXED_BYTES, severity)
            with self._folder.draft("video/mp4") as draft:
                written = mp4.write(packets, draft, self._giving_up.is_set)
                sha256, size = self._folder.keep(draft, "video/mp4")
        except StoppedError:
            return clip
        except Exception as error:
            return clip.model_copy(update={"missing": self._told("clip", error)})
        return Evidence(
            kind="clip",
            sha256=sha256,
            bytes=size,
            media_type="video/mp4",
            started_at=clip.started_at,
            ended_at=clip.ended_at,
            codec=written.codec,
            coded_by="camera" if written.is_native and not first.stream.is_ours else "edge",
            gaps=tuple((at(begin_s), at(end_s)) for begin_s, end_s in written.gaps_s),
        )

    def _told(self, what: str, error: Exception) -> str:
        """Log why there is no evidence, and say it to the officer without paths."""
        why = error.strerror or type(error).__name__ if isinstance(error, OSError) else str(error)
        log.warning("evidence_missing", camera=self._camera, what=what, error=f"{type(error).__name__}: {error}")
        return f"the {what} could not be written: {why}"[:500]

    def _send(self, change: Change, evidence: tuple[Evidence, ...]) -> None:
        """Put the change; while the journal cannot be written, keep it and try again."""
        data = change.data.model_copy(update={"evidence": evidence})
        whole = replace(change, data=data)
        is_told = False
        while True:
            try:
                self._put(whole)
            except Exception as error:
                if not is_told:
                    log.error("change_not_kept", camera=self._camera, event_id=str(data.event_id), error=str(error))
                is_told = True
                if self._giving_up.wait(_RETRY_S):
                    return
            else:
                if is_told:
                    log.info("change_kept", camera=self._camera, event_id=str(data.event_id))
                return
