"""A thread that does what it is given, in order."""

import threading
from collections.abc import Callable
from queue import SimpleQueue

import structlog

log = structlog.get_logger(__name__)


class Lane:
    """Jobs run one after the other on a thread of their own; ``give`` never waits. A job that fails is logged; the
    lane goes on. How much waits is bounded by whoever gives."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def give(self, job: Callable[[], None]) -> None:
        """Run ``job`` after those given before."""
        self._jobs.put(job)

    def end(self, then: Callable[[], None] | None = None) -> None:
        """Nothing more will be given; the thread ends when all is done, with ``then`` as its last job. Returns at
        once."""
        if then is not None:
            self._jobs.put(then)
        self._jobs.put(None)

    def join(self, timeout_s: float) -> bool:
        """Wait for the end. Returns whether it came."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                log.exception("job_failed", lane=self._thread.name)
