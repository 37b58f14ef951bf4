"""The server's one connection to the broker: deliveries in, receipts and acknowledgements out, only after a commit."""

import queue
import random
import threading
import time
from collections.abc import Callable, Sequence

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract import topics
from server.clock import Clock
from server.inbox import Delivery
from server.ingest import DatabaseUnavailableError
from server.metrics import Metrics
from server.receipts import Reply, pack
from server.settings import Settings

log = structlog.get_logger(__name__)

BATCH = 2000
"""Messages written in one transaction at most: a commit's cost is shared, and a batch takes well under a second."""
GATHER_S = 0.05
"""How long a batch that is not full may wait for more messages."""
PAUSE_S = 0.01
"""A batch stops waiting when nothing came for this long: a broker sends only so many unacknowledged messages."""
WAITING = 10_000
"""Messages that may wait for the database. What comes beyond is not acknowledged: its edge sends it again."""
HEARTBEATS_WAITING = WAITING // 2
"""Unacknowledged heartbeats and the like may fill only this much, so that in a long outage there is room for events."""
_RECONNECT_S = (1, 10)
"""Shortest and longest wait before the next attempt to reach the broker; paho doubles in between."""
_RETRY_S = (0.2, 5.0)
"""Shortest and longest wait before a batch that the database would not have is tried again."""
_FAULT_S = 1.0
"""Wait after a batch that failed by a fault of ours, so that a lasting one does not fill the log."""

Take = Callable[[Sequence[Delivery]], list[Reply]]


class Link:
    """MQTT 3.1.1, QoS 1, a session that outlives the connection and this process.

    paho's thread fills a bounded queue; this link's own thread empties it into ``take`` (``Ingest.take``), batch by
    batch, tries a batch again until the database has it, then sends the receipts, then acknowledges to the broker.
    """

    def __init__(
        self,
        settings: Settings,
        take: Take,
        *,
        clock: Clock,
        metrics: Metrics,
        greet: Callable[[], None] = lambda: None,
    ) -> None:
        """``greet``: called on this link's thread after each connection, to publish what the broker may have lost."""
        self._settings = settings
        self._take = take
        self._greet = greet
        self._is_greeting_due = threading.Event()
        self._clock = clock
        self._metrics = metrics
        self._queue: queue.Queue[Delivery] = queue.Queue(WAITING)
        self._stopping = threading.Event()
        self._connection = 0
        """Grows with each connection: an acknowledgement must not go to another one (packet ids are used anew)."""
        self._told = ""
        self._is_dropping = False
        self._client = self._make_client()
        self._thread = threading.Thread(target=self.run, name="ingest", daemon=True)

    @property
    def is_connected(self) -> bool:
        """Does the broker listen?"""
        return self._client.is_connected()

    def start(self) -> None:
        """Connect and take messages, now and whenever the broker is there. Returns at once."""
        broker = self._settings.broker
        self._client.connect_async(*broker.address, broker.keepalive_s)
        self._client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand and hang up. What is not acknowledged, the broker keeps for the next start."""
        self._stopping.set()
        self._thread.join(timeout=5.0)
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, retain: bool) -> None:
        """Send a message, QoS 1: now, or as soon as the broker is there again. Any thread."""
        self._client.publish(topic, payload, qos=1, retain=retain)

    def run(self) -> None:
        """Take batches until ``stop``."""
        while not self._stopping.is_set():
            try:
                self.run_once()
            except Exception as error:
                # a fault of ours: the batch has no receipts, so its edges send it again; the next one may be fine
                log.error("batch_failed", exc_info=error)
                self._stopping.wait(_FAULT_S)

    def run_once(self) -> None:
        """Take one batch, if there is one, and try it until the database has it or ``stop`` is called."""
        if self._is_greeting_due.is_set():
            self._is_greeting_due.clear()
            self._greet()
        batch = self._gather()
        if not batch:
            return
        delay_s, failed = _RETRY_S[0], False
        while not self._stopping.is_set():
            try:
                replies = self._take(batch)
            except DatabaseUnavailableError as error:
                if not failed:
                    log.warning("database_unavailable", waiting=len(batch) + self._queue.qsize(), reason=str(error))
                failed = True
                self._stopping.wait(delay_s * random.uniform(0.75, 1.25))  # noqa: S311 - spreads several servers
                delay_s = min(2 * delay_s, _RETRY_S[1])
                continue
            if failed:
                log.info("database_back", waiting=self._queue.qsize())
            self._answer(batch, replies)
            return

    def _gather(self) -> list[Delivery]:
        """The next messages, or none when there are none for a while."""
        try:
            batch = [self._queue.get(timeout=0.2)]
        except queue.Empty:
            return []
        end_s = time.monotonic() + GATHER_S
        while len(batch) < BATCH and (left_s := end_s - time.monotonic()) > 0:
            try:
                batch.append(self._queue.get(timeout=min(PAUSE_S, left_s)))
            except queue.Empty:
                break
        self._metrics.waiting.set(self._queue.qsize())
        return batch

    def _answer(self, batch: Sequence[Delivery], replies: Sequence[Reply]) -> None:
        now = self._clock.now()
        for reply in replies:
            for receipt in pack(reply, now):
                self._client.publish(reply.topic, receipt, qos=1)
        for delivery in batch:
            if delivery.qos > 0 and delivery.connection == self._connection:
                self._client.ack(delivery.mid, delivery.qos)

    def _make_client(self) -> Client:
        broker = self._settings.broker
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"anninh-server-{self._settings.site.slug}",
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
            manual_ack=True,
        )
        client.max_inflight_messages_set(0)
        client.reconnect_delay_set(*_RECONNECT_S)
        if broker.username is not None:
            client.username_pw_set(broker.username, broker.password())
        if broker.is_tls:
            client.tls_set(str(broker.ca_file) if broker.ca_file else None)
        client.on_connect = self._on_connect
        client.on_connect_fail = self._on_connect_fail
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        return client

    def _on_connect(
        self, client: Client, _data: object, _flags: ConnectFlags, reason: ReasonCode, _properties: Properties | None
    ) -> None:
        if reason.is_failure:
            cure = "check broker.username and broker.password_file, and the broker's access list"
            self._tell("broker_refuses", reason=str(reason), cure=cure)
            return
        self._connection += 1
        channels: tuple[topics.Channel, ...] = ("event", "status", "health", "settings")
        client.subscribe([(topics.everyone(channel), 1) for channel in channels])
        self._metrics.connected.set(1)
        self._is_greeting_due.set()
        self._tell("broker_connected")

    def _on_connect_fail(self, _client: Client, _data: object) -> None:
        self._tell("broker_unreachable", cure="is it running, and is broker.url right? The edges keep their events")

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._metrics.connected.set(0)
        if not self._stopping.is_set() and self._told != "broker_refuses":
            self._tell("broker_lost", reason=str(reason))

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        delivery = Delivery(
            topic=message.topic,
            payload=bytes(message.payload),
            mid=message.mid,
            qos=message.qos,
            connection=self._connection,
        )
        room = HEARTBEATS_WAITING if message.qos == 0 else WAITING
        if self._queue.qsize() < room:  # nobody else puts: there is still room in the next line
            self._queue.put_nowait(delivery)
            self._is_dropping = False
            return
        self._metrics.dropped.inc()
        if not self._is_dropping:
            log.warning("queue_full", waiting=room, cure="the database is too slow or away; events are sent again")
        self._is_dropping = True

    def _tell(self, state: str, **fields: str) -> None:
        """Log a state of the connection once, when it changes."""
        if state != self._told:
            (log.info if state == "broker_connected" else log.warning)(
                state, broker=self._settings.broker.url, **fields
            )
        self._told = state
