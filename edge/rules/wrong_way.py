"""Does somebody go against the arrow in the lane? It takes real movement: some metres back along the arrow, and more
back than aside."""

from collections.abc import Sequence
from statistics import median

from edge.rules.path import Path, Paths
from edge.rules.rule import hit_of, line_of, standing_in, wanted, zone_of
from edge.rules.scale import Scale
from edge.settings import CameraSettings, RuleSettings
from edge.values import Frame, Hit, Track

BACK_M = 4.0
"""So far against the arrow is no trembling box and no step back at the kerb."""
LEAST_S = 1.0
"""And it must have gone on for this: a tracker that takes one car for the next leaps in less."""
WITHIN_S = 10.0
"""It must be covered within this: a car that is backed into its place is slower."""


class WrongWay:
    """Holds for each track on the looks at which it has gone ``BACK_M`` against the arrow (``line``, a → b)."""

    def __init__(self, rule: RuleSettings, camera: CameraSettings) -> None:
        self._rule = rule
        self._place, self._polygon = zone_of(rule, camera)
        _, self._arrow = line_of(rule, camera)
        self._scale = Scale(camera)
        self._paths = Paths(self._scale, WITHIN_S)

    def update(self, frame: Frame, tracks: Sequence[Track]) -> list[Hit]:
        here = standing_in(self._polygon, wanted(self._rule, tracks))
        self._paths.update(frame, here)
        a, b = (self._scale.flat(frame, point) for point in (self._arrow.a, self._arrow.b))
        if a is None or b is None:
            return []
        arrow = (b[0] - a[0], b[1] - a[1])
        hits = []
        for track in here:
            path = self._paths.of.get(track.id)
            if path is None or track.seen_s != frame.pts_s:
                continue
            since_s = _against(path, arrow)
            if since_s is not None:
                hits.append(hit_of(self._rule, self._place, track.id, track, (since_s, frame.pts_s)))
        return hits


def _against(path: Path, arrow: tuple[float, float]) -> float | None:
    """When it turned against the arrow, if it has gone far enough since; else None."""
    length = float((arrow[0] ** 2 + arrow[1] ** 2) ** 0.5)
    metre = path.metre
    if length == 0.0 or metre is None:
        return None
    along = [(look.x * arrow[0] + look.y * arrow[1]) / length for look in path.looks]
    # Each the middle one of three neighbours: a single box that jumped drops out.
    even = [median(along[index - 1 : index + 2]) for index in range(1, len(along) - 1)]
    if not even:
        return None
    turned = max(range(len(even)), key=lambda index: even[index])
    first, last = path.looks[turned + 1], path.looks[-2]
    back = (even[turned] - even[-1]) * metre
    aside = abs((last.x - first.x) * arrow[1] - (last.y - first.y) * arrow[0]) / length * metre
    is_far = back >= BACK_M and back >= aside and last.at_s - first.at_s >= LEAST_S
    return first.at_s if is_far else None
