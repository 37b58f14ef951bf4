"""Measures the ingest against a bare insert of the rows it makes, on one database."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import median, quantiles

from sqlalchemy import func, select, text

from server.bench import bare
from server.bench.load import BEGIN, PHASES, SITE, Load
from server.database import Database
from server.inbox import Delivery
from server.ingest import Ingest
from server.live import Live
from server.metrics import Metrics
from server.settings import Settings, SiteSettings
from server.store import edges

Tell = Callable[[str], None]
Place = Callable[[], AbstractContextManager[Database]]
"""Opens a new, empty database with tables."""


@dataclass(slots=True)
class BatchClock:
    """A wall clock that stands still within a batch: the instant in a row tells which batch wrote it."""

    at: datetime = BEGIN

    def now(self) -> datetime:
        """The instant of the batch in hand."""
        return self.at

    def step(self) -> datetime:
        """On to the next batch; its instant."""
        self.at += timedelta(seconds=1)
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the batches of one kind took."""

    seconds: float
    cpu_s: float
    """This process's; what a database server used beside it is not in it."""
    lifecycles_per_s: float
    messages_per_s: float
    batch_ms_p50: float
    batch_ms_p95: float
    transactions: int
    rows: dict[str, int]
    """In the tables afterwards, by table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One database: the run with the median ratio, and every run's ratio (ours / bare, in lifecycles per second)."""

    database: str
    version: str
    ratio: float
    ratios: list[float]
    ours: Figures
    bare: Figures

    def to_json(self) -> dict[str, object]:
        """As the command prints it."""
        return asdict(self)


def measure(place: Place, load: Load, runs: int, tell: Tell) -> Measured:
    """``runs`` times the ingest and the bare insert in turns, each on a new database."""
    batches = list(load.batches())
    pairs: list[tuple[Figures, Figures]] = []
    name, version = "", ""
    for number in range(1, runs + 1):
        with place() as database:
            name, version = database.engine.dialect.name, _version(database)
            ours, surroundings, rows = _ingest(database, load, batches)
        with place() as database:
            base = _bare(database, load, surroundings, rows)
        pairs.append((ours, base))
        tell(
            f"{name} run {number}/{runs}: ours {ours.lifecycles_per_s:.0f}, bare {base.lifecycles_per_s:.0f} "
            f"lifecycles/s, ratio {_ratio(ours, base):.2f}"
        )
    pairs.sort(key=lambda pair: _ratio(*pair))
    ratios = [_ratio(*pair) for pair in pairs]
    middle = pairs[(len(pairs) - 1) // 2]
    return Measured(
        database=name, version=version, ratio=_ratio(*middle), ratios=ratios, ours=middle[0], bare=middle[1]
    )


def _ingest(
    database: Database, load: Load, batches: Sequence[Sequence[Delivery]]
) -> tuple[Figures, bare.Batch, list[bare.Batch]]:
    """The real ingest; with the rows it made, for the bare insert."""
    clock = BatchClock()
    settings = Settings(site=SiteSettings(slug=SITE, name_vi="Đo", name_en="Bench"))
    ingest = Ingest(settings, database=database, clock=clock, live=Live(), metrics=Metrics())
    with database.transaction() as session:
        for edge in load.edge_names:
            edges.register(session, SITE, edge, clock.now())
    ingest.take(load.heartbeats())
    surroundings = bare.surroundings(database)
    numbers: dict[datetime, int] = {}

    def steps() -> Iterator[Callable[[], object]]:
        for batch in batches:
            numbers[clock.step()] = len(numbers)
            yield partial(ingest.take, batch)

    figures = _timed(database, load, steps())
    return figures, surroundings, bare.batches(database, numbers)


def _bare(database: Database, load: Load, surroundings: bare.Batch, rows: Sequence[bare.Batch]) -> Figures:
    bare.write(database, surroundings)
    return _timed(database, load, (partial(bare.write, database, batch) for batch in rows))


def _timed(database: Database, load: Load, steps: Iterator[Callable[[], object]]) -> Figures:
    """Take every step, one transaction each, and add up what they took."""
    took_s: list[float] = []
    cpu_s = 0.0
    for step in steps:
        begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
        step()
        took_s.append(time.perf_counter() - begin_s)
        cpu_s += time.process_time() - begin_cpu_s
    seconds = sum(took_s)
    p95_s = quantiles(took_s, n=20, method="inclusive")[-1] if len(took_s) > 1 else took_s[0]
    return Figures(
        seconds=round(seconds, 4),
        cpu_s=round(cpu_s, 4),
        lifecycles_per_s=round(load.lifecycles / seconds, 1),
        messages_per_s=round(load.lifecycles * len(PHASES) / seconds, 1),
        batch_ms_p50=round(1000 * median(took_s), 2),
        batch_ms_p95=round(1000 * p95_s, 2),
        transactions=len(took_s),
        rows=_rows(database),
    )


def _rows(database: Database) -> dict[str, int]:
    with database.read() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in bare.WRITTEN
        }


def _ratio(ours: Figures, base: Figures) -> float:
    return round(base.seconds / ours.seconds, 3)


def _version(database: Database) -> str:
    asked = "SELECT sqlite_version()" if database.is_sqlite else "SHOW server_version"
    with database.read() as session:
        return str(session.scalar(text(asked)))
