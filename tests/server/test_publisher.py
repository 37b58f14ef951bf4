"""Other systems are told over a real broker: confirmed incidents, none lost; Home Assistant, and its forgetting."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from contract import codec, topics
from contract.incident import IncidentMessage
from server.courier.publisher import Publisher
from server.store import audit, publications
from server.tables import IncidentRow, NoticeMark, Publication
from tests.support.fixtures import Mosquitto
from tests.support.intake import Intake, site_settings
from tests.support.messages import EDGE, SITE, Story, camera_health, heartbeat, status
from tests.support.process import wait_until

pytestmark = pytest.mark.broker


@dataclass
class Listener:
    """Another system at the broker."""

    broker: Mosquitto
    told: list[MQTTMessage] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="listener", clean_session=False)
        subscribed = threading.Event()
        self._client.on_subscribe = lambda *_: subscribed.set()
        self._client.on_message = lambda _client, _data, message: self.told.append(message)
        self._client.connect("127.0.0.1", self.broker.port)
        self._client.subscribe([("anninh/v1/#", 1), ("homeassistant/#", 1)])
        self._client.loop_start()
        assert subscribed.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def incidents(self) -> list[IncidentMessage]:
        found = [message for message in self.told if message.topic == topics.incidents(SITE)]
        decoded = [codec.decode(bytes(message.payload)) for message in found]
        return [message for message in decoded if isinstance(message, IncidentMessage)]

    def latest(self) -> dict[str, bytes]:
        """The latest payload of each topic."""
        return {message.topic: bytes(message.payload) for message in self.told}


@contextmanager
def publishing(intake: Intake, broker: Mosquitto, **publish: Any) -> Iterator[Publisher]:
    """A running publisher."""
    settings = site_settings(broker={"url": broker.url}, publish=publish)
    publisher = Publisher(settings, database=intake.database, clock=intake.clock)
    publisher.start()
    try:
        yield publisher
    finally:
        publisher.stop()


def decide(intake: Intake, state: str) -> None:
    """Every incident changes its state, as a verdict would have it: a new version, and an audit row."""
    with intake.database.transaction() as session:
        for row in session.query(IncidentRow):
            row.state, row.version = state, row.version + 1
            audit.record(session, intake.clock.now(), user_id=None, action="confirm", subject=row.code)


def begun(intake: Intake) -> bool:
    return any(mark.name == "audit" for mark in intake.rows(NoticeMark))


def test_a_confirmation_its_handling_and_an_undo_are_told_in_order(intake: Intake, mosquitto: Mosquitto) -> None:
    intake.take(Story().tell())
    with Listener(mosquitto) as other, publishing(intake, mosquitto, incidents=True):
        wait_until(lambda: begun(intake), "the publisher to begin")
        decide(intake, "confirmed")
        wait_until(lambda: len(other.incidents()) == 1, "the confirmation")
        decide(intake, "penalised")
        wait_until(lambda: len(other.incidents()) == 2, "its handling")
        decide(intake, "new")
        wait_until(lambda: len(other.incidents()) == 3, "the undo")
        wait_until(lambda: all(row.sent_at for row in intake.rows(Publication)), "all to be marked")
    told = [(message.data.counted, message.data.state) for message in other.incidents()]
    assert told == [(True, "confirmed"), (True, "penalised"), (False, "new")]
    (incident,) = intake.rows(IncidentRow)
    first = other.incidents()[0]
    assert (first.id, first.source) == (f"{incident.code}.2", f"anninh:{SITE}")
    assert first.data.camera == topics.source(SITE, EDGE, "kho-sau")


def test_what_is_confirmed_while_broker_and_publisher_are_away_is_told_later(
    intake: Intake, mosquitto: Mosquitto
) -> None:
    intake.take(Story().tell())
    with Listener(mosquitto), publishing(intake, mosquitto, incidents=True):
        wait_until(lambda: begun(intake), "the publisher to begin")
    mosquitto.kill()
    decide(intake, "confirmed")
    with publishing(intake, mosquitto, incidents=True):
        wait_until(lambda: intake.rows(Publication), "it to be queued")
        assert intake.rows(Publication)[0].sent_at is None
    mosquitto.start()
    with Listener(mosquitto) as other, publishing(intake, mosquitto, incidents=True):
        wait_until(other.incidents, "the confirmation")
        wait_until(lambda: intake.rows(Publication)[0].sent_at, "it to be marked")
    assert len(intake.rows(Publication)) == 1


def test_trial_and_exercise_and_what_only_waits_are_never_told(intake: Intake) -> None:
    intake.take(Story().tell(), Story(number=2, rule="khac").tell(), Story(number=3, rule="nua").tell())
    rows = intake.rows(IncidentRow)
    with intake.database.transaction() as session:
        kept = session.query(IncidentRow).order_by(IncidentRow.id)
        for row, change in zip(kept, ("mode", "status", None), strict=True):
            if change:
                setattr(row, change, "trial" if change == "mode" else "exercise")
                row.state = "confirmed"
        session.flush()
        assert publications.queue(session, [row.id for row in rows], intake.clock.now()) == 0


def test_what_no_longer_counts_is_found_whatever_changed_it(intake: Intake) -> None:
    intake.take(Story().tell())
    with intake.database.transaction() as session:
        row = session.query(IncidentRow).one()
        row.state, row.version = "confirmed", 2
        session.flush()
        assert publications.queue(session, [row.id], intake.clock.now()) == 1
        assert publications.queue(session, [row.id], intake.clock.now()) == 0, "it was told"
        row.state, row.version = "merged", 3
        session.flush()
        assert publications.no_longer_so(session) == [row.id]
        assert publications.queue(session, [row.id], intake.clock.now()) == 1
        assert publications.no_longer_so(session) == []


def test_home_assistant_finds_the_cameras_and_forgets_them_when_switched_off(
    intake: Intake, mosquitto: Mosquitto
) -> None:
    intake.take(heartbeat(camera_health(unit="Khóm 4"), session=2))
    intake.take(Story().tell())
    intake.take(status("online", session=2))
    camera = f"homeassistant/binary_sensor/anninh_{SITE}/camera_{EDGE}_kho-sau/config"
    waiting = f"homeassistant/sensor/anninh_{SITE}/waiting/config"
    with publishing(intake, mosquitto, home_assistant=True), Listener(mosquitto) as home:
        said = {topics.home_assistant(SITE, name) for name in ("waiting", "available")}
        wait_until(lambda: said <= set(home.latest()), "values", 30.0)
        found = json.loads(home.latest()[camera])
        assert (found["device_class"], found["name"]) == ("connectivity", "kho-sau, Khóm 4")
        assert home.latest()[found["state_topic"]] == b"ON"
        assert home.latest()[json.loads(home.latest()[waiting])["state_topic"]] == b"1"
        assert home.latest()[found["availability_topic"]] == b"online"
    with Listener(mosquitto) as home:
        wait_until(lambda: home.latest().get(topics.home_assistant(SITE, "available")) == b"offline", "its leaving")
    with publishing(intake, mosquitto), Listener(mosquitto) as home:
        wait_until(lambda: not [mark for mark in intake.rows(NoticeMark) if mark.name == "home_assistant"], "it", 60.0)
    with Listener(mosquitto) as anew:
        probe = topics.home_assistant(SITE, "probe")
        anew._client.publish(probe, b"x", qos=1)
        wait_until(lambda: probe in anew.latest(), "what the broker keeps")
        retained = {message.topic for message in anew.told if message.retain and message.payload}
    assert not {topic for topic in retained if topic.startswith("homeassistant/")}
