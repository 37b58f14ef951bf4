"""The server's ingest without a broker: batches in, rows and replies out, on a clock that the test drives."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from contract import topics
from contract.event import Event
from contract.health import Health, StatusMessage
from server.database import Database
from server.inbox import Delivery
from server.ingest import Ingest
from server.live import Live, LiveMessage
from server.metrics import Metrics
from server.receipts import Reply
from server.settings import Settings
from server.store import edges
from server.tables import Table
from tests.support.messages import BEGIN, EDGE, SITE, deliver, heartbeat

Row = TypeVar("Row", bound=Table)


@dataclass
class DrivenClock:
    """A wall clock that stands still until the test moves it."""

    at: datetime = BEGIN + timedelta(minutes=5)

    def now(self) -> datetime:
        return self.at

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


def site_settings(**changes: Any) -> Settings:
    """A site's settings."""
    names = {"slug": SITE, "name_vi": "Phường Hòa Thuận", "name_en": "Hoa Thuan Ward"}
    return Settings.model_validate({"site": names, **changes})


@dataclass
class Intake:
    """An ingest on a database, with one edge registered."""

    database: Database
    clock: DrivenClock = field(default_factory=DrivenClock)
    live: Live = field(default_factory=Live)
    metrics: Metrics = field(default_factory=Metrics)
    settings: Settings = field(default_factory=site_settings)

    def __post_init__(self) -> None:
        self.ingest = Ingest(
            self.settings, database=self.database, clock=self.clock, live=self.live, metrics=self.metrics
        )
        self.token = self.register(SITE, EDGE)

    def register(self, site: str, edge: str) -> str:
        """Register an edge; its token."""
        with self.database.transaction() as session:
            return edges.register(session, site, edge, self.clock.now())

    def know(self) -> "Intake":
        """Hear a first heartbeat, so that CAMERA is known."""
        self.take(heartbeat())
        return self

    def take(self, *messages: Event | Health | StatusMessage | Delivery) -> Reply:
        """One batch; what the edge EDGE is told."""
        return one_reply(self.take_all(*messages))

    def take_all(self, *messages: Event | Health | StatusMessage | Delivery) -> list[Reply]:
        """One batch; what every edge is told."""
        return self.ingest.take(
            [message if isinstance(message, Delivery) else deliver(message) for message in messages]
        )

    def rows(self, table: type[Row]) -> list[Row]:
        """Every row of a table, in the order of its first column."""
        with self.database.read() as session:
            return list(session.scalars(select(table).order_by(*table.__table__.primary_key)))


def heard(live: Live, since: int) -> list[LiveMessage]:
    """What a page that has seen everything up to ``since`` is told when it connects."""

    async def catch_up() -> list[LiveMessage]:
        async with live.subscribe(since) as queue:
            return [queue.get_nowait() for _ in range(queue.qsize())]

    return asyncio.run(catch_up())


def one_reply(replies: Sequence[Reply]) -> Reply:
    """What EDGE is told of a batch, however many transactions the batch took."""
    told = Reply(site=SITE, edge=EDGE)
    for reply in replies:
        if (reply.site, reply.edge) == (SITE, EDGE):
            told.accepted += reply.accepted
            told.refused += reply.refused
            told.resend += reply.resend
    return told


def raw(payload: bytes, channel: topics.Channel = "event", *, site: str = SITE, edge: str = EDGE) -> Delivery:
    """Any bytes on a topic of ours."""
    return Delivery(topic=topics.build(site, edge, channel), payload=payload)
