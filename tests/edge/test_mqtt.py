"""Outbox and link against a real broker: nothing leaves the journal without a receipt, nothing is lost."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from contract.command import Resend, TakePicture
from contract.event import ModelRef
from contract.health import HealthData
from contract.receipt import Refusal
from edge.clock import SystemClock
from edge.mqtt import Link
from edge.outbox import Outbox
from edge.settings import EdgeSettings, parse
from tests.support.events import a_change
from tests.support.fixtures import Mosquitto
from tests.support.process import free_port, wait_until
from tests.support.receiver import Receiver

pytestmark = pytest.mark.broker


def settings(url: str, **more: object) -> EdgeSettings:
    cameras = [{"name": "kho-sau", "source": "sim:street"}]
    return parse({"site": "hoa-thuan", "edge": "khom4", "broker": {"url": url}, "cameras": cameras, **more})


def health_of(outbox: Outbox) -> HealthData:
    depth = outbox.depth()
    return HealthData(
        session=outbox.session,
        started_at=datetime.now(UTC),
        software="test",
        cameras=(),
        outbox_depth=depth.messages,
        outbox_oldest_s=0.0,
        evidence_pending=depth.evidence,
        disk_free_bytes=1,
        config_version="0123456789abcdef",
        model=ModelRef(name="none"),
    )


@contextmanager
def linked(outbox: Outbox, url: str, pictures: list[str] | None = None) -> Iterator[Link]:
    wanted = pictures if pictures is not None else []
    link = Link(settings(url), outbox, SystemClock(), health=lambda: health_of(outbox), take_picture=wanted.append)
    link.start()
    try:
        yield link
    finally:
        link.stop()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    with Outbox(tmp_path / "outbox.sqlite", site="hoa-thuan", edge="khom4") as journal:
        yield journal


def test_a_message_leaves_the_outbox_with_its_receipt(mosquitto: Mosquitto, outbox: Outbox) -> None:
    outbox.put(a_change(1))
    with Receiver(mosquitto.url) as server, linked(outbox, mosquitto.url):
        outbox.put(a_change(2))
        wait_until(lambda: outbox.depth().messages == 0, "both receipts")
    assert sorted(set(server.sequences)) == [1, 2]


def test_without_a_receipt_nothing_leaves_the_outbox(mosquitto: Mosquitto, outbox: Outbox) -> None:
    with Receiver(mosquitto.url, is_silent=True) as server, linked(outbox, mosquitto.url):
        outbox.put(a_change(1))
        wait_until(lambda: server.ids, "the event")
    assert outbox.depth().messages == 1


def test_a_refused_message_is_kept_aside_and_not_sent_again(
    mosquitto: Mosquitto, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        Receiver(mosquitto.url, refuses=Refusal.UNKNOWN_CAMERA) as server,
        linked(outbox, mosquitto.url) as link,
    ):
        wait_until(lambda: link.is_connected, "the broker")
        outbox.put(a_change(1))
        wait_until(lambda: outbox.depth().messages == 0, "the refusal")
        outbox.resend_all()
        outbox.put(a_change(2))
        wait_until(lambda: len(server.events) >= 2, "the next event")
    assert server.sequences == [1, 2]
    assert "event_refused" in caplog.text


def test_the_server_gets_again_what_it_asks_for(mosquitto: Mosquitto, outbox: Outbox) -> None:
    with Receiver(mosquitto.url, is_silent=True) as server, linked(outbox, mosquitto.url):
        for number in range(4):
            outbox.put(a_change(number))
        wait_until(lambda: len(server.sequences) == 4, "four events")
        server.receipt(resend=((2, 3),))
        wait_until(lambda: server.sequences[4:] == [2, 3], "the receipt's two again")
        server.command(Resend(first=4, last=9))
        wait_until(lambda: server.sequences[6:] == [4], "the command's one again")


def test_a_command_asks_for_a_picture(mosquitto: Mosquitto, outbox: Outbox) -> None:
    pictures: list[str] = []
    with Receiver(mosquitto.url) as server, linked(outbox, mosquitto.url, pictures) as link:
        wait_until(lambda: link.is_connected and server.statuses, "the edge")
        server.command(TakePicture(camera="kho-sau"))
        wait_until(lambda: pictures == ["kho-sau"], "the command")


def test_the_heartbeat_and_the_status_are_heard(mosquitto: Mosquitto, outbox: Outbox) -> None:
    with Receiver(mosquitto.url) as server:
        with linked(outbox, mosquitto.url):
            wait_until(lambda: server.health, "a heartbeat")
        wait_until(lambda: [status.data.state for status in server.statuses] == ["online", "offline"], "the goodbye")
    assert server.health[0].data.session == outbox.session


def test_a_broken_payload_does_not_end_the_link(
    mosquitto: Mosquitto, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    with Receiver(mosquitto.url) as server, linked(outbox, mosquitto.url) as link:
        wait_until(lambda: link.is_connected and server.statuses, "the edge")
        server._client.publish("anninh/v1/hoa-thuan/khom4/receipt", b"\xff{", qos=1)
        outbox.put(a_change(1))
        wait_until(lambda: outbox.depth().messages == 0, "the receipt")
    assert caplog.text.count("message_not_understood") == 1


def test_nothing_is_lost_when_the_broker_is_killed(
    mosquitto: Mosquitto, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    with Receiver(mosquitto.url) as server, linked(outbox, mosquitto.url):
        for number in range(200):
            outbox.put(a_change(number))
            if number == 60:
                mosquitto.kill()
            if number == 140:
                mosquitto.start()
        wait_until(lambda: outbox.depth().messages == 0, "every receipt", 30)
    assert set(server.sequences) == set(range(1, 201))
    assert caplog.text.count("broker_lost") == 1


CHILD = """
import sys
from pathlib import Path
from edge.clock import SystemClock
from edge.mqtt import Link
from edge.outbox import Outbox
from tests.edge.test_mqtt import health_of, settings
from tests.support.events import a_change
folder, url, first = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
outbox = Outbox(folder / "outbox.sqlite", site="hoa-thuan", edge="khom4")
Link(settings(url), outbox, SystemClock(), health=lambda: health_of(outbox), take_picture=print).start()
for number in range(first, 300):
    outbox.put(a_change(number))
    print(number, flush=True)
while outbox.depth().messages:
    outbox.wait(-1, 0.05)
print("done", flush=True)
sys.stdin.read()
"""


@contextmanager
def child(tmp_path: Path, url: str, first: int) -> Iterator[subprocess.Popen[str]]:
    """Puts changes ``first``..299 and sends them; killed at the end of the block."""
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), url, str(first)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines_of(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    return (line.strip() for line in process.stdout if line.strip().isalnum())


def test_nothing_is_lost_when_the_edge_is_killed(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with Receiver(mosquitto.url) as server:
        told = -1
        with child(tmp_path, mosquitto.url, 0) as edge:
            for line in lines_of(edge):
                told = int(line)
                if told == 120:
                    edge.kill()
        with child(tmp_path, mosquitto.url, told + 1) as edge:
            assert "done" in lines_of(edge)
        wait_until(lambda: len(server.ids) == 300, "what the broker still holds")
    # What was put and not yet told when the signal came was put again under the same id: no hole, nothing missing.
    assert set(server.sequences) == set(range(1, max(server.sequences) + 1))


def test_the_last_will_says_that_the_edge_is_gone(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with Receiver(mosquitto.url) as server:
        with child(tmp_path, mosquitto.url, 299):
            wait_until(lambda: server.statuses, "the edge")
        wait_until(lambda: server.statuses[-1].data.state == "offline", "the last will")
        assert server.statuses[-1].data.session == 1


def test_a_broker_that_is_not_there_is_told_once(outbox: Outbox, caplog: pytest.LogCaptureFixture) -> None:
    with linked(outbox, f"mqtt://127.0.0.1:{free_port()}"):
        outbox.put(a_change(1))
        wait_until(lambda: "broker_unreachable" in caplog.text, "the warning")
        time.sleep(1.3)
    assert caplog.text.count("broker_unreachable") == 1
    assert outbox.depth().messages == 1


def test_a_heartbeat_that_cannot_be_told_holds_back_no_event(
    mosquitto: Mosquitto, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    def health() -> HealthData:
        raise FileNotFoundError("the disk is gone")

    link = Link(settings(mosquitto.url), outbox, SystemClock(), health=health, take_picture=lambda _: None)
    with Receiver(mosquitto.url):
        link.start()
        wait_until(lambda: "heartbeat_untold" in caplog.text, "the warning")
        outbox.put(a_change(1))
        wait_until(lambda: outbox.depth().messages == 0, "the receipt")
        link.stop()


def test_hostile_receipts_and_commands_end_nothing(
    mosquitto: Mosquitto, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    """Not JSON, too large, ids and numbers it never sent, a camera it does not have, deep nesting."""
    with Receiver(mosquitto.url) as server, linked(outbox, mosquitto.url) as link:
        wait_until(lambda: link.is_connected and server.statuses, "the edge")
        for channel in ("receipt", "command"):
            for payload in (b"", b"{", b"[" * 60_000, b"x" * 1_000_000, b'{"type": 7}', b"\x00\xff", b"null"):
                server._client.publish(f"anninh/v1/hoa-thuan/khom4/{channel}", payload, qos=1)
        server.receipt("never.1", "x" * 128, resend=((0, 2**53 - 1), (9, 3)))
        server.command(Resend(first=2**53 - 1, last=0))
        server.command(TakePicture(camera="nowhere"))
        outbox.put(a_change(1))
        wait_until(lambda: outbox.depth().messages == 0, "the receipt")
        assert link.is_connected
    assert "message_not_handled" not in caplog.text


def test_a_wrong_password_is_told_once_and_tried_again(
    tmp_path: Path, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    broker = Mosquitto(tmp_path / "locked", free_port())
    broker.folder.mkdir()
    passwords, given = tmp_path / "passwords", tmp_path / "password"
    given.write_text("wr0ng")
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "khom4", "right"], check=True)
    broker.start(f"password_file {passwords}\n", anonymous=False)
    with_name = {"url": broker.url, "username": "khom4", "password_file": str(given)}
    cameras = [{"name": "kho-sau", "source": "sim:street"}]
    locked = parse({"site": "hoa-thuan", "edge": "khom4", "broker": with_name, "cameras": cameras})
    link = Link(locked, outbox, SystemClock(), health=lambda: health_of(outbox), take_picture=lambda _: None)
    link.start()
    try:
        log = broker.folder / "mosquitto.log"
        wait_until(lambda: log.read_text().count("not authorised") >= 2, "a second try", 10)
    finally:
        link.stop()
        broker.kill()
    assert caplog.text.count("broker_refuses") == 1
    assert "broker_lost" not in caplog.text
    assert "wr0ng" not in caplog.text
