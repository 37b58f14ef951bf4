"""Work of a server that is done again and again on a thread of its own."""

import threading
from collections.abc import Callable

import structlog

from server.database import is_down

log = structlog.get_logger(__name__)


class Rounds:
    """Calls ``work`` at once and then ``every_s`` seconds after it returned. A round that fails is told and the next
    one is taken; with the database away it waits for its turn."""

    def __init__(self, work: Callable[[], object], *, name: str, every_s: float) -> None:
        self._work = work
        self._name = name
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_stopping(self) -> bool:
        """Whether a long round should come to its end."""
        return self._stop.is_set()

    def start(self) -> None:
        """Begin the first round. Returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """No further round; returns when the one that is under way is done, or after 10 s."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._work()
            except Exception as error:
                if is_down(error):
                    log.warning("round_put_off", work=self._name, reason=str(error)[:300])
                else:
                    log.exception("round_failed", work=self._name)
            self._stop.wait(self._every_s)
