"""The courier: looks at what happened, writes the messages that follow from it, and carries them out. One thread."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from sqlalchemy.orm import Session

from server.clock import Clock
from server.courier.carrier import Carrier, Envelope
from server.courier.errors import UndeliveredError
from server.courier.tails import Tail
from server.database import Database, is_down
from server.notices import retry, rules
from server.notices.values import Kind, Matter, Occasion, State
from server.settings import Settings
from server.store import matters, noticechannels, noticecontent, noticeoutbox

log = structlog.get_logger(__name__)

ROUND_S: Final = 1.0
"""From the end of one round to the next: how late a message may be."""
AWAY_S: Final = 10.0
"""The same while the database is away, or after a fault of ours."""
AT_ONCE: Final = 50
"""Messages that one round sends."""
KEPT: Final = timedelta(days=90)
"""What was done with is shown for so long."""
TIDY: Final = timedelta(hours=1)


class Courier:
    """``run_once`` is one round: look, then carry. Owns its tails; everything else is thread-safe."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        clock: Clock,
        carrier: Carrier,
        lease: timedelta = retry.LEASE,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._zone = settings.zone
        self._most = settings.notices.attempts
        self._database = database
        self._clock = clock
        self._carrier = carrier
        self._lease = lease
        self._chance = chance
        self._incidents, self._verdicts = Tail("incidents"), Tail("verdicts")
        self._started_at = clock.now()
        self._tidied_at = self._started_at
        self._failing: set[int] = set()
        """Channels whose latest message did not arrive: told once, when it changes."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self.run, name="courier", daemon=True)

    def start(self) -> None:
        """Begin its rounds. Returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the message in hand; what waits is carried after the next start."""
        self._stopping.set()
        self._thread.join(timeout=5.0)

    def run(self) -> None:
        """Rounds until ``stop``."""
        is_away = False
        while not self._stopping.is_set():
            try:
                self.run_once()
            except Exception as error:
                if not is_down(error):
                    log.error("notices_failed", exc_info=error)
                elif not is_away:
                    log.warning("notices_wait_for_the_database", reason=str(error)[:200])
                is_away = True
                self._stopping.wait(AWAY_S)
                continue
            is_away = False
            self._stopping.wait(ROUND_S)

    def run_once(self) -> None:
        """One round."""
        self.look()
        self.carry()
        now = self._clock.now()
        if now - self._tidied_at > TIDY:
            with self._database.transaction() as session:
                noticeoutbox.forget(session, now - KEPT)
            self._tidied_at = now

    def look(self) -> None:
        """Write the messages that follow from what happened since the last round."""
        now = self._clock.now()
        with self._database.read() as session:
            book = noticechannels.book(session)
            news: list[Matter] = []
            found = self._incidents.pull(session, now, skip=not book.rules)
            news += matters.opened(session, found)
            found = self._verdicts.pull(session, now, skip=not book.rules)
            news += matters.confirmed(session, found)
            for rule in book.rules:
                if rule.occasion is Occasion.UNCLAIMED:
                    news += matters.unclaimed(session, rule, now)
            if any(rule.occasion is Occasion.CAMERA for rule in book.rules):
                news += matters.cameras_down(session, now, watched_since=self._started_at)
            wanted = [
                (rule, channel, matter)
                for matter in news
                for rule in book.rules
                if rules.concerns(rule, matter, now, self._zone)
                for channel in rules.recipients(rule, book.channels)
                if rules.may_know(channel, matter)
                if not noticeoutbox.is_told(session, rule, channel, matter)
            ]
        tails = [tail for tail in (self._incidents, self._verdicts) if tail.has_moved]
        if wanted or tails:
            with self._database.transaction() as session:
                for rule, channel, matter in wanted:
                    noticeoutbox.tell(session, rule, channel, matter, now, self._zone)
                for tail in tails:
                    tail.keep(session)
        for tail in tails:
            tail.kept()

    def carry(self) -> None:
        """Send what is due. What waits for a channel that fails is put off, so that it holds up no other channel."""
        now = self._clock.now()
        with self._database.read() as session:
            due = noticeoutbox.due(session, now, AT_ONCE)
        for message_id in due:
            if self._stopping.is_set():
                return
            self.send(message_id)

    def send(self, message_id: int) -> None:
        """Send one message, where it is due. Any thread: it is taken from the outbox first, by one sender only."""
        now = self._clock.now()
        with self._database.transaction() as session:
            # a channel that failed a moment ago has postponed what waits for it: that is no longer due
            taken = noticeoutbox.take(session, message_id, now, self._lease)
        if taken is None:
            return
        with self._database.read() as session:
            envelope = self._envelope(session, taken.channel_id)
            content = (
                noticecontent.content(session, message_id, now, with_pictures=envelope.with_picture)
                if envelope
                else None
            )
        if envelope is None or content is None:
            why = "nothing is left to tell" if envelope else "the channel is off"
            with self._database.transaction() as session:
                noticeoutbox.dropped(session, taken, why)
            return
        try:
            text = self._carrier.deliver(envelope, content, now)
        except UndeliveredError as error:
            self._failed(taken, str(error))
            return
        with self._database.transaction() as session:
            noticeoutbox.sent(session, taken, text, self._clock.now())
        if taken.channel_id in self._failing:
            self._failing.discard(taken.channel_id)
            log.info("channel_works", channel=taken.channel_id)

    def _failed(self, taken: noticeoutbox.Taken, why: str) -> None:
        now = self._clock.now()
        again_at = now + retry.delay(taken.attempt, self._chance())
        with self._database.transaction() as session:
            state = noticeoutbox.failed(session, taken, why, most=self._most, again_at=again_at)
            noticeoutbox.postpone(session, taken.channel_id, again_at)
        if state is State.FAILED:
            log.warning("notice_given_up", channel=taken.channel_id, uid=taken.uid, reason=why)
        elif taken.channel_id not in self._failing:
            log.warning("channel_fails", channel=taken.channel_id, reason=why)
        self._failing.add(taken.channel_id)

    def _envelope(self, session: Session, channel_id: int) -> Envelope | None:
        """How to reach a channel, None while it, or its owner's account, is switched off."""
        if channel_id not in {each.id for each in noticechannels.book(session).channels}:
            return None
        row = noticechannels.channel(session, channel_id)
        return Envelope(kind=Kind(row.kind), sealed=row.sealed, language=row.language, with_picture=row.with_picture)
