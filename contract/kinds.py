"""The kinds of rules there are, and what a rule of each kind is where its settings do not say: the table of defaults.

Every number here is a proposal of ours for a Vietnamese ward's streets; a camera's YAML overrules it. ``trial``: runs,
is marked, and is never counted until somebody has looked at what it finds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

RuleKind = Literal[
    "intrusion",
    "line_crossing",
    "wrong_way",
    "loitering",
    "static_object",
    "pavement_encroachment",
    "road_encroachment",
    "illegal_parking",
    "parked_motorbikes",
    "vending",
    "crowd",
    "racing",
    "speeding",
    "person_lying",
    "fight",
    "bike_theft",
    "object_left",
    "fire",
    "smoke",
]

VEHICLES = ("bicycle", "car", "motorcycle", "bus", "truck")
ROAD_VEHICLES = ("car", "motorcycle", "bus", "truck")
OBJECT = "object"
"""The class of a thing that the model has no name for: something stands there that did not before."""
MOVERS = frozenset(
    {"person", *VEHICLES, *("train", "boat", "airplane", "bird", "cat", "dog", "horse", "sheep", "cow")}
    | {"elephant", "bear", "zebra", "giraffe"}
)
"""What moves by itself and has a name in COCO. A model's "suitcase" or "chair" is a thing."""
GOODS = (
    *("chair", "bench", "dining table", "couch", "bed", "umbrella", "potted plant", "refrigerator", "tv"),
    *("suitcase", "handbag", "backpack", "sports ball", "bottle", "bowl", OBJECT),
)
"""What shops put on a pavement, as COCO's models name it."""

ZONE, LINE = frozenset({"zone"}), frozenset({"line"})
LANE = frozenset({"zone", "line"})
"""A zone, and a line in it that is an arrow: from a to b is the way one must go."""
SEGMENT = frozenset({"line", "until_line"})
"""The stretch from one line to another."""

NIGHT, DAY = "22:00-05:00", "06:00-22:00"
STATIC_GRACE_S = 10.0
"""What stands still for minutes is hidden by passing traffic for longer than somebody who walks; where it then stands
at the very same spot, it is the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind. ``places``: the sets of settings that say where it asks, of which a rule has exactly one."""

    places: tuple[frozenset[str], ...] = (ZONE,)
    defaults: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    cools_each: bool = False
    """``cool_s`` silences the same subject, not the place: the next one who does it is another event."""
    learns: bool = False
    """It must look outside its hours too, to learn what is usual; what it finds then is dropped."""
    needs_calibration: bool = False


def _kind(
    *places: frozenset[str],
    cools_each: bool = False,
    learns: bool = False,
    needs_calibration: bool = False,
    **defaults: object,
) -> Kind:
    return Kind(
        places=places or (ZONE,),
        defaults=MappingProxyType(defaults),
        cools_each=cools_each,
        learns=learns,
        needs_calibration=needs_calibration,
    )


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "intrusion": _kind(),
        "line_crossing": _kind(LINE, cools_each=True, cool_s=30.0),
        "wrong_way": _kind(LANE, cools_each=True, classes=VEHICLES, cool_s=30.0, mode="trial"),
        "loitering": _kind(dwell_s=300.0, cool_s=1800.0, severity="low", mode="trial"),
        "static_object": _kind(dwell_s=300.0, cool_s=1800.0),
        "pavement_encroachment": _kind(
            classes=(*GOODS, "car", "truck", "bus"),
            dwell_s=600.0,
            grace_s=STATIC_GRACE_S,
            hours=DAY,
            cool_s=3600.0,
            severity="low",
        ),
        "road_encroachment": _kind(
            classes=(*GOODS, "person"), dwell_s=300.0, grace_s=STATIC_GRACE_S, cool_s=1800.0, severity="medium"
        ),
        "illegal_parking": _kind(
            classes=("car", "truck", "bus"),
            dwell_s=300.0,
            grace_s=STATIC_GRACE_S,
            cool_s=1800.0,
            severity="medium",
        ),
        "parked_motorbikes": _kind(
            classes=("motorcycle",),
            at_least=5,
            dwell_s=900.0,
            grace_s=STATIC_GRACE_S,
            hours="07:00-22:00",
            cool_s=3600.0,
            severity="low",
            mode="trial",
        ),
        "vending": _kind(
            classes=("bicycle", "motorcycle", "umbrella", "dining table", OBJECT),
            dwell_s=180.0,
            grace_s=3.0,
            hours="05:00-22:00",
            cool_s=1800.0,
            severity="low",
            mode="trial",
        ),
        "crowd": _kind(at_least=6, dwell_s=180.0, grace_s=3.0, hours=NIGHT, cool_s=1200.0, mode="trial"),
        "racing": _kind(
            learns=True,
            classes=("motorcycle",),
            at_least=4,
            hours="20:00-04:00",
            cool_s=600.0,
            severity="high",
            mode="trial",
        ),
        "speeding": _kind(
            ZONE,
            SEGMENT,
            cools_each=True,
            needs_calibration=True,
            classes=ROAD_VEHICLES,
            limit_kmh=50.0,
            cool_s=30.0,
            mode="trial",
        ),
        "person_lying": _kind(dwell_s=60.0, grace_s=3.0, cool_s=600.0, severity="high", mode="trial"),
        "fight": _kind(at_least=2, radius_m=1.5, dwell_s=4.0, severity="urgent", mode="trial"),
        "bike_theft": _kind(
            classes=("motorcycle",),
            radius_m=1.0,
            dwell_s=40.0,
            hours="00:00-05:00",
            cool_s=600.0,
            severity="high",
            mode="trial",
        ),
        "object_left": _kind(
            classes=("suitcase", "backpack", "handbag", OBJECT),
            dwell_s=120.0,
            grace_s=STATIC_GRACE_S,
            cool_s=1800.0,
            severity="low",
        ),
        "fire": _kind(classes=("fire",), dwell_s=8.0, cool_s=120.0, severity="urgent", mode="trial"),
        "smoke": _kind(classes=("smoke",), dwell_s=20.0, cool_s=120.0, severity="urgent", mode="trial"),
    }
)
"""Seconds of ``dwell_s``, ``cool_s`` (300 unless given), local ``hours`` (always unless given), ``severity`` (medium),
``mode`` (active) and ``classes`` (person)."""
