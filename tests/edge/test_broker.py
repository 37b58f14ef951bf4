"""Brokers: the built-in one carries an event and its receipt; Mosquitto as configured lets an edge speak for itself."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from contract import codec
from edge.outbox import Outbox
from tests.edge.test_mqtt import linked
from tests.support import needs
from tests.support.events import a_change
from tests.support.process import free_port, wait_for_port, wait_until
from tests.support.receiver import Receiver

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
PASSWORD = "kh0ng-ai-biet"


@contextmanager
def built_in(port: int) -> Iterator[subprocess.Popen[str]]:
    arguments = [sys.executable, "-m", "edge", "broker", "--port", str(port)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as process:
        try:
            wait_for_port(port, 30)
            yield process
        finally:
            process.kill()


def test_the_built_in_broker_carries_an_event_and_its_receipt(tmp_path: Path) -> None:
    port = free_port()
    url = f"mqtt://127.0.0.1:{port}"
    with (
        built_in(port) as broker,
        Outbox(tmp_path / "outbox.db", site="hoa-thuan", edge="khom4") as outbox,
    ):
        with Receiver(url) as server, linked(outbox, url):
            for number in range(20):
                outbox.put(a_change(number))
            wait_until(lambda: outbox.depth().messages == 0, "every receipt")
            wait_until(lambda: server.health, "a heartbeat")
        assert len(server.ids) == 20
        broker.terminate()
        assert broker.wait(timeout=5) == 0


def test_a_port_in_use_is_one_clear_line() -> None:
    port = free_port()
    with built_in(port):
        done = subprocess.run(
            [sys.executable, "-m", "edge", "broker", "--port", str(port)], capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def configured(tmp_path: Path) -> Iterator[int]:
    """The port of a Mosquitto that runs our file, but for its paths and listener."""
    port = free_port()
    passwords = tmp_path / "mosquitto.passwd"
    for number, user in enumerate(("server", "hoa-thuan/khom4")):
        create = ["-c"] if number == 0 else []
        subprocess.run(["mosquitto_passwd", *create, "-b", str(passwords), user, PASSWORD], check=True)
    text = (CONFIGS / "mosquitto.conf").read_text(encoding="utf-8")
    for line, instead in (
        (r"listener 1883", f"listener {port} 127.0.0.1\nuser root"),
        (r"password_file .*", f"password_file {passwords}"),
        (r"acl_file .*", f"acl_file {CONFIGS / 'mosquitto.acl'}"),
        (r"persistence_location .*", f"persistence_location {tmp_path}/"),
    ):
        text, count = re.subn(f"(?m)^{line}$", instead, text)
        assert count == 1, line
    (tmp_path / "mosquitto.conf").write_text(text)
    program = needs.mosquitto()
    assert program is not None
    with (
        (tmp_path / "mosquitto.log").open("wb") as log,
        subprocess.Popen([program, "-c", str(tmp_path / "mosquitto.conf")], stdout=log, stderr=log) as process,
    ):
        try:
            wait_for_port(port)
            yield port
        finally:
            process.kill()


@contextmanager
def client(port: int, user: str, heard: list[str], *topics: str) -> Iterator[Client]:
    """A client of this user that notes the topics of what it hears."""
    ready = threading.Event()
    made = Client(CallbackAPIVersion.VERSION2, client_id=user.replace("/", "-"), protocol=MQTTProtocolVersion.MQTTv311)
    made.username_pw_set(user, PASSWORD)
    made.on_connect = lambda *_: subscribe()
    made.on_subscribe = lambda *_: ready.set()

    def subscribe() -> None:
        made.subscribe([(topic, 1) for topic in topics])

    def on_message(_client: Client, _data: object, message: MQTTMessage) -> None:
        heard.append(message.topic)

    made.on_message = on_message
    made.connect("127.0.0.1", port)
    made.loop_start()
    assert ready.wait(10)
    try:
        yield made
    finally:
        made.disconnect()
        made.loop_stop()


@pytest.mark.broker
def test_an_edge_may_speak_and_hear_only_for_itself(configured: int) -> None:
    server_heard: list[str] = []
    edge_heard: list[str] = []
    with (
        client(configured, "server", server_heard, "anninh/v1/+/+/event", "anninh/v1/+/+/settings") as server,
        client(configured, "hoa-thuan/khom4", edge_heard, "anninh/v1/+/+/receipt", "#") as edge,
    ):
        edge.publish("anninh/v1/hoa-thuan/khom5/event", b"forged", qos=1)
        edge.publish("anninh/v1/hoa-thuan/khom4/receipt", b"forged", qos=1)
        edge.publish("anninh/v1/hoa-thuan/khom4/event", b"its own", qos=1)
        edge.publish("anninh/v1/hoa-thuan/khom5/settings", b"forged", qos=1)
        edge.publish("anninh/v1/hoa-thuan/khom4/config", b"forged", qos=1, retain=True)
        edge.publish("anninh/v1/hoa-thuan/khom4/settings", b"its own", qos=1)
        wait_until(lambda: len(server_heard) == 2, "what the edge may say")
        server.publish("anninh/v1/hoa-thuan/khom5/receipt", b"not for it", qos=1)
        server.publish("anninh/v1/hoa-thuan/khom5/config", b"not for it", qos=1)
        server.publish("anninh/v1/hoa-thuan/khom4/config", b"for it", qos=1)
        server.publish("anninh/v1/hoa-thuan/khom4/receipt", b"for it", qos=1)
        wait_until(lambda: len(set(edge_heard)) == 2, "the edge's receipt and configuration")
    assert server_heard == ["anninh/v1/hoa-thuan/khom4/event", "anninh/v1/hoa-thuan/khom4/settings"]
    assert set(edge_heard) == {"anninh/v1/hoa-thuan/khom4/receipt", "anninh/v1/hoa-thuan/khom4/config"}


@pytest.mark.broker
def test_mosquitto_takes_our_largest_message_and_no_larger_one(configured: int) -> None:
    heard: list[str] = []
    lost = threading.Event()
    with (
        client(configured, "server", heard, "anninh/v1/+/+/event"),
        client(configured, "hoa-thuan/khom4", [], "anninh/v1/hoa-thuan/khom4/receipt") as edge,
    ):
        edge.on_disconnect = lambda *_: lost.set()
        edge.publish("anninh/v1/hoa-thuan/khom4/event", bytes(codec.MAX_BYTES), qos=1)
        wait_until(lambda: heard, "the largest message")
        edge.publish("anninh/v1/hoa-thuan/khom4/event", bytes(codec.MAX_BYTES * 2), qos=0)
        assert lost.wait(10), "the broker ends a connection that sends too much"
    assert len(heard) == 1
