"""A real PostgreSQL server in a folder of its own."""

import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg

from server.database import Database
from tests.support import needs
from tests.support.process import free_port, wait_until


@dataclass
class Postgres:
    """``initdb`` and ``postgres`` in ``folder``, as user ``postgres`` where the tests run as root (it refuses root)."""

    folder: Path
    port: int = 0
    """Chosen when it starts."""
    process: subprocess.Popen[bytes] | None = None
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _template: str = ""
    """The name of the database that ``with_tables`` copies."""

    def start(self) -> None:
        """Make the cluster and start it."""
        programs = needs.postgres_bin()
        assert programs is not None
        data = self.folder / "data"
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            for parent in list(self.folder.parents)[:-1]:
                if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
                    parent.chmod(parent.stat().st_mode | 0o055)
        subprocess.run(
            [str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync"],
            check=True,
            capture_output=True,
            **self._as_user(),  # type: ignore[call-overload]
        )
        # not before: while the cluster was made, somebody else might have taken a port that was free
        self.port = free_port()
        self.resume()

    def resume(self) -> None:
        """Start it on the data it has."""
        programs = needs.postgres_bin()
        assert programs is not None
        data = self.folder / "data"
        log = (self.folder / "log").open("ab")
        options = ["-p", str(self.port), "-k", str(self.folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
        self.process = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), *options],
            stdout=log,
            stderr=log,
            **self._as_user(),  # type: ignore[call-overload]
        )
        log.close()
        ready = [str(programs / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port)]
        wait_until(
            lambda: subprocess.run(ready, check=False, capture_output=True).returncode == 0, "PostgreSQL to be ready"
        )
        assert self.process.poll() is None, f"another server answers on port {self.port}"

    def database(self) -> str:
        """The SQLAlchemy URL of a new empty database."""
        programs = needs.postgres_bin()
        assert programs is not None
        name = f"anninh{next(self._numbers)}"
        subprocess.run(
            [str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", name],
            check=True,
            capture_output=True,
        )
        return self._url(name)

    def with_tables(self) -> str:
        """The URL of a new database with its tables: migrated once, then copied, which is quicker."""
        if not self._template:
            url = self.database()
            migrated = Database(url)
            migrated.migrate()
            migrated.close()
            self._template = url.rpartition("/")[2]
        name = f"anninh{next(self._numbers)}"
        with psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", autocommit=True) as admin:
            # its files, not its pages one by one through the log: what PostgreSQL did before it could do both
            how = "STRATEGY FILE_COPY" if admin.info.server_version >= 150_000 else ""
            admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._template}" {how}')
        return self._url(name)

    def _url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"

    def crash(self) -> None:
        """End it at once, whoever is connected (an immediate shutdown: the next start recovers)."""
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=20)

    def stop(self) -> None:
        """Stop it at once."""
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @staticmethod
    def _as_user() -> dict[str, object]:
        if os.geteuid() != 0:
            return {}
        user = pwd.getpwnam("postgres")
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
