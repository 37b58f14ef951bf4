"""A camera's own clock: asked over ONVIF, else read off HTTP's Date, and an event while it is wrong."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from contract.codec import decode
from contract.event import Event
from edge import onvif
from edge.camera import Camera
from edge.cameraclock import CameraClocks, offset_of, takes_up, url_of
from edge.notice import Notices
from edge.outbox import Outbox
from edge.settings import CameraSettings
from tests.support.driven_clock import DrivenClock
from tests.support.process import free_port

AT = datetime(2026, 3, 2, 19, 14, 4, tzinfo=UTC)
HIKVISION = (
    '<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"><env:Body>'
    "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>"
    "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>CST-7:00:00</tt:TZ></tt:TimeZone>"
    "<tt:UTCDateTime><tt:Time><tt:Hour>{0.hour}</tt:Hour><tt:Minute>{0.minute}</tt:Minute>"
    "<tt:Second>{0.second}</tt:Second></tt:Time><tt:Date><tt:Year>{0.year}</tt:Year><tt:Month>{0.month}</tt:Month>"
    "<tt:Day>{0.day}</tt:Day></tt:Date></tt:UTCDateTime><tt:LocalDateTime><tt:Time><tt:Hour>2</tt:Hour>"
    "<tt:Minute>0</tt:Minute><tt:Second>0</tt:Second></tt:Time><tt:Date><tt:Year>2001</tt:Year><tt:Month>1</tt:Month>"
    "<tt:Day>1</tt:Day></tt:Date></tt:LocalDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    "</env:Body></env:Envelope>"
)


class Box(ThreadingHTTPServer):
    """A camera's web server. ``clock`` + ``off_s`` is its time; ``speaks``: ONVIF, or plain HTTP only."""

    daemon_threads = True

    def __init__(self, clock: DrivenClock) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.clock = clock
        self.off_s = 0.0
        self.speaks = "onvif"
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{onvif.PATH}"

    @property
    def now(self) -> datetime:
        return (self.clock.now() + timedelta(seconds=self.off_s)).replace(microsecond=0)


class Answer(BaseHTTPRequestHandler):
    """What the box answers."""

    server: Box

    def do_POST(self) -> None:
        self.server.asked += 1
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        knows = self.server.speaks == "onvif" and b"GetSystemDateAndTime" in asked
        body = HIKVISION.format(self.server.now).encode() if knows else b"<html>not here</html>"
        self.send_response_only(200 if knows else 404)
        if self.server.speaks != "mute":
            self.send_header("Date", format_datetime(self.server.now, usegmt=True))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Quiet."""


@contextmanager
def box(clock: DrivenClock) -> Iterator[Box]:
    server = Box(clock)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def settings(url: str | None, **clock_off: object) -> CameraSettings:
    health = {"clock_off": {"url": url, **clock_off}}
    return CameraSettings.model_validate({"name": "a1", "source": "sim:street", "health": health})


def told(outbox: Outbox) -> list[Event]:
    messages = [decode(row.payload) for row in outbox.due(0.0, 100)]
    outbox.resend_all()
    return [message for message in messages if isinstance(message, Event)]


def test_a_day_in_the_life_of_a_clock(tmp_path: Path) -> None:
    clock = DrivenClock(AT)
    with box(clock) as server, Outbox(tmp_path / "o.db", site="a", edge="b", clock=clock) as outbox:
        one = settings(server.url)
        camera = Camera("a1", "", lambda: pytest.fail("not started"), clock, threading.Event())
        clocks = CameraClocks([(one, camera)], outbox.put, clock, Notices(source=lambda name: f"anninh:a/b/{name}"))
        clocks.run_once()
        assert camera.clock_offset_ms is not None
        assert abs(camera.clock_offset_ms) <= 1000
        clocks.run_once()
        assert (server.asked, told(outbox)) == (1, []), "once a day is enough"

        server.off_s = -90.0
        clock.pass_s(86400)
        clocks.run_once()
        (opened,) = told(outbox)
        assert (opened.data.rule.kind, opened.data.severity, opened.data.phase) == ("camera_clock_off", "low", "opened")
        assert opened.data.place.kind == "camera"
        assert camera.clock_offset_ms == pytest.approx(-90_000, abs=1000)
        assert opened.data.clock.camera_offset_ms == camera.clock_offset_ms
        assert opened.data.clock.offset_ms is None, "what is off is the camera's clock, not the edge's"

        again = CameraClocks(
            [(one, camera)],
            outbox.put,
            clock,
            Notices(source=lambda name: f"anninh:a/b/{name}"),
            before=outbox.open_events(),
        )
        server.off_s = 3.0
        clock.pass_s(3600)
        again.run_once()
        assert [event.data.phase for event in told(outbox)] == ["opened", "closed"], (
            "mended, and the edge was restarted"
        )
        assert outbox.open_events() == []


@pytest.mark.parametrize(
    ("speaks", "found"), [("onvif", True), ("http", True), ("mute", False)], ids=["onvif", "date header", "neither"]
)
def test_a_camera_without_onvif_is_read_off_its_date_header(speaks: str, found: bool) -> None:
    clock = DrivenClock(AT)
    with box(clock) as server, httpx.Client(trust_env=False) as client:
        server.speaks, server.off_s = speaks, 42.0
        offset = offset_of(client, server.url, clock)
    assert (offset is not None) is found
    if offset is not None:
        assert offset.total_seconds() == pytest.approx(42.0, abs=1.0)


def test_a_camera_that_does_not_answer_has_no_offset_and_is_no_event(tmp_path: Path) -> None:
    clock = DrivenClock(AT)
    with Outbox(tmp_path / "o.db", site="a", edge="b", clock=clock) as outbox:
        camera = Camera("a1", "", lambda: pytest.fail("not started"), clock, threading.Event())
        one = settings(f"http://127.0.0.1:{free_port()}/onvif/device_service")
        clocks = CameraClocks([(one, camera)], outbox.put, clock, Notices(source=lambda name: f"anninh:a/b/{name}"))
        clocks.run_once()
        assert camera.clock_offset_ms is None
        assert told(outbox) == []


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("rtsp://admin:secret@10.0.0.7:554/Streaming/Channels/101", "http://10.0.0.7/onvif/device_service"),
        ("rtsp://[fd00::7]/live", "http://[fd00::7]/onvif/device_service"),
        ("http://10.0.0.8:8080/video.mjpg", "http://10.0.0.8/onvif/device_service"),
        ("webcam:0", None),
        ("sim:street?seed=7", None),
        ("/srv/film.mp4", None),
    ],
)
def test_a_camera_is_asked_where_it_is_and_without_its_password(source: str, url: str | None) -> None:
    assert url_of(CameraSettings(name="a1", source=source)) == url


def test_a_clock_that_is_not_asked_any_more_is_not_taken_up(tmp_path: Path) -> None:
    clock = DrivenClock(AT)
    with box(clock) as server, Outbox(tmp_path / "o.db", site="a", edge="b", clock=clock) as outbox:
        server.off_s = 60.0
        camera = Camera("a1", "", lambda: pytest.fail("not started"), clock, threading.Event())
        notices = Notices(source=lambda name: f"anninh:a/b/{name}")
        CameraClocks([(settings(server.url), camera)], outbox.put, clock, notices).run_once()
        (change,) = outbox.open_events()
        assert takes_up(change, [settings(server.url)])
        assert not takes_up(change, [settings(server.url, mode="off")])


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"<html>no</html>",
        HIKVISION.format(AT).replace("<tt:Month>3</tt:Month>", "<tt:Month>13</tt:Month>").encode(),
        HIKVISION.format(AT).replace("<tt:Hour>19</tt:Hour>", "").encode(),
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>',
        b"\x00\xff",
    ],
)
def test_an_answer_that_is_none_tells_no_time(body: bytes) -> None:
    assert onvif.told(body) is None
    assert onvif.told(HIKVISION.format(AT).encode()) == AT


@pytest.mark.parametrize("header", [None, "", "yesterday", "Mon, 02 Foo 2026 19:14:04 GMT"])
def test_a_date_that_is_none_tells_no_time(header: str | None) -> None:
    assert onvif.dated(header) is None
