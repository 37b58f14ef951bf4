"""A courier in a process of its own, to be killed: ``python -m tests.support.courier_process FOLDER LATER_S``.

It works on FOLDER/anninh.db as the server does; its clock is LATER_S seconds ahead, so that a lease has run out.
"""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from server.app import create_app
from server.settings import parse


class Later:
    """The machine's clock, ahead by some time."""

    def __init__(self, ahead: timedelta) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


def settings_of(folder: Path) -> dict[str, object]:
    """The site's settings: everything in one folder."""
    return {
        "site": {"slug": "hoa-thuan", "name_vi": "Phường Hòa Thuận", "name_en": "Hoa Thuan ward"},
        "database": {"url": f"sqlite:///{folder / 'anninh.db'}"},
        "evidence_dir": str(folder / "evidence"),
        "notices": {"key_file": str(folder / "notices.key"), "allowed_networks": ["127.0.0.0/8"]},
    }


def main() -> None:
    """Rounds until it is killed."""
    folder, later_s = Path(sys.argv[1]), float(sys.argv[2])
    app = create_app(parse(settings_of(folder)), clock=Later(timedelta(seconds=later_s)), with_ingest=False)
    app.state.services.courier.run()


if __name__ == "__main__":
    main()
