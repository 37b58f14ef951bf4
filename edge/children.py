"""Child processes that live and die together: each with its log, all stopped in order, none left behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

_PR_SET_PDEATHSIG = 1
"""prctl(2): the signal a child gets when the thread that made it dies. Linux only."""


class Children:
    """Named children of this process. Stopped in the reverse order of their start."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        logs.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, arguments: list[str]) -> None:
        """Start ``python arguments…`` in a session of its own (the terminal's Ctrl-C is ours alone to pass on)."""
        with self.log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=self._die_with_parent,  # noqa: PLW1509 (calls one C function, takes no lock)
            )

    def log(self, name: str) -> Path:
        """Where the child's output goes."""
        return self._logs / f"{name}.log"

    def tail(self, name: str, lines: int = 8) -> str:
        """The last lines of a child's output."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-lines:])

    def dead(self) -> str | None:
        """The name of a child that has ended by itself, if one has."""
        return next((name for name, child in self._running.items() if child.poll() is not None), None)

    def _die_with_parent(self) -> None:
        if self._prctl is not None:
            self._prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    def stop(self, within_s: float = 4.5) -> None:
        """SIGTERM one after the other, newest first; SIGKILL what still runs when the time is up."""
        end = time.monotonic() + within_s
        for name in reversed(list(self._running)):
            child = self._running.pop(name)
            child.terminate()
            try:
                child.wait(timeout=max(0.1, (end - time.monotonic()) * 0.7))
            except subprocess.TimeoutExpired:
                _kill_session(child)


def _kill_session(child: subprocess.Popen[bytes]) -> None:
    """The child and whatever it started itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
