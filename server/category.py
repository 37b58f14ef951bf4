"""Pure: the ministry's category of what a rule sees. An officer may give an incident another one."""

from collections.abc import Mapping
from typing import Final

from server.verdict import Category

CATEGORY_OF: Final[Mapping[str, Category]] = {
    "pavement_encroachment": Category.URBAN_ORDER,
    "road_encroachment": Category.URBAN_ORDER,
    "illegal_parking": Category.URBAN_ORDER,
    "parked_motorbikes": Category.URBAN_ORDER,
    "vending": Category.URBAN_ORDER,
    "object_left": Category.ENVIRONMENT,
    "intrusion": Category.SOCIAL_ORDER,
    "loitering": Category.SOCIAL_ORDER,
    "crowd": Category.SOCIAL_ORDER,
    "fight": Category.SOCIAL_ORDER,
    "bike_theft": Category.SOCIAL_ORDER,
    "wrong_way": Category.TRAFFIC,
    "racing": Category.TRAFFIC,
    "speeding": Category.TRAFFIC,
    "fire": Category.FIRE,
    "smoke": Category.FIRE,
}
"""By the rule's kind. Not here, and so without a category until an officer gives one: what says nothing of its own
(``line_crossing``, ``static_object``), somebody in need (``person_lying``), the cameras' own faults (``camera_*``)."""


def category_of(rule_kind: str) -> str:
    """The category of what a rule of this kind sees; empty when the kind alone does not tell."""
    return str(CATEGORY_OF.get(rule_kind, ""))
