"""Ports, waiting and child processes for tests."""

import socket
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, timeout_s: float = 45.0) -> None:
    """Return when something accepts connections on the port. Raises TimeoutError."""

    def answers() -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(answers, f"port {port} to answer", timeout_s)


def answer(port: int, path: str) -> str:
    """What a server on loopback has at ``path``; empty while it does not say 200.

    For asking again and again: httpx reads the machine's certificates each time, which takes longer than the answer.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", path)
        found = connection.getresponse()
        return found.read().decode() if found.status == 200 else ""
    except (OSError, HTTPException):
        return ""
    finally:
        connection.close()


def wait_until(holds: Callable[[], object], what: str, timeout_s: float = 45.0) -> None:
    """Return when ``holds()`` is true. Raises TimeoutError that says what was waited for."""
    end = time.monotonic() + timeout_s
    pause_s = 0.002
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {timeout_s:.0f} s for {what}")
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, 0.05)
