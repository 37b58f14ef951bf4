"""Keeps the tallies that scoreboards are made of up to date, on a thread of its own (server.store.settling)."""

from typing import Final

from server.criteria.period import Calendar
from server.database import Database
from server.rounds import Rounds
from server.store import settling

EVERY_S: Final = 10.0
"""A scoreboard reads what changed since from the rows: settling seldom costs it little, settling often costs others."""


class Settler:
    """One server's. Several may run on one database: one at a time settles."""

    def __init__(self, *, database: Database, calendar: Calendar, every_s: float = EVERY_S) -> None:
        self._database = database
        self._calendar = calendar
        self._rounds = Rounds(self.run_once, name="settler", every_s=every_s)

    def start(self) -> None:
        """Settle now and then."""
        self._rounds.start()

    def stop(self) -> None:
        """Returns when the month that is being added up is done."""
        self._rounds.stop()

    def run_once(self) -> int:
        """Settle all that has changed by now; the number of transactions that took."""
        done, upto = 0, None
        while not self._rounds.is_stopping:
            with self._database.transaction() as session:
                if upto is None:
                    settling.prepare(session, self._calendar)
                    upto = settling.newest_mark(session)
                elif not settling.settle(session, self._calendar, upto):
                    break
                else:
                    done += 1
        return done
