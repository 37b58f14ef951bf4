"""The server's walk: a batch of messages → one transaction → receipts → open pages. Knows nothing of MQTT itself."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from sqlalchemy.orm import Session

from contract.receipt import Refusal
from server.clock import Clock
from server.database import Database, is_down
from server.dispatch import Dispatch
from server.inbox import Delivery, Letter, read
from server.live import Live
from server.metrics import Metrics
from server.outcome import Outcome
from server.receipts import Reply
from server.settings import Settings
from server.writing import refuse, write

log = structlog.get_logger(__name__)

SLOW_S = 1.0
"""A batch that takes longer is logged."""


class DatabaseUnavailableError(RuntimeError):
    """The database can't be written now. Nothing of the batch is committed: take it again later."""


class Ingest:
    """Takes batches of deliveries, one at a time. One thread."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        clock: Clock,
        live: Live,
        metrics: Metrics,
        dispatch: Dispatch | None = None,
    ) -> None:
        """``dispatch``: how edges that lack their configuration get it again."""
        self._dispatch = dispatch
        self._window = timedelta(seconds=settings.join_window_s)
        self._zone = settings.zone
        self._database = database
        self._clock = clock
        self._live = live
        self._metrics = metrics

    def take(self, deliveries: Sequence[Delivery]) -> list[Reply]:
        """Write a batch and tell the open pages. When it returns, everything is committed and the replies may be sent.

        A repeat changes nothing and is receipted again. What can't be accepted is in the dead letters. Raises
        DatabaseUnavailableError, and then the same batch may be taken again.
        """
        begin_s = time.perf_counter()
        letters = [read(delivery) for delivery in deliveries]
        outcomes = self._commit(letters)
        took_s = time.perf_counter() - begin_s
        self._metrics.batch_s.observe(took_s)
        if took_s > SLOW_S:
            log.warning("batch_slow", messages=len(letters), seconds=round(took_s, 2))
        for channel, number in Counter(
            letter.topic.channel if letter.topic else "unknown" for letter in letters
        ).items():
            self._metrics.messages.labels(channel).inc(number)
        for outcome in outcomes:
            self._tell(outcome)
            if outcome.behind and self._dispatch is not None:
                self._dispatch.configure_again(outcome.behind)
        return [reply for outcome in outcomes for reply in outcome.replies.values()]

    def retake(self, delivery: Delivery, taken: Callable[[Session], None]) -> str | None:
        """Take in a message that was refused before; why it is refused again, None: it is in, and ``taken`` was called
        in the same transaction. A refusal leaves nothing behind. Edges are told nothing: they were told before."""
        with self._database.transaction() as session:
            outcome = write(session, [read(delivery)], window=self._window, zone=self._zone, now=self._clock.now())
            if outcome.refusals:
                session.rollback()
                return outcome.refusals[0].detail or str(outcome.refusals[0].reason)
            taken(session)
        self._tell(outcome)
        return None

    def _commit(self, letters: Sequence[Letter]) -> list[Outcome]:
        """Commit the letters, together or, when one of them can't be written, in smaller and smaller parts."""
        try:
            with self._database.transaction() as session:
                return [write(session, letters, window=self._window, zone=self._zone, now=self._clock.now())]
        except Exception as error:
            if is_down(error):
                raise DatabaseUnavailableError(f"{self._database.name}: {error}") from error
            if len(letters) > 1:
                half = len(letters) // 2
                return [*self._commit(letters[:half]), *self._commit(letters[half:])]
            return [self._bury(letters[0], error)]

    def _bury(self, letter: Letter, error: Exception) -> Outcome:
        """Refuse a letter that was well formed and still can't be written, so that it does not hold up the others."""
        log.warning("message_not_storable", topic=letter.delivery.topic, exc_info=error)
        try:
            with self._database.transaction() as session:
                detail = f"cannot be stored: {type(error).__name__}"
                return refuse(session, letter, Refusal.INVALID, detail, self._clock.now())
        except Exception as second:
            # not even a dead letter can be written, so it is the database that is at fault, not the message
            raise DatabaseUnavailableError(f"{self._database.name}: {second}") from error

    def _tell(self, outcome: Outcome) -> None:
        """Count and publish what was committed."""
        self._metrics.repeated.inc(outcome.repeated)
        self._metrics.incidents.inc(outcome.incidents_made)
        for refusal in outcome.refusals:
            self._metrics.refused.labels(str(refusal.reason)).inc()
            log.warning("message_refused", topic=refusal.topic[:200], reason=str(refusal.reason), detail=refusal.detail)
        for camera_id, state in outcome.cameras.items():
            self._live.publish("camera", id=camera_id, state=state)
        for incident_id, (code, state, version) in outcome.incidents.items():
            self._live.publish("incident", id=incident_id, code=code, state=state, version=version)
        if outcome.bears_on_criteria:
            self._live.publish("criteria")
