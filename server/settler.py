"""Keeps the tallies that scoreboards are made of up to date, on a thread of its own (server.store.settling)."""

import threading
from typing import Final

import structlog

from server.criteria.period import Calendar
from server.database import Database, is_down
from server.store import settling

log = structlog.get_logger(__name__)

EVERY_S: Final = 10.0
"""A scoreboard reads what changed since from the rows: settling seldom costs it little, settling often costs others."""


class Settler:
    """One server's. Several may run on one database: one at a time settles."""

    def __init__(self, *, database: Database, calendar: Calendar, every_s: float = EVERY_S) -> None:
        self._database = database
        self._calendar = calendar
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="settler", daemon=True)

    def start(self) -> None:
        """Settle now and then."""
        self._thread.start()

    def stop(self) -> None:
        """Returns when the month that is being added up is done."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10.0)

    def run_once(self) -> int:
        """Settle all that has changed by now; the number of transactions that took."""
        done, upto = 0, None
        while not self._stop.is_set():
            with self._database.transaction() as session:
                if upto is None:
                    settling.prepare(session, self._calendar)
                    upto = settling.newest_mark(session)
                elif not settling.settle(session, self._calendar, upto):
                    break
                else:
                    done += 1
        return done

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self.run_once()
            except Exception as error:
                if is_down(error):
                    log.warning("settling_put_off", reason=str(error)[:300])
                else:
                    log.exception("settling_failed")
            self._stop.wait(self._every_s)
