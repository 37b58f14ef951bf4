"""SIGKILL between sending a message and writing down that it was sent: it comes again, with the same id."""

import subprocess
import sys
from pathlib import Path

from server.app import create_app
from server.clock import SystemClock
from server.courier import webhook
from server.courier.vault import Secret, Vault
from server.settings import parse
from server.store import noticeoutbox
from server.tables import NoticeChannel, NoticeMessage
from tests.support.courier_process import settings_of
from tests.support.needs import ROOT
from tests.support.process import wait_until
from tests.support.sinks import http_sink


def start(folder: Path, later_s: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.support.courier_process", str(folder), str(later_s)]
    return subprocess.Popen(command, cwd=ROOT)


def test_a_message_survives_a_kill_between_sending_and_marking(tmp_path: Path) -> None:
    app = create_app(parse(settings_of(tmp_path)), with_ingest=False)
    database, now = app.state.services.database, SystemClock().now()
    with http_sink(holds=True) as sink:
        secret = Secret(url=sink.url(), signing=webhook.new_signing())
        sealed = Vault(tmp_path / "notices.key").seal(secret)
        with database.transaction() as session:
            channel = NoticeChannel(name="A", kind="webhook", sealed=sealed, shown="", created_at=now)
            session.add(channel)
            session.flush()
            noticeoutbox.test(session, channel.id, now)

        def state() -> str:
            with database.read() as session:
                return str(session.query(NoticeMessage).one().state)

        first = start(tmp_path, 1)
        try:
            wait_until(lambda: len(sink.posts) == 1, "the message", 60.0)
            assert state() == "sending"
        finally:
            first.kill()
            first.wait()
        sink.hold.set()
        second = start(tmp_path, 400)
        try:
            wait_until(lambda: state() == "sent", "the message to be sent again", 60.0)
        finally:
            second.kill()
            second.wait()
        database.close()
        assert len(sink.posts) == 2
        assert len({post.headers["webhook-id"] for post in sink.posts}) == 1
