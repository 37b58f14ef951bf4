"""Has cameras follow their khóm or ấp on the day on which it becomes part of another one (server.store.cameraunits)."""

from typing import Final
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.database import Database
from server.live import Live
from server.rounds import Rounds
from server.store import cameraunits

EVERY_S: Final = 600.0
"""A merger is entered days before or after its day: minutes past midnight are soon enough."""


class UnitWatch:
    """One server's. Several may run on one database: a camera that has moved is not moved again."""

    def __init__(
        self, *, database: Database, live: Live, clock: Clock, zone: ZoneInfo, every_s: float = EVERY_S
    ) -> None:
        """``zone``: in which a day begins."""
        self._database = database
        self._live = live
        self._clock = clock
        self._zone = zone
        self._rounds = Rounds(self.run_once, name="unitwatch", every_s=every_s)

    def start(self) -> None:
        """Look now and then."""
        self._rounds.start()

    def stop(self) -> None:
        """Returns when the look that is under way is done."""
        self._rounds.stop()

    def run_once(self) -> int:
        """Move what is due and tell the open pages; how many cameras moved."""
        with self._database.transaction() as session:
            moved = cameraunits.follow(session, self._zone, self._clock.now())
        for camera_id, state in moved.items():
            self._live.publish("camera", id=camera_id, state=state)
        return len(moved)
