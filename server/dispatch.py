"""What the server sends edges of its own accord: their cameras' configuration, and what it asks them to do.

The database is what counts. A configuration is published after its commit, again whenever the broker is reached anew,
and again while an edge's heartbeats say that it has not got it: so neither a broker that forgot nor one that was away
loses it.
"""

import threading
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

import structlog

from contract import codec, topics
from contract.command import Command, TakePicture
from server.clock import Clock
from server.database import Database, is_down
from server.store import camerasettings
from server.tables import EdgeRow

log = structlog.get_logger(__name__)

Publish = Callable[[str, bytes, bool], None]
"""Topic, payload, retained. Returns at once, whether the broker is there or not."""
AGAIN_AFTER: Final = timedelta(seconds=30)
"""An edge that has not answered is sent its configuration again, this often at most."""


class Dispatch:
    """Thread-safe. Without ``connect`` (a process that only shows pages) nothing leaves; the one that ingests sends."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._publish: Publish | None = None
        self._lock = threading.Lock()
        self._sent_at: dict[int, datetime] = {}

    def connect(self, publish: Publish) -> None:
        """From now on by this way."""
        self._publish = publish

    @property
    def is_connected(self) -> bool:
        """Can this process send at all?"""
        return self._publish is not None

    def configure(self, edge_ids: Collection[int] | None = None) -> None:
        """Send these edges, or all, what was set for their cameras, retained."""
        if self._publish is None:
            return
        now = self._clock.now()
        try:
            with self._database.read() as session:
                messages = [
                    (edge.id, topics.build(edge.site, edge.name, "config"), camerasettings.config(session, edge, now))
                    for edge in camerasettings.configured_edges(session, edge_ids)
                ]
        except Exception as error:
            if not is_down(error):
                raise
            log.warning("configuration_not_sent", reason=str(error)[:300], cure="it goes with the next heartbeat")
            return
        for edge_id, topic, message in messages:
            with self._lock:
                self._sent_at[edge_id] = now
            self._publish(topic, codec.encode(message), True)

    def configure_again(self, edge_ids: Collection[int]) -> None:
        """Send it to edges whose heartbeats say that they do not have it, if it was not sent just now."""
        now = self._clock.now()
        with self._lock:
            due = [edge for edge in edge_ids if edge not in self._sent_at or now - self._sent_at[edge] >= AGAIN_AFTER]
        if due:
            self.configure(due)

    def take_picture(self, edge: EdgeRow, camera: str) -> bool:
        """Ask for a camera's picture now; False: this process has no way to."""
        if self._publish is None:
            return False
        command = Command(
            id=str(uuid4()),
            source=topics.source(edge.site, "server"),
            time=self._clock.now(),
            data=TakePicture(camera=camera),
        )
        self._publish(topics.build(edge.site, edge.name, "command"), codec.encode(command), False)
        return True
