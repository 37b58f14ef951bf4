"""Real things that tests start on a port and folder of their own, and stop again."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import needs
from tests.support.postgres import Postgres
from tests.support.process import free_port, wait_for_port


@dataclass
class Mosquitto:
    """A real Mosquitto on a port of its own, as ``configs/mosquitto.conf`` would run it but for listener and users."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"

    def start(self, more: str = "", *, anonymous: bool = True) -> None:
        """Start it; what it persisted before is there again. ``more``: further lines of its configuration."""
        program = needs.mosquitto()
        assert program is not None
        config = self.folder / "mosquitto.conf"
        config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous {str(anonymous).lower()}\npersistence true\n"
            f"persistence_location {self.folder}/\nautosave_interval 1\nmax_queued_messages 100000\n"
            f"max_inflight_messages 100\nuser root\n{more}"
        )
        log = (self.folder / "mosquitto.log").open("ab")
        self.process = subprocess.Popen([program, "-c", str(config)], stdout=log, stderr=log)
        log.close()
        wait_for_port(self.port)

    def kill(self) -> None:
        """SIGKILL: nothing in memory survives."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A running Mosquitto (mark the test ``broker``)."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder, free_port())
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A running PostgreSQL server (mark the test ``postgres``); ask it for a fresh database."""
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()
