"""Beside the rules: is the picture itself in order? Covered, moved, frozen, blurred, too dark or too bright.

Once a second a small copy of the luma plane is looked at (``traits``), compared with what the camera usually shows
(``scene``) and with the look before (``freeze``). What lasts for its dwell time is a hit like any rule's, at the place
"camera". One fault at a time: a covered picture is not told to be blurred as well.
"""

from contract.event import Place
from contract.health import PictureState
from edge.freeze import Freeze
from edge.healthsettings import CameraRule, HealthKind
from edge.scene import Scene
from edge.settings import CameraSettings
from edge.traits import traits
from edge.values import Frame, Hit

LOOK_S = 1.0
GRACE_S = 3.0
"""Looks that say otherwise for so long do not end a fault: a hand that trembles before the lens."""
KINDS: dict[PictureState, HealthKind] = {
    PictureState.COVERED: "camera_covered",
    PictureState.FROZEN: "camera_frozen",
    PictureState.DARK: "camera_dark",
    PictureState.BRIGHT: "camera_bright",
    PictureState.BLURRED: "camera_blurred",
    PictureState.MOVED: "camera_moved",
}
"""A fault → the kind of its events; of two at a time the upper one is told."""
BREAK_S = 5.0
"""A longer pause between two frames was no time in which the camera was up; nor was it blind then, or frozen."""
_ROUNDING_S = 1e-6


class Tamper:
    """One camera's picture, watched. ``update`` belongs to the camera's thread; the rest may be read by any."""

    def __init__(self, camera: CameraSettings) -> None:
        self.picture: PictureState | None = None
        """What the latest look found, once it had lasted; None before the first look."""
        self.blind_s = 0.0
        """Seconds of the stream in which the camera vouched for nothing, each fault from its beginning on."""
        self._rules: dict[HealthKind, CameraRule] = {rule.kind: rule for rule in camera.health.rules()}
        self._place = Place(kind="camera", name=camera.name, label=camera.label)
        self._scene = Scene()
        self._freeze = Freeze()
        self._spells: dict[PictureState, tuple[float, float]] = {}
        self._looked_s: float | None = None
        self._since_s = 0.0
        # Seconds of the stream without its pauses.
        self._watched_s = self._counted_s = 0.0

    def update(self, frame: Frame) -> list[Hit]:
        """The fault that holds on this frame; at most one."""
        if not self._rules:
            return []
        self._freeze.keyframes(sum(packet.is_keyframe for packet in frame.packets))
        if self._looked_s is None or frame.pts_s - self._looked_s >= LOOK_S - _ROUNDING_S:
            self._look(frame)
        fault = self.picture
        if fault is None or fault is PictureState.OK:
            return []
        return [
            Hit(rule=self._rules[KINDS[fault]].name, place=self._place, subject=None, tracks=(), since_s=self._since_s)
        ]

    def _look(self, frame: Frame) -> None:
        now_s, luma = frame.pts_s, frame.luma
        gap_s = 0.0 if self._looked_s is None else now_s - self._looked_s
        self._looked_s = now_s
        if gap_s <= BREAK_S:
            self._watched_s += gap_s
        else:
            self._freeze = Freeze()
        self._freeze.update(luma, now_s)
        self._note(self._scene.update(traits(luma), now_s), now_s, gap_s)
        self.picture = PictureState.OK
        for fault, kind in KINDS.items():
            since_s = self._held_since(fault, kind, now_s)
            if since_s is not None:
                self.picture, self._since_s = fault, since_s
                if self._rules[kind].mode == "active":
                    self._count(now_s - since_s)
                return

    def _note(self, found: PictureState, now_s: float, gap_s: float) -> None:
        """Begin, carry on and end the spells of what looks show. A pause in the stream ends none by itself."""
        if found is not PictureState.OK:
            since_s, _ = self._spells.get(found, (now_s, now_s))
            self._spells[found] = (since_s, now_s)
        patience_s = GRACE_S if gap_s <= BREAK_S else 0.0
        self._spells = {fault: spell for fault, spell in self._spells.items() if now_s - spell[1] <= patience_s}

    def _held_since(self, fault: PictureState, kind: HealthKind, now_s: float) -> float | None:
        """Since when a fault holds, if it is watched and has lasted long enough."""
        rule = self._rules.get(kind)
        if rule is None:
            return None
        if fault is PictureState.FROZEN:
            return self._freeze.since_s(now_s, rule.dwell_s - _ROUNDING_S)
        if fault not in self._spells:
            return None
        since_s, _ = self._spells[fault]
        return since_s if now_s - since_s >= rule.dwell_s - _ROUNDING_S else None

    def _count(self, lasted_s: float) -> None:
        """Add what has not been counted of a fault that has lasted so long."""
        self.blind_s += self._watched_s - max(self._counted_s, self._watched_s - lasted_s)
        self._counted_s = self._watched_s
