"""Tells other systems over MQTT: confirmed incidents from their outbox, and Home Assistant what it may show."""

import threading
from collections.abc import Callable
from typing import Final

import structlog
from paho.mqtt.client import Client, ConnectFlags, MQTTMessage, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract import codec, topics
from contract.incident import IncidentMessage
from server.clock import Clock
from server.courier import homeassistant
from server.courier.tails import Tail
from server.database import Database, is_down
from server.settings import Settings
from server.store import hometell, marks, publications

log = structlog.get_logger(__name__)

ROUND_S: Final = 2.0
AWAY_S: Final = 10.0
AT_ONCE: Final = 100
"""Messages that wait for the broker's acknowledgement together."""
ACK_S: Final = 10.0
HOME_ROUNDS: Final = 5
"""Home Assistant is told again every so many rounds."""
_HOME: Final = "home_assistant"
"""The mark that says that discovery messages lie at the broker."""


class Publisher:
    """A client of its own beside the ingest's link: what it does can't hold up an event. One thread and paho's."""

    def __init__(self, settings: Settings, *, database: Database, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._audit = Tail("audit")
        self._site = settings.site.slug
        self._retained: set[str] = set()
        """Discovery topics that lie at the broker, as it said itself. Filled by paho's thread."""
        self._lock = threading.Lock()
        self._rounds = 0
        self._told: dict[str, bytes] = {}
        self._stopping = threading.Event()
        self._connected = threading.Event()
        self._client = self._make_client()
        self._thread = threading.Thread(target=self.run, name="publisher", daemon=True)
        self._runs = False

    def start(self) -> None:
        """Begin, where something is to be told, or a switch was turned off since the last time. Returns at once."""
        publish = self._settings.publish
        with self._database.read() as session:
            has_traces = marks.read(session, _HOME) is not None
        if publish.incidents or publish.home_assistant or has_traces:
            self._runs = True
            self._client.connect_async(*self._settings.broker.address, self._settings.broker.keepalive_s)
            self._client.loop_start()
            self._thread.start()

    def stop(self) -> None:
        """End; what waits is told after the next start."""
        self._stopping.set()
        if not self._runs:
            return
        self._thread.join(timeout=5.0)
        if self._settings.publish.home_assistant and self._connected.is_set():
            self._client.publish(homeassistant.available(self._site), homeassistant.OFFLINE, qos=1, retain=True)
        self._client.disconnect()
        self._client.loop_stop()

    def run(self) -> None:
        """Rounds until ``stop``."""
        while not self._stopping.is_set():
            try:
                self.run_once()
            except Exception as error:
                if is_down(error):
                    log.warning("publisher_waits_for_the_database", reason=str(error)[:200])
                else:
                    log.error("publishing_failed", exc_info=error)
                self._stopping.wait(AWAY_S)
                continue
            self._stopping.wait(ROUND_S)

    def run_once(self) -> None:
        """One round: queue what changed; with the broker there, send what waits."""
        if self._settings.publish.incidents:
            self._queue()
        if not self._connected.is_set():
            return
        if self._settings.publish.incidents:
            self._send()
        if self._rounds % HOME_ROUNDS == 0:
            self._tell_home()
        self._rounds += 1

    def _queue(self) -> None:
        now = self._clock.now()
        with self._database.read() as session:
            changed = publications.touched(session, self._audit.pull(session, now))
            if self._rounds % (HOME_ROUNDS * 30) == 0:
                changed = sorted({*changed, *publications.no_longer_so(session)})
        if changed or self._audit.has_moved:
            with self._database.transaction() as session:
                publications.queue(session, changed, now)
                self._audit.keep(session)
            self._audit.kept()

    def _send(self) -> None:
        with self._database.read() as session:
            waiting = publications.waiting(session, AT_ONCE)
        flying: list[tuple[int, MQTTMessageInfo]] = []
        for each in waiting:
            payload = codec.encode(IncidentMessage.model_validate(each.message))
            flying.append((each.id, self._client.publish(topics.incidents(each.site), payload, qos=1)))
        arrived = [publication_id for publication_id, info in flying if _has_arrived(info)]
        if arrived:
            with self._database.transaction() as session:
                publications.sent(session, arrived, self._clock.now())

    def _tell_home(self) -> None:
        """Discovery and values; what should not lie at the broker any more is taken away there."""
        publish, wanted, values = self._settings.publish, {}, {}
        if publish.home_assistant:
            with self._database.read() as session:
                now = self._clock.now()
                lenses, waiting = hometell.lenses(session, self._site, now), hometell.waiting(session, now)
                has_mark = marks.read(session, _HOME) is not None
            if not has_mark:
                self._mark(marks.begin)
            name = self._settings.site.name_vi
            wanted = homeassistant.discovery(publish.home_assistant_prefix, self._site, name, lenses)
            values = homeassistant.states(self._site, lenses, waiting)
        with self._lock:
            gone = self._retained - set(wanted)
        infos = [self._client.publish(topic, b"", qos=1, retain=True) for topic in sorted(gone)]
        infos += [
            self._client.publish(topic, payload, qos=1, retain=True)
            for topic, payload in wanted.items()
            if self._told.get(topic) != payload
        ]
        infos += [self._client.publish(topic, payload, qos=0) for topic, payload in values.items()]
        if publish.home_assistant:
            online = homeassistant.available(self._site)
            infos.append(self._client.publish(online, homeassistant.ONLINE, qos=1, retain=True))
        elif self._rounds > 0 and all(_has_arrived(info) for info in infos):
            # a round after the broker said what lies there: it is empty now
            self._mark(marks.remove)
            self._client.publish(homeassistant.available(self._site), b"", qos=1, retain=True)
        self._told = wanted

    def _mark(self, change: Callable[..., None]) -> None:
        with self._database.transaction() as session:
            change(session, _HOME)

    def _make_client(self) -> Client:
        broker = self._settings.broker
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"anninh-publisher-{self._settings.site.slug}",
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password())
        if broker.is_tls:
            client.tls_set(str(broker.ca_file) if broker.ca_file else None)
        if self._settings.publish.home_assistant:
            client.will_set(homeassistant.available(self._site), homeassistant.OFFLINE, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = lambda *_: self._connected.clear()
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            log.warning("broker_refuses_publisher", reason=str(reason))
            return
        with self._lock:
            self._retained.clear()
        self._told = {}
        self._rounds = 0
        client.subscribe(homeassistant.everything(self._settings.publish.home_assistant_prefix, self._site), qos=1)
        self._connected.set()

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        with self._lock:
            (self._retained.add if message.payload else self._retained.discard)(message.topic)


def _has_arrived(info: MQTTMessageInfo) -> bool:
    try:
        info.wait_for_publish(ACK_S)
    except (RuntimeError, ValueError):  # the connection is gone, or its queue is full
        return False
    return info.is_published()
