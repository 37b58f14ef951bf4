"""A worked month of a ward, entered into an office: small enough to be added up by hand, with one of everything that a
report tells apart. ``EXPECTED`` is what a person gets."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.office import NOON, Office

MONTH = "2026-M03"
"""15 February to 14 March 2026; at NOON of 2 March it goes on, at ``AFTER`` it is over."""
AFTER = datetime(2026, 3, 20, 5, tzinfo=UTC)
_BEFORE = NOON - timedelta(days=365)

EXPECTED = {
    # category: (cases, people) of this month, then of the same month a year earlier
    "social_order": ((5, 9), (7, 12)),
    "economic": ((1, 1), (0, 0)),
    "environment": ((0, 0), (2, 1)),
    "drugs": ((2, 3), (2, 3)),
}
TOTAL = ((8, 13), (11, 16))
TRAFFIC = ((2, 1, 3), (1, 0, 2))
"""Cases, deaths, injured."""
FIRE = ((1, 0, 0), (0, 0, 0))
URBAN = ((4, 0), (3, 0))
UNREGISTERED = 2
"""Intrusions that officers confirmed and that are in no official register."""
CASES = 8 + 2 + 1 + 4 + 2 + 1
"""The list: the four categories, traffic, fire, urban order, unregistered, and one unclassified."""
BY_CAMERA = (8, 1)
"""Cases that a camera found: 4 of urban order, 2 unregistered, 1 unclassified, 1 of fire. Cases that it helped with."""
TIPS = (5, 4, 3, 1)
"""Received, handled, of those in time, overdue."""
LOGGED = (11, 8, 1, 2)
"""All, confirmed, dismissed, waiting."""


def enter(office: Office) -> None:
    """All of it. Cameras: one that was always up, one that was up half the time and had two faults."""
    start = datetime(2025, 2, 14, 17, tzinfo=UTC)
    for name, share in (("nha-tro", 1.0), ("bo-ke", 0.5)):
        camera_id = office.camera(name)
        for year in (0, 365):
            begin = start + timedelta(days=year)
            office.was_up(camera_id, begin, begin + timedelta(days=28), share)
    for state in ("confirmed", "closed", "new"):
        office.incident(rule_kind="camera_offline", rule_name="offline", state=state, camera_id=camera_id)
    _registered(office)
    _by_camera(office, camera_id)
    _not_counted(office, camera_id)
    _tips(office)


def _registered(office: Office) -> None:
    """What the official register says, of both years."""
    rows: list[tuple[str, datetime, list[int]]] = [
        ("social_order", NOON, [2, 2, 2, 2, 1]),
        ("social_order", _BEFORE, [2, 2, 2, 2, 2, 1, 1]),
        ("economic", NOON, [1]),
        ("environment", _BEFORE, [1, 0]),
        ("drugs", NOON, [2, 1]),
        ("drugs", _BEFORE, [1, 2]),
    ]
    for category, day, people in rows:
        for number, suspects in enumerate(people):
            office.incident(
                at=day - timedelta(days=number, hours=3),
                state="resolved",
                source="official",
                rule_kind="by_hand",
                rule_name="by_hand",
                category=category,
                suspects=suspects,
                title="Trộm cắp tài sản" if category == "social_order" else "",
                official_number=f"{number + 1}/QĐ" if day == NOON else "",
                camera_assisted=category == "social_order" and day == NOON and number == 0,
                unit="Khóm 2",
                confirmed_at=day,
                handled_at=day,
            )
    for day, deaths, injured in ((NOON, 1, 2), (NOON, 0, 1), (_BEFORE, 0, 2)):
        office.incident(
            at=day - timedelta(hours=5),
            state="closed",
            source="official",
            rule_kind="by_hand",
            rule_name="by_hand",
            category="traffic",
            title="Va chạm giao thông",
            deaths=deaths,
            injured=injured,
            confirmed_at=day,
        )


def _by_camera(office: Office, camera_id: int) -> None:
    """What cameras saw and officers confirmed; the last one after the month was over."""
    for number in range(4):
        office.incident(
            at=NOON - timedelta(hours=number + 1),
            state=["confirmed", "reminded", "penalised", "closed"][number],
            rule_kind="pavement_encroachment",
            rule_name="via-he",
            category="urban_order",
            camera_id=camera_id,
            place_label="Vỉa hè chợ",
            confirmed_at=NOON if number else AFTER - timedelta(days=2),
        )
    for number in range(3):
        office.incident(
            at=_BEFORE - timedelta(hours=number), state="closed", category="urban_order", rule_kind="vending"
        )
    for number in range(UNREGISTERED):
        office.incident(
            at=NOON - timedelta(hours=9 + number),
            state="confirmed",
            category="social_order",
            camera_id=camera_id,
            confirmed_at=NOON,
        )
    office.incident(at=NOON - timedelta(days=3), state="confirmed", category="fire", rule_kind="smoke")
    office.incident(at=NOON - timedelta(days=4), state="confirmed", rule_kind="object_left", suspects=1)
    # of February, confirmed in this month: counts in its own
    office.incident(at=datetime(2026, 2, 10, tzinfo=UTC), state="confirmed", category="urban_order", confirmed_at=NOON)


def _not_counted(office: Office, camera_id: int) -> None:
    """Whatever must not move a figure."""
    unreal: list[dict[str, Any]] = [{"mode": "trial"}, {"status": "exercise"}, {"status": "test"}]
    for more in unreal:
        office.incident(state="confirmed", category="social_order", suspects=50, camera_id=camera_id, **more)
    for state in ("dismissed", "new", "claimed", "cancelled", "merged"):
        office.incident(state=state, category="social_order", suspects=50, camera_id=camera_id)


def _tips(office: Office) -> None:
    """Five tips: three handled in time, one late, one not at all though it is due. Two more never were any."""
    day, due = NOON - timedelta(days=10), NOON - timedelta(days=2)
    for state, handled in (("resolved", due), ("closed", day), ("transferred", None), ("resolved", NOON)):
        office.incident(
            at=day,
            state=state,
            source="tip",
            rule_kind="by_hand",
            due_at=due if handled else None,
            handled_at=handled,
        )
    office.incident(at=day, state="verifying", source="feedback", due_at=due)
    office.incident(at=day, state="merged", source="tip", due_at=due)
    office.incident(at=day, state="resolved", source="denunciation", status="exercise", due_at=due)
