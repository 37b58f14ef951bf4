"""How long the pages of a full database take: lists, searches and the review queue, asked over and over."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import quantiles
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from server.bench.seed import Seed, fill
from server.criteria.definition import Definitions
from server.database import Database
from server.search import parse
from server.store import incidents
from server.store.listing import Lists

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
PAGE: Final = 30
SEARCHES: Final = (
    "",
    "state:waiting",
    "state:dismissed",
    "state:transferred",
    "camera:cam-007",
    "rule:intrusion",
    "rule:fire",
    'unit:"Khóm 4"',
    "criterion:TC17",
    "category:fire",
    "source:tip",
    "severity:urgent",
    "officer:officer3",
    "mode:exercise",
    "overdue:yes",
    "on:2024-05-05",
    "before:2023-01",
    "code:AN-2025-000412",
    "number:100/TB",
    '"mất xe"',
    "vùng 12",
    "no-such-word",
    "-state:dismissed -rule:pavement_encroachment",
    'unit:"Khóm 4" state:confirmed rule:intrusion',
    "category:traffic state:transferred officer:officer3",
    "state:new before:2025 category:urban_order",
    "state:reminded rule:loitering -mode:trial",
    "severity:high category:traffic",
)
"""Each token, common and rare ones together, and searches that find nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Milliseconds of one question."""

    name: str
    p50_ms: float
    p95_ms: float
    found: int

    def to_json(self) -> dict[str, object]:
        """As the command prints it."""
        return {"name": self.name, "p50_ms": self.p50_ms, "p95_ms": self.p95_ms, "found": self.found}


def measure(
    database: Database, definitions: Definitions, seed: Seed, runs: int, tell: Callable[[str], None]
) -> tuple[tuple[Timed, ...], float]:
    """Fill the database and time every question; all together, the 95th percentile of every single answer, too."""
    began = time.perf_counter()
    fill(database, seed)
    tell(f"{seed.incidents} incidents were made in {time.perf_counter() - began:.0f} s")
    now, every, timed = seed.end, list[float](), list[Timed]()
    for name, ask in _questions(definitions, now).items():
        _once(database, ask)
        answers = [_once(database, ask) for _ in range(runs)]
        spent = [ms for ms, _ in answers]
        every += spent
        timed.append(Timed(name=name, p50_ms=_share(spent, 50), p95_ms=_share(spent, 95), found=answers[0][1]))
    return tuple(timed), _share(every, 95)


def _questions(definitions: Definitions, now: datetime) -> Mapping[str, Callable[[Session], int]]:
    def search(text: str) -> Callable[[Session], int]:
        return lambda session: len(lists(session).page(parse(text), None, PAGE).items)

    def lists(session: Session) -> Lists:
        return Lists(session=session, definitions=definitions, now=now, zone=ZONE)

    return {
        "review queue": lambda session: len(incidents.review_queue(session, definitions, now)),
        "calendar": lambda session: sum(day.total for day in lists(session).days(parse(""), now.date())),
        "plan": lambda session: len(lists(session).tallies(parse(""))),
        **{f"list {text}": search(text) for text in SEARCHES},
    }


def _once(database: Database, ask: Callable[[Session], int]) -> tuple[float, int]:
    began = time.perf_counter()
    with database.read() as session:
        found = ask(session)
    return (time.perf_counter() - began) * 1000, found


def _share(spent: list[float], percent: int) -> float:
    return round(quantiles(spent, n=100, method="inclusive")[percent - 1], 2) if len(spent) > 1 else round(spent[0], 2)
