"""Outbox → broker, receipts and commands back, heartbeat and status: on threads of its own, so the walk never waits."""

import threading
from collections.abc import Callable, Sequence

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from contract import codec, topics
from contract.command import Command, Resend, TakePicture
from contract.health import Health, HealthData, StatusData, StatusMessage
from contract.receipt import Receipt
from edge.clock import Clock
from edge.outbox import Outbox, OutboxError
from edge.settings import EdgeSettings

log = structlog.get_logger(__name__)

WINDOW = 200
"""Messages without a receipt at a time: hides a round trip of 100 ms at 2,000 messages a second, and bounds memory."""
_RECONNECT_S = (1, 10)
"""Shortest and longest wait before the next attempt to reach the broker; paho doubles in between."""
_LONGEST_NAP_S = 5.0
_FLUSH_S = 1.0
"""How long ``stop`` waits for receipts; what has none by then goes at the next start."""


class Link:
    """The edge's one connection to the broker (MQTT 3.1.1, QoS 1, a session that outlives the connection).

    ``health`` is asked once per heartbeat, on this link's thread. ``take_picture`` gets the camera of a command, on
    paho's thread, and must return at once; so does ``configure`` the server's configuration, and says which cameras it
    concerned. ``settings_of``: the message that tells what a camera has.
    """

    def __init__(
        self,
        settings: EdgeSettings,
        outbox: Outbox,
        clock: Clock,
        *,
        health: Callable[[], HealthData],
        take_picture: Callable[[str], None],
        configure: Callable[[bytes], Sequence[str]] = lambda _payload: (),
        settings_of: Callable[[str], bytes] | None = None,
    ) -> None:
        self._settings = settings
        self._outbox = outbox
        self._clock = clock
        self._health = health
        self._take_picture = take_picture
        self._configure = configure
        self._settings_of = settings_of
        self._names = [camera.name for camera in settings.cameras]
        self._untold = list(self._names)
        """Cameras whose settings the server has not heard since they changed, or since the connection began."""
        self._connected = threading.Event()
        self._stopping = threading.Event()
        self._told = ""
        self._next_heartbeat_s = clock.mono_s()
        self._heartbeats = 0
        self._client = self._make_client()
        self._thread = threading.Thread(target=self._run, name="mqtt-drain", daemon=True)

    @property
    def is_connected(self) -> bool:
        """Does the broker listen?"""
        return self._connected.is_set()

    def start(self) -> None:
        """Connect and drain, now and whenever the broker is there. Returns at once."""
        broker = self._settings.broker
        self._client.connect_async(*broker.address, broker.keepalive_s)
        self._client.loop_start()
        self._thread.start()

    def stop(self) -> None:
        """Send what can still be sent, say goodbye, end both threads. What has no receipt stays in the outbox."""
        end = self._clock.mono_s() + _FLUSH_S
        seen = -1
        while self.is_connected and self._outbox.depth().messages and self._clock.mono_s() < end:
            seen = self._outbox.wait(seen, 0.1)
        self._stopping.set()
        self._outbox.wake()
        self._thread.join(timeout=1.0)
        if self.is_connected:
            goodbye = self._client.publish(self._settings.topic("status"), self._status("offline"), qos=1, retain=True)
            goodbye.wait_for_publish(timeout=0.5)
        self._client.disconnect()
        self._client.loop_stop()

    def run_once(self) -> float:
        """Send the heartbeat and the messages that are due; returns the seconds until there may be more to do."""
        now_s = self._clock.mono_s()
        if not self.is_connected:
            return _LONGEST_NAP_S
        if now_s >= self._next_heartbeat_s:
            self._next_heartbeat_s = now_s + self._settings.heartbeat_s
            try:
                self._send_heartbeat()
            except OutboxError:
                raise
            except Exception as error:
                # What the edge cannot say of itself (its disk is gone, say) must not hold back what its cameras saw.
                self._tell("heartbeat_untold", error=f"{type(error).__name__}: {error}")
        for row in self._outbox.due(now_s, WINDOW):
            self._client.publish(self._settings.topic("event"), row.payload, qos=1)
        due_s = self._outbox.next_due_s()
        wake_s = self._next_heartbeat_s if due_s is None else min(due_s, self._next_heartbeat_s)
        return min(_LONGEST_NAP_S, max(0.01, wake_s - now_s))

    def _run(self) -> None:
        seen = -1
        while not self._stopping.is_set():
            try:
                nap_s = self.run_once()
            except OutboxError as error:
                self._tell("outbox_unusable", error=str(error))
                nap_s = 1.0
            seen = self._outbox.wait(seen, nap_s)

    def _make_client(self) -> Client:
        broker = self._settings.broker
        client = Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"anninh-{self._settings.site}-{self._settings.edge}",
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        # The window is kept here, by receipts: paho must not hold messages back on its own.
        client.max_inflight_messages_set(0)
        client.reconnect_delay_set(*_RECONNECT_S)
        client.will_set(self._settings.topic("status"), self._status("offline"), qos=1, retain=True)
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
            self._tell(
                "broker_refuses",
                reason=str(reason),
                cure="check broker.username and broker.password_file, and the broker's access list",
            )
            return
        channels: tuple[topics.Channel, ...] = ("receipt", "command", "config")
        client.subscribe([(self._settings.topic(channel), 1) for channel in channels])
        self._untold = list(self._names)
        client.publish(self._settings.topic("status"), self._status("online"), qos=1, retain=True)
        self._tell("broker_connected")
        self._next_heartbeat_s = self._clock.mono_s()
        # In this order: what goes out once the connection counts is not sent twice.
        self._outbox.resend_all()
        self._connected.set()
        self._outbox.wake()

    def _on_connect_fail(self, _client: Client, _data: object) -> None:
        self._tell("broker_unreachable", cure="is it running, and is broker.url right? Events wait in the outbox")

    def _on_disconnect(
        self,
        _client: Client,
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._connected.clear()
        if not self._stopping.is_set() and self._told != "broker_refuses":
            self._tell("broker_lost", reason=str(reason))

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            if message.topic == self._settings.topic("config"):
                self._take_configuration(bytes(message.payload))
                return
            self._take(codec.decode(bytes(message.payload)))
        except codec.ContractError as error:
            log.warning("message_not_understood", topic=message.topic, reason=str(error))
        except OutboxError as error:
            # The receipt is lost with it, so the message goes again and is receipted again.
            self._tell("outbox_unusable", error=str(error))
        except Exception:
            # Raised here, it would end paho's thread, and with it every receipt to come.
            log.exception("message_not_handled", topic=message.topic)

    def _take(self, message: codec.Message) -> None:
        if isinstance(message, Receipt):
            self._outbox.receipted(message.data.accepted, message.data.refused)
            for first, last in message.data.resend:
                self._outbox.resend(first, last)
        elif isinstance(message, Command) and isinstance(message.data, Resend):
            self._outbox.resend(message.data.first, message.data.last)
        elif isinstance(message, Command) and isinstance(message.data, TakePicture):
            self._take_picture(message.data.camera)

    def _send_heartbeat(self) -> None:
        data = self._health()
        self._heartbeats += 1
        health = Health(
            id=f"health-{data.session}-{self._heartbeats}",
            source=self._settings.source_name(),
            time=self._clock.now(),
            data=data,
        )
        self._client.publish(self._settings.topic("health"), codec.encode(health), qos=0)
        self._tell_settings()

    def _tell_settings(self) -> None:
        """What the cameras' zones and rules are: of those with news, else of the next in turn, so that a server that
        forgot, or did not know this edge yet, has them all soon."""
        if self._settings_of is None:
            return
        names, self._untold = self._untold or [self._names[self._heartbeats % len(self._names)]], []
        for name in names:
            try:
                payload = self._settings_of(name)
            except codec.ContractError as error:
                self._tell("settings_untold", camera=name, error=str(error))
            else:
                self._client.publish(self._settings.topic("settings"), payload, qos=0)

    def _take_configuration(self, payload: bytes) -> None:
        """Take up the server's configuration and answer at once, with a heartbeat."""
        self._untold = [*self._untold, *self._configure(payload)]
        self._next_heartbeat_s = self._clock.mono_s()
        self._outbox.wake()

    def _status(self, state: str) -> bytes:
        session = self._outbox.session
        data = StatusData.model_validate({"state": state, "session": session})
        message = StatusMessage(
            id=f"status-{session}-{state}", source=self._settings.source_name(), time=self._clock.now(), data=data
        )
        return codec.encode(message)

    def _tell(self, event: str, **facts: str) -> None:
        """One log line per change of state."""
        if event == self._told:
            return
        self._told = event
        say = log.info if event == "broker_connected" else log.warning
        say(event, broker=self._settings.broker.url, **facts)
