"""The server's end of the broker as far as an edge can tell: hears events, answers with receipts."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from contract import codec, topics
from contract.command import Command, Resend, TakePicture
from contract.configuration import CameraConfig, CameraSettingsTold, Config, ConfigData
from contract.event import Event
from contract.health import Health, StatusMessage
from contract.receipt import Receipt, ReceiptData, Refusal, Refused


@dataclass
class Receiver:
    """A persistent MQTT session. ``refuses``: every event is refused with this reason; ``is_silent``: no receipts
    at all."""

    url: str
    site: str = "hoa-thuan"
    edge: str = "khom4"
    refuses: Refusal | None = None
    is_silent: bool = False
    events: list[Event] = field(default_factory=list)
    health: list[Health] = field(default_factory=list)
    statuses: list[StatusMessage] = field(default_factory=list)
    settings: list[CameraSettingsTold] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> Self:
        broker = urlsplit(self.url)
        self._client = Client(
            CallbackAPIVersion.VERSION2,
            client_id="anninh-server",
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        self._subscribed = threading.Event()
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda *_: self._subscribe()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.connect_async(broker.hostname or "", broker.port or 1883)
        self._client.loop_start()
        assert self._subscribed.wait(10), "the broker does not answer"
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def ids(self) -> set[str]:
        """Message ids that were heard."""
        with self._lock:
            return {event.id for event in self.events}

    @property
    def sequences(self) -> list[int]:
        """Sequence numbers in the order heard, repeats included."""
        with self._lock:
            return [int(event.sequence) for event in self.events]

    def receipt(
        self, *accepted: str, refused: tuple[Refused, ...] = (), resend: tuple[tuple[int, int], ...] = ()
    ) -> None:
        """Send a receipt."""
        data = ReceiptData(accepted=accepted, refused=refused, resend=resend)
        self._send("receipt", Receipt(id="r", source="anninh:hoa-thuan/server", time=datetime.now(UTC), data=data))

    def command(self, data: Resend | TakePicture) -> None:
        """Send a command."""
        self._send("command", Command(id="c", source="anninh:hoa-thuan/server", time=datetime.now(UTC), data=data))

    def configure(self, *cameras: CameraConfig) -> None:
        """Send a configuration, retained."""
        data = ConfigData(cameras=cameras)
        message = Config(id="k", source="anninh:hoa-thuan/server", time=datetime.now(UTC), data=data)
        self._send("config", message, retain=True)

    def _send(self, channel: topics.Channel, message: Receipt | Command | Config, *, retain: bool = False) -> None:
        topic = topics.build(self.site, self.edge, channel)
        self._client.publish(topic, codec.encode(message), qos=1, retain=retain)

    def _subscribe(self) -> None:
        channels: tuple[topics.Channel, ...] = ("event", "health", "status", "settings")
        self._client.subscribe([(topics.everyone(channel), 1) for channel in channels])

    def _on_message(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        decoded = codec.decode(bytes(message.payload))
        with self._lock:
            if isinstance(decoded, Event):
                self.events.append(decoded)
            elif isinstance(decoded, Health):
                self.health.append(decoded)
            elif isinstance(decoded, StatusMessage):
                self.statuses.append(decoded)
            elif isinstance(decoded, CameraSettingsTold):
                self.settings.append(decoded)
        if isinstance(decoded, Event) and not self.is_silent:
            if self.refuses is None:
                self.receipt(decoded.id)
            else:
                self.receipt(refused=(Refused(id=decoded.id, reason=self.refuses, detail="as the test has it"),))
