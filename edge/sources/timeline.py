"""A stream's stamps made true to their name: growing, without holes where they are missing, anchored to UTC.

Real recordings have variable frame rates, B-frames (stamps out of order between packets, not between frames), stamps
that are missing, and stamps that jump back to 0. Packets are mended before they are decoded, so that packets and
frames share one time; a clip that is cut from the packets then plays without a jump.
"""

from datetime import datetime, timedelta
from fractions import Fraction

import av

LIVE_JUMP_S = 10.0
"""A live stamp that leaps further ahead than this beyond what really passed is a jump, not time."""
RECORDED_JUMP_S = 3600.0
"""In a recording a leap is a pause of the recorder, up to an hour; beyond that the stamp is broken."""
REORDER_S, REORDER_STEPS = 10.0, 32
"""A picture is shown at most this long (or this many frames: H.264 reorders 16) from when it is decoded; a pts further
from its dts is broken, and would carry the clock away with it."""
SMALLEST_STEP_S = 0.001
"""Two frames with one stamp are told apart by this (the contract's instants have whole milliseconds)."""
SLEW = 0.05
"""A live stream's clock is pulled towards the edge's by at most this share of the time that passes: 5 % corrects the
worst crystal without a visible step."""
SLEW_BEYOND_S = 1.0
"""Differences below this are network jitter and are left alone."""


class PacketTimes:
    """Mends the stamps of one opened stream, packet by packet, in the order in which they were read."""

    def __init__(self, time_base: Fraction, nominal_fps: Fraction | None) -> None:
        self.time_base = time_base
        fps = float(nominal_fps) if nominal_fps and 1 <= nominal_fps <= 240 else 25.0
        self.step = max(1, round(1 / fps / float(time_base)))
        """Ticks from one packet to the next where the stream does not say: its nominal rate."""
        self._reorder = max(round(REORDER_S / float(time_base)), REORDER_STEPS * self.step)
        self.jumps = 0
        self._offset = 0
        self._last_dts: int | None = None
        self._last_arrival_s: float | None = None

    def mend(self, packet: "av.Packet[av.VideoStream]", arrival_s: float | None) -> tuple[int, int]:
        """Write growing stamps into ``packet`` and return them (pts, dts).

        ``arrival_s``: the edge's monotonic clock for a live stream, None for a recording."""
        raw = packet.dts if packet.dts is not None else packet.pts
        raw = raw if raw is not None else self._next() - self._offset
        dts = raw + self._offset
        if self._last_dts is not None and self._is_jump(dts - self._last_dts, arrival_s):
            expected = self._next() + self._passed(arrival_s)
            self._offset += expected - dts
            self.jumps += 1
            dts = expected
        pts = dts if packet.pts is None else packet.pts + self._offset
        if abs(pts - dts) > self._reorder:
            self.jumps += 1
            pts = dts
        packet.pts, packet.dts = pts, dts
        if not packet.duration:
            packet.duration = self.step
        self._last_dts, self._last_arrival_s = dts, arrival_s
        return pts, dts

    def _next(self) -> int:
        return 0 if self._last_dts is None else self._last_dts + self.step

    def _is_jump(self, ticks: int, arrival_s: float | None) -> bool:
        step_s = ticks * float(self.time_base)
        if arrival_s is None:
            return ticks <= 0 or step_s > RECORDED_JUMP_S
        passed_s = arrival_s - (self._last_arrival_s or arrival_s)
        return ticks <= 0 or step_s - passed_s > LIVE_JUMP_S

    def _passed(self, arrival_s: float | None) -> int:
        """Ticks that the edge's clock saw pass beyond one step."""
        if arrival_s is None or self._last_arrival_s is None:
            return 0
        return max(0, round((arrival_s - self._last_arrival_s) / float(self.time_base)) - self.step)


class Timeline:
    """Seconds that only grow over a source's whole run, across loops and reconnects, and their UTC."""

    def __init__(self, start_at: datetime, zero_mono_s: float = 0.0, last_s: float | None = None) -> None:
        """``last_s``: the latest ``pts_s`` of a source whose run this one continues."""
        self._start_at = start_at
        self.zero_mono_s = zero_mono_s
        """The edge's monotonic clock at ``start_at``; for live streams."""
        self._base_s = 0.0
        self._origin: float | None = None
        self._last_s = last_s

    @property
    def last_s(self) -> float:
        """The latest frame's ``pts_s``; 0 before the first."""
        return self._last_s or 0.0

    def begin(self, at_s: float) -> None:
        """A newly opened stream's first stamp means ``at_s`` from now on."""
        self._base_s = at_s
        self._origin = None

    def seconds(self, stamp_s: float) -> float:
        """``stamp_s`` of the stream as seconds of the run; used for packets, in any order."""
        if self._origin is None:
            self._origin = stamp_s
        return self._base_s + stamp_s - self._origin

    def frame(self, stamp_s: float | None, step_s: float) -> float:
        """The ``pts_s`` of the next frame: its own stamp's, or one step on where that is missing; always growing."""
        if stamp_s is None:
            pts_s = self._base_s if self._last_s is None else self._last_s + step_s
        else:
            pts_s = self.seconds(stamp_s)
        if self._last_s is not None:
            pts_s = max(pts_s, self._last_s + SMALLEST_STEP_S)
        self._last_s = pts_s
        return pts_s

    def utc(self, pts_s: float) -> datetime:
        """The instant of ``pts_s``."""
        return self._start_at + timedelta(seconds=pts_s)

    def discipline(self, pts_s: float, now: datetime, step_s: float) -> None:
        """Pull the anchor towards the edge's clock: ``now`` is when ``pts_s`` arrived, ``step_s`` passed since.

        A picture from the future is impossible: it means that the first ones arrived in a burst, late, and the anchor
        is put right at once.
        """
        away_s = (now - self.utc(pts_s)).total_seconds()
        if away_s < 0:
            self._start_at += timedelta(seconds=away_s)
        elif away_s > SLEW_BEYOND_S:
            self._start_at += timedelta(seconds=min(SLEW * step_s, away_s))
