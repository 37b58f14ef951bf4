"""The server on a real broker: receipts only after the commit, nothing lost while server or database is away."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from contract import codec, topics
from contract.event import Event
from contract.health import Health
from contract.receipt import Receipt
from server.inbox import Delivery
from server.ingest import DatabaseUnavailableError
from server.metrics import Metrics
from server.mqtt import Link, Take
from server.receipts import Reply
from server.tables import EventRevision
from tests.support.fixtures import Mosquitto
from tests.support.intake import DrivenClock, Intake, site_settings
from tests.support.messages import EDGE, SITE, Story, deliver
from tests.support.process import wait_until

pytestmark = pytest.mark.broker


@dataclass
class EdgeEnd:
    """An edge's end of the broker: sends, and hears receipts."""

    url: str
    accepted: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="edge-end", clean_session=False)
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = self._hear
        self._client.connect("127.0.0.1", urlsplit(self.url).port or 1883)
        self._client.subscribe(topics.build(SITE, EDGE, "receipt"), qos=1)
        self._client.loop_start()
        assert subscribed.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def send(self, *messages: Event | Health) -> None:
        """Publish, and wait until the broker has them."""
        for message in messages:
            delivery = deliver(message)
            self._client.publish(delivery.topic, delivery.payload, qos=1).wait_for_publish(10)

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        receipt = codec.decode(bytes(message.payload))
        assert isinstance(receipt, Receipt)
        self.accepted += receipt.data.accepted
        self.refused += [refused.id for refused in receipt.data.refused]


@contextmanager
def a_link(broker: Mosquitto, take: Take) -> Iterator[Link]:
    """A running link, which is connected."""
    metrics = Metrics()
    link = Link(site_settings(broker={"url": broker.url}), take, clock=DrivenClock(), metrics=metrics)
    link.start()
    try:
        wait_until(lambda: metrics.registry.get_sample_value("anninh_broker_connected") == 1.0, "the broker")
        yield link
    finally:
        link.stop()


def test_an_event_over_the_broker_is_committed_and_receipted(intake: Intake, mosquitto: Mosquitto) -> None:
    life = Story().life()
    with EdgeEnd(mosquitto.url) as edge, a_link(mosquitto, intake.ingest.take):
        edge.send(*life, Story(camera="khong-biet").tell())
        wait_until(lambda: len(edge.accepted) == 3 and edge.refused, "receipts")
    assert edge.accepted == [event.id for event in life]
    assert len(intake.rows(EventRevision)) == 3


def test_what_comes_while_the_server_is_away_waits_for_it(intake: Intake, mosquitto: Mosquitto) -> None:
    with EdgeEnd(mosquitto.url) as edge:
        with a_link(mosquitto, intake.ingest.take):
            edge.send(Story(number=1).tell())
            wait_until(lambda: edge.accepted, "the first receipt")
        edge.send(*(Story(number=number, at_s=1000.0 * number).tell() for number in range(2, 42)))
        assert len(edge.accepted) == 1
        with a_link(mosquitto, intake.ingest.take):
            wait_until(lambda: len(set(edge.accepted)) == 41, "the other receipts")
    assert len(intake.rows(EventRevision)) == 41


def test_after_each_connection_what_the_broker_may_have_lost_is_published_and_stays(mosquitto: Mosquitto) -> None:
    greeted = threading.Event()

    def greet() -> None:
        link.publish("anninh/v1/hoa-thuan/khom4/config", b"{}", True)
        greeted.set()

    settings = site_settings(broker={"url": mosquitto.url})
    link = Link(settings, lambda _: [], clock=DrivenClock(), metrics=Metrics(), greet=greet)
    link.start()
    try:
        for _ in range(2):
            assert greeted.wait(15)
            greeted.clear()
            assert retained(mosquitto, "anninh/v1/hoa-thuan/khom4/config") == b"{}"
            mosquitto.kill()
            wait_until(lambda: not link.is_connected, "the loss to be noticed")
            mosquitto.start()
    finally:
        link.stop()


def retained(broker: Mosquitto, topic: str) -> bytes:
    """What the broker holds for whoever comes later."""
    heard: list[MQTTMessage] = []
    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: heard.append(message)
    client.connect("127.0.0.1", broker.port)
    client.loop_start()
    client.subscribe(topic, 1)
    try:
        wait_until(lambda: heard, "the retained message")
    finally:
        client.disconnect()
        client.loop_stop()
    return bytes(heard[0].payload)


@dataclass
class Flaky:
    """A database that is away until ``is_back``; what it gets before is not committed."""

    intake: Intake
    is_back: threading.Event = field(default_factory=threading.Event)
    refused_batches: int = 0

    def take(self, batch: Sequence[Delivery]) -> list[Reply]:
        if not self.is_back.is_set():
            self.refused_batches += 1
            raise DatabaseUnavailableError("the disk is full")
        return self.intake.ingest.take(batch)


def test_nothing_is_receipted_or_lost_while_the_database_is_away(intake: Intake, mosquitto: Mosquitto) -> None:
    flaky = Flaky(intake)
    life = Story().life()
    with EdgeEnd(mosquitto.url) as edge, a_link(mosquitto, flaky.take):
        edge.send(*life)
        wait_until(lambda: flaky.refused_batches >= 2, "the batch to be tried again")
        assert edge.accepted == []
        flaky.is_back.set()
        wait_until(lambda: len(edge.accepted) == 3, "receipts")
    assert len(intake.rows(EventRevision)) == 3


def test_a_server_that_stops_in_an_outage_of_its_database_leaves_the_messages_to_the_next(
    intake: Intake, mosquitto: Mosquitto
) -> None:
    flaky = Flaky(intake)
    with EdgeEnd(mosquitto.url) as edge:
        with a_link(mosquitto, flaky.take):
            edge.send(*Story().life())
            wait_until(lambda: flaky.refused_batches, "the batch")
        with a_link(mosquitto, intake.ingest.take):
            wait_until(lambda: len(edge.accepted) == 3, "receipts")


@pytest.mark.logs_errors
def test_a_fault_of_our_own_does_not_end_the_ingest(mosquitto: Mosquitto) -> None:
    heard: list[int] = []

    def take(batch: Sequence[Delivery]) -> list[Reply]:
        heard.append(len(batch))
        raise ZeroDivisionError("a fault of ours")

    with EdgeEnd(mosquitto.url) as edge, a_link(mosquitto, take):
        edge.send(Story(number=1).tell())
        wait_until(lambda: heard, "the first batch")
        edge.send(Story(number=2).tell())
        wait_until(lambda: len(heard) == 2, "the second batch")


def test_the_server_comes_back_to_a_broker_that_was_killed(intake: Intake, mosquitto: Mosquitto) -> None:
    with a_link(mosquitto, intake.ingest.take) as link:
        mosquitto.kill()
        wait_until(lambda: not link.is_connected, "the loss to be noticed")
        mosquitto.start()
        wait_until(lambda: link.is_connected, "the broker to be found again")
        with EdgeEnd(mosquitto.url) as edge:
            edge.send(*Story().life())
            wait_until(lambda: len(edge.accepted) == 3, "receipts")
