"""Years of a ward's incidents, made up: what a full database looks like, for measuring pages, searches and counting.

The same number gives the same rows. States, rules and cameras are as uneven as life: most incidents are closed or were
dismissed, a few wait; some rules fire all day, others twice a year.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import func, insert, select, text
from sqlalchemy.schema import CreateIndex, DropIndex

from server.database import Database
from server.tables import CameraRow, EdgeRow, EventRow, IncidentRow, Table, UserRow, words_of
from server.verdict import Category, Source, State

END: Final = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""The newest incident: noon of 2 March 2026 in Vietnam."""
YEARS: Final = 5
CHUNK: Final = 5000
UNITS: Final = (*(f"Khóm {number}" for number in range(1, 9)), "Ấp Kỳ La", "Ấp Vĩnh Lợi", "Ấp Đa Cần", "Ấp Bích Trì")
OFFICERS: Final = 12
MEAN_HOURS_TO_CLEAR: Final = 60.0
_KINDS: Final = (
    # kind, weight, severity, category, mode
    ("pavement_encroachment", 300, "low", Category.URBAN_ORDER, "active"),
    ("illegal_parking", 220, "medium", Category.TRAFFIC, "active"),
    ("road_encroachment", 120, "medium", Category.URBAN_ORDER, "active"),
    ("object_left", 90, "low", Category.ENVIRONMENT, "active"),
    ("intrusion", 60, "high", Category.SOCIAL_ORDER, "active"),
    ("wrong_way", 60, "medium", Category.TRAFFIC, "active"),
    ("vending", 50, "low", Category.URBAN_ORDER, "trial"),
    ("loitering", 40, "low", Category.SOCIAL_ORDER, "trial"),
    ("crowd", 20, "medium", Category.SOCIAL_ORDER, "trial"),
    ("camera_offline", 20, "medium", "", "active"),
    ("camera_covered", 8, "high", "", "active"),
    ("racing", 6, "high", Category.TRAFFIC, "trial"),
    ("fight", 4, "urgent", Category.SOCIAL_ORDER, "trial"),
    ("fire", 2, "urgent", Category.FIRE, "active"),
)
_ENDS: Final = (
    (State.DISMISSED, 45),
    (State.CLOSED, 30),
    (State.REMINDED, 10),
    (State.PENALISED, 4),
    (State.RESOLVED, 4),
    (State.PLEDGED, 2),
    (State.TRANSFERRED, 1),
    (State.CANCELLED, 3),
    (State.MERGED, 1),
)
_FRESH: Final = ((State.NEW, 50), (State.CONFIRMED, 30), (State.VERIFYING, 10), (State.DISMISSED, 10))
"""States of what is younger than a week."""
_BY_HAND: Final = tuple(source for source in Source if source is not Source.CAMERA)
_TITLES: Final = ("Mất xe máy", "Gây rối trật tự", "Đánh nhau", "Lấn chiếm vỉa hè", "Tiếng ồn ban đêm", "Va chạm xe")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """How much to make. ``end``: when the newest happened."""

    incidents: int = 1_000_000
    cameras: int = 200
    years: int = YEARS
    end: datetime = END
    number: int = 4
    """Of the random choices."""
    with_events: bool = True
    """One event each, without its message's data."""


def fill(database: Database, seed: Seed) -> bool:
    """Put the seed's rows into an empty database; the indices are built afterwards, which is quicker. False: they are
    in it already."""
    with database.read() as session:
        if session.scalar(select(func.max(IncidentRow.id))) == seed.incidents:
            return False
    _surroundings(database, seed)
    indices = [*IncidentRow.metadata.tables["incidents"].indexes, *IncidentRow.metadata.tables["events"].indexes]
    with database.engine.begin() as connection:
        for index in indices:
            connection.execute(DropIndex(index, if_exists=True))
    _camera_hours(database, seed)
    rows = _incidents(seed)
    while chunk := list(islice(rows, CHUNK)):
        with database.engine.begin() as connection:
            connection.execute(insert(IncidentRow), chunk)
            if seed.with_events:
                connection.execute(insert(EventRow), [_event(row) for row in chunk])
    with database.engine.begin() as connection:
        for index in indices:
            connection.execute(CreateIndex(index))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
    return True


def _surroundings(database: Database, seed: Seed) -> None:
    began = seed.end - timedelta(days=365 * seed.years)
    edges = [
        {"id": number, "site": "hoa-thuan", "name": f"khom{number}", "token_sha256": f"{number:064x}"}
        | {"created_at": began}
        for number in range(1, 11)
    ]
    cameras = [
        {"id": number, "edge_id": 1 + number % 10, "name": f"cam-{number:03d}", "label": f"Camera {number}"}
        | {"unit": UNITS[number % len(UNITS)], "created_at": began}
        for number in range(1, seed.cameras + 1)
    ]
    officers = [
        {"id": number, "username": f"officer{number}", "display_name": f"Cán bộ {number}", "password_hash": "none"}
        | {"password_is_one_time": False, "role": "officer", "created_at": began}
        for number in range(1, OFFICERS + 1)
    ]
    tables: tuple[tuple[type[Table], list[dict[str, Any]]], ...] = (
        (EdgeRow, edges),
        (CameraRow, cameras),
        (UserRow, officers),
    )
    with database.engine.begin() as connection:
        for table, rows in tables:
            connection.execute(insert(table), rows)


def _camera_hours(database: Database, seed: Seed) -> None:
    """Every hour of every camera: some minutes of each are missing. Made inside the database, which is quicker."""
    hours = seed.years * 365 * 24
    first = seed.end.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours)
    step = "strftime('%Y-%m-%d %H:00:00.000000', :first, '+' || n || ' hours')"
    if not database.is_sqlite:
        step = "CAST(:first AS timestamptz) + n * interval '1 hour'"
    query = text(
        "INSERT INTO camera_hours (camera_id, hour_at, up_s) "  # noqa: S608 (nothing from outside)
        "WITH RECURSIVE hours(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM hours WHERE n < :hours) "
        f"SELECT cameras.id, {step}, 3600.0 - (n * 7 + cameras.id * 13) % 400 "
        "FROM cameras CROSS JOIN hours ORDER BY 1, 2"
    )
    with database.engine.begin() as connection:
        at = f"{first:%Y-%m-%d %H:%M:%S}" + ("" if database.is_sqlite else "+00")
        connection.execute(query, {"first": at, "hours": hours})


def _incidents(seed: Seed) -> Iterator[dict[str, Any]]:
    """Oldest first."""
    chance = random.Random(seed.number)  # noqa: S311 (figures to measure with, no secrets)
    clears = random.Random(seed.number + 1)  # noqa: S311
    span_s = seed.years * 365 * 86400
    step_s = span_s / seed.incidents
    kinds, weights = [kind[0] for kind in _KINDS], [kind[1] for kind in _KINDS]
    facts = {kind[0]: kind[2:] for kind in _KINDS}
    numbers: dict[int, int] = {}
    for index in range(seed.incidents):
        at = seed.end - timedelta(seconds=span_s - (index + chance.random()) * step_s)
        numbers[at.year] = numbers.get(at.year, 0) + 1
        kind = chance.choices(kinds, weights)[0]
        severity, category, mode = facts[kind]
        ends = _FRESH if seed.end - at < timedelta(days=7) else _ENDS
        state = chance.choices([end[0] for end in ends], [end[1] for end in ends])[0]
        handled_at = min(at + timedelta(hours=clears.expovariate(1 / MEAN_HOURS_TO_CLEAR)), seed.end)
        row = _row(at, f"AN-{at.year}-{numbers[at.year]:06d}", state, handled_at)
        row |= {"id": index + 1, "severity": severity, "mode": mode, "rule_kind": kind}
        if state not in {State.NEW, State.DISMISSED, State.CANCELLED}:
            row |= {"category": category, "assigned_to": chance.randint(1, OFFICERS)}
        if chance.random() < 0.02:
            yield row | _by_hand(chance, index)
        else:
            yield row | _by_camera(chance, seed, kind)


def _row(at: datetime, code: str, state: State, handled_at: datetime) -> dict[str, Any]:
    handled = state not in {State.NEW, State.CONFIRMED, State.VERIFYING}
    confirmed = handled or state is State.CONFIRMED
    return {
        "code": code,
        "site": "hoa-thuan",
        "camera_id": None,
        "rule_name": "",
        "place": "",
        "place_label": "",
        "status": "actual",
        "state": state,
        "occurred_at": at,
        "last_seen_at": at + timedelta(seconds=90),
        "created_at": at,
        "source": Source.CAMERA,
        "category": "",
        "unit": "",
        "title": "",
        "official_number": "",
        "words": "",
        "suspects": 0,
        "assigned_to": None,
        "due_at": at + timedelta(days=20) if confirmed else None,
        "confirmed_at": at + timedelta(hours=1) if confirmed else None,
        "handled_at": handled_at if handled else None,
        "closed_at": at + timedelta(days=9) if state is State.CLOSED else None,
    }


def _by_camera(chance: random.Random, seed: Seed, kind: str) -> dict[str, Any]:
    camera = chance.randint(1, seed.cameras)
    place = chance.randint(1, 2)
    return {
        "camera_id": camera,
        "rule_name": f"{kind.replace('_', '-')}-{camera % 20}",
        "place": f"vung_{camera}_{place}",
        "place_label": f"Vùng {place} của camera {camera}",
        "unit": UNITS[camera % len(UNITS)],
        "status": "exercise" if chance.random() < 0.0005 else "actual",
    }


def _by_hand(chance: random.Random, index: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "source": chance.choice(_BY_HAND),
        "mode": "active",
        "rule_kind": "",
        "unit": chance.choice(UNITS),
        "title": f"{chance.choice(_TITLES)} trước nhà số {chance.randint(1, 400)}",
        "official_number": f"{index}/TB" if chance.random() < 0.5 else "",
        "suspects": chance.randint(0, 3),
    }
    return row | {"words": words_of(row["title"], row["official_number"])}


def _event(row: dict[str, Any]) -> dict[str, Any]:
    same = ("incident_id", "rule_kind", "rule_name", "place", "mode", "status", "severity", "last_seen_at")
    return {name: row.get(name) for name in same} | {
        "id": f"00000000-0000-7000-8000-{row['id']:012x}",
        "incident_id": row["id"],
        "camera_id": row["camera_id"] or 1,
        "revision": 1,
        "phase": "closed",
        "started_at": row["occurred_at"],
        "ended_at": row["last_seen_at"],
        "received_at": row["occurred_at"],
        "data": {},
    }
