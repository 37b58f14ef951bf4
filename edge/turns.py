"""Between the walks and the one detector they share: who looks next, and who does without.

- As many looks run at once as the detector has streams; a camera has one look waiting at most, so the queue is never
  longer than there are cameras.
- The next stream that is free goes to the camera that was served least (start-time fair queueing, Goyal, Vin and Cheng
  1996): one that seldom asks goes before one that asks all the time, whoever asked first.
- A look that is not served within ``LONGEST_WAIT_S`` is dropped: its picture is old by now. So is one that comes sooner
  than the pace allows: when looks wait, every camera's rate is lowered by the same share (``edge.pace``), and raised
  again when they do not. Every drop is counted for its camera, and overload is told once when it begins and ends.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf

import structlog

from edge.clock import Clock
from edge.pace import Pace
from models.detector import Detections, Detector, Image

LONGEST_WAIT_S = 0.3
"""With a look's own time, a frame's boxes are less than half a second old: an entry is told in time, or by the next."""
EARLY_S = 0.012
"""A look that comes this much before its time is in time: cameras jitter."""

log = structlog.get_logger(__name__)


class Skipped(Exception):  # noqa: N818 - not an error: the walk goes on without boxes
    """It was not this camera's turn. Ask again with a frame that is ``again_s`` seconds of real time newer."""

    def __init__(self, again_s: float = 0.0) -> None:
        super().__init__(f"not its turn; ask again in {again_s:.3f} s")
        self.again_s = again_s


@dataclass(slots=True, eq=False)
class _Request:
    """One look that waits. ``tag``: the virtual time at which it may start; ``had``: that at which what its camera was
    granted before ended, so that of two with one tag the one that was served longer ago goes first."""

    turn: "Turn"
    tag: float
    had: float
    asked_s: float
    granted: threading.Event = field(default_factory=threading.Event)


class Turns:
    """Shares ``detector`` among cameras. Any thread."""

    def __init__(
        self, detector: Detector, *, streams: int, clock: Clock, longest_wait_s: float = LONGEST_WAIT_S
    ) -> None:
        """``streams``: how many looks the detector runs side by side."""
        self.detector = detector
        self._streams = streams
        self._clock = clock
        self._longest_wait_s = longest_wait_s
        self._lock = threading.Lock()
        self._turns: dict[str, Turn] = {}
        self._waiting: list[_Request] = []
        self._running = 0
        self._virtual = 0.0
        self._pace = Pace(clock.mono_s())

    def of(self, camera: str, *, detect_fps: float, patient: bool = False) -> "Turn":
        """The detector as this camera sees it; the same one whenever it is asked for.

        ``patient``: a recording that is read as fast as it goes. It waits for its turn however long that takes, and no
        pace is set to it: its seconds are not the clock's.
        """
        with self._lock:
            if camera not in self._turns:
                self._turns[camera] = Turn(self, camera, detect_fps, self._clock, patient=patient)
            return self._turns[camera]

    @property
    def share(self) -> float:
        """The share of the asked looks that every camera is granted now: 1 while the machine keeps up."""
        return self._pace.share

    @property
    def waiting(self) -> int:
        """Looks that wait now; never more than there are cameras."""
        return len(self._waiting)

    def enter(self, turn: "Turn", cost: float) -> float:
        """Wait until ``turn`` may run ``cost`` pictures' worth. Returns the seconds waited. Raises Skipped."""
        with self._lock:
            now_s = self._clock.mono_s()
            self._keep_pace(now_s)
            if (again_s := turn.early_s(now_s, self._pace.share)) > 0:
                raise Skipped(again_s)
            request = _Request(turn, max(self._virtual, turn.finish), turn.finish, now_s)
            turn.finish = request.tag + cost
            if self._running < self._streams:
                self._running += 1
                self._grant(request)
            else:
                self._waiting.append(request)
        request.granted.wait(None if turn.is_patient else self._longest_wait_s)
        with self._lock:
            waited_s = self._clock.mono_s() - request.asked_s
            if not request.granted.is_set():
                self._pace.waited(inf)
                self._waiting.remove(request)
                turn.finish = request.had
                raise Skipped
            if not turn.is_patient:
                self._pace.waited(waited_s)
        return waited_s

    def leave(self, took_s: float) -> None:
        """A look is over after ``took_s``: its stream goes to the camera that was served least, or rests."""
        with self._lock:
            self._pace.took(took_s)
            if self._waiting:
                first = min(self._waiting, key=lambda one: (one.tag, one.had, one.asked_s))
                self._waiting.remove(first)
                self._grant(first)
            else:
                self._running -= 1

    def _grant(self, request: _Request) -> None:
        self._virtual = max(self._virtual, request.tag)
        request.granted.set()

    def _keep_pace(self, now_s: float) -> None:
        if self._pace.update(now_s):
            share = round(self._pace.share, 2)
            if self._pace.is_overloaded:
                log.warning("detection_overloaded", share=share, cameras=len(self._turns), streams=self._streams)
            else:
                log.info("detection_keeps_up", share=share, cameras=len(self._turns))


class Turn:
    """The shared detector as one camera sees it: a `models.detector.Detector` whose ``detect`` may raise Skipped.

    ``detect`` belongs to the camera's thread and is called once for a look, with all its pictures; the counters may be
    read by any. They only grow, restarts of the camera's worker included.
    """

    def __init__(self, turns: Turns, camera: str, detect_fps: float, clock: Clock, *, patient: bool) -> None:
        self.camera = camera
        self.is_patient = patient
        self.finish = 0.0
        """The virtual time at which what it was granted ends; ``Turns`` owns it."""
        self.served = 0
        """Looks that ran."""
        self.skipped = 0
        """Looks that it did without."""
        self.longest_wait_s = 0.0
        """Of a look that ran."""
        self.info, self.classes = turns.detector.info, turns.detector.classes
        self.needs_motion, self.is_elastic = turns.detector.needs_motion, turns.detector.is_elastic
        self._turns = turns
        self._clock = clock
        self._period_s = 1.0 / detect_fps
        self._turn_s = float("-inf")

    def early_s(self, now_s: float, share: float) -> float:
        """How much too soon a look at ``now_s`` comes by the pace, 0 if it does not: then it has used this turn."""
        if self.is_patient or share >= 1.0:
            return 0.0
        if now_s + EARLY_S < self._turn_s:
            return self._turn_s - now_s
        period_s = self._period_s / share
        on_beat_s = self._turn_s + period_s
        self._turn_s = on_beat_s if on_beat_s > now_s else now_s + period_s
        return 0.0

    def detect(
        self, images: Sequence[Image], min_score: float = 0.25, canvas: tuple[int, int] | None = None
    ) -> list[Detections]:
        """See `models.detector.Detector.detect`; waits for its turn. Raises Skipped where it gets none."""
        try:
            waited_s = self._turns.enter(self, len(images) * self._cost(canvas))
        except Skipped:
            self.skipped += 1
            raise
        began_s = self._clock.mono_s()
        try:
            found = self._turns.detector.detect(images, min_score, canvas)
        finally:
            self._turns.leave(self._clock.mono_s() - began_s)
        self.served += 1
        self.longest_wait_s = max(self.longest_wait_s, waited_s)
        return found

    def _cost(self, canvas: tuple[int, int] | None) -> float:
        """Of one picture: 1 on the network's own canvas, by its area on another."""
        own = self.info.input_size
        if canvas is None or own is None or not self.is_elastic:
            return 1.0
        return canvas[0] * canvas[1] / (own[0] * own[1])
