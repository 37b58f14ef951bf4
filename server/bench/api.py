"""How long the pages of a full database take: lists, searches, the review queue, scoreboards, asked over and over."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import quantiles
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from server.bench.seed import Seed, fill
from server.criteria.definition import Definitions
from server.criteria.period import Calendar
from server.database import Database
from server.search import parse
from server.settler import Settler
from server.store import criteria, incidents
from server.store.listing import Lists

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
PAGE: Final = 30
SEARCHES: Final = (
    "",
    "state:waiting",
    "state:dismissed",
    "state:transferred",
    "camera:cam-003",
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
    "category:traffic mode:trial severity:medium",
    "criterion:TC17 severity:high",
    "rule:pavement_encroachment state:cancelled severity:high",
    "officer:officer3 severity:medium rule:intrusion",
    'unit:"Khóm 4" severity:low rule:intrusion',
    'category:urban_order unit:"Ấp Kỳ La" overdue:yes',
)
"""Each token, common and rare ones together, and searches that find nothing: the last six of common tokens only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timed:
    """Milliseconds of one question."""

    name: str
    first_ms: float
    """The first time it was asked."""
    p50_ms: float
    p95_ms: float
    found: int

    def to_json(self) -> dict[str, object]:
        """As the command prints it."""
        return asdict(self)


Question = Callable[[Session], int]
"""Asks the database and gives how much it found."""
Questions = Callable[[Definitions, datetime], Mapping[str, Question]]


def measure(
    database: Database, definitions: Definitions, seed: Seed, runs: int, tell: Callable[[str], None], asked: Questions
) -> tuple[tuple[Timed, ...], float]:
    """Fill the database, unless it is, and time every question; all together, the 95th percentile of every single
    answer, too."""
    began = time.perf_counter()
    if fill(database, seed):
        tell(f"{seed.incidents} incidents were made in {time.perf_counter() - began:.0f} s")
    began = time.perf_counter()
    done = Settler(database=database, calendar=Calendar(zone=ZONE)).run_once()
    tell(f"tallies were made in {time.perf_counter() - began:.0f} s, {done} transactions")
    now, every, timed = seed.end, list[float](), list[Timed]()
    for name, ask in asked(definitions, now).items():
        cold, _ = _once(database, ask)
        answers = [_once(database, ask) for _ in range(runs)]
        spent = [ms for ms, _ in answers]
        every += spent
        timed.append(
            Timed(
                name=name,
                first_ms=round(cold, 2),
                p50_ms=_share(spent, 50),
                p95_ms=_share(spent, 95),
                found=answers[0][1],
            )
        )
    return tuple(timed), _share(every, 95)


def lists_and_searches(definitions: Definitions, now: datetime) -> Mapping[str, Question]:
    """The review queue, the calendar, the plan, and every search."""

    def search(text: str) -> Question:
        return lambda session: len(lists(session).page(parse(text), None, PAGE).items)

    def lists(session: Session) -> Lists:
        return Lists(session=session, definitions=definitions, now=now, zone=ZONE)

    return {
        "review queue": lambda session: len(incidents.review_queue(session, definitions, now)),
        "calendar": lambda session: sum(day.total for day in lists(session).days(parse(""), now.date())),
        "plan": lambda session: len(lists(session).tallies(parse(""))),
        **{f"list {text}": search(text) for text in SEARCHES},
    }


def scoreboards(definitions: Definitions, now: datetime) -> Mapping[str, Question]:
    """The scoreboard of periods of every length, this year and the one before, and drill-downs."""
    calendar = Calendar(zone=ZONE)
    keys = ("2026-M02", "2026-Q1", "2025-M07", "2025-Q3", "2025-H1", "2025-9M", "2025-Y", "2026-Y")

    def board(key: str) -> Question:
        return lambda session: len(criteria.scoreboard(session, definitions, calendar.period(key), now).criteria)

    def drill(code: str, key: str) -> Question:
        return lambda session: len(criteria.drill(session, definitions, code, calendar.period(key), now).counted.items)

    return {
        **{f"scoreboard {key}": board(key) for key in keys},
        **{f"{code} {key}": drill(code, key) for code, key in (("TC09", "2026-M02"), ("TC17", "2026-M02"))},
    }


def _once(database: Database, ask: Callable[[Session], int]) -> tuple[float, int]:
    began = time.perf_counter()
    with database.read() as session:
        found = ask(session)
    return (time.perf_counter() - began) * 1000, found


def _share(spent: list[float], percent: int) -> float:
    return round(quantiles(spent, n=100, method="inclusive")[percent - 1], 2) if len(spent) > 1 else round(spent[0], 2)
