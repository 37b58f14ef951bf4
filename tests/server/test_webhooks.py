"""Signed webhooks: a CloudEvent that a receiver can check, and addresses that are refused."""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest

from contract.envelope import Envelope
from server.courier import people, webhook
from server.courier.errors import UndeliveredError
from server.courier.guard import Guard
from server.notices.values import Kind, State
from server.tables import IncidentRow
from tests.support.intake import Intake
from tests.support.messages import Story
from tests.support.noticing import Noticing
from tests.support.sinks import HttpSink, http_sink

HOUSE = ipaddress.ip_network("192.168.1.0/24")


@pytest.fixture
def web() -> Iterator[HttpSink]:
    with http_sink() as sink:
        yield sink


@pytest.fixture
def ward(intake: Intake, tmp_path: Path) -> Noticing:
    return Noticing(intake, tmp_path)


def test_a_receiver_can_check_who_sent_it_and_what(ward: Noticing, web: HttpSink) -> None:
    channel = ward.channel(web.url(), Kind.WEBHOOK)
    ward.rule(channel)
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    (post,) = web.posts
    uid, at, signature = (post.headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
    key = base64.b64decode(ward.signing[channel].removeprefix("whsec_"))
    expected = hmac.new(key, f"{uid}.{at}.".encode() + post.body, hashlib.sha256).digest()
    assert signature == "v1," + base64.b64encode(expected).decode()
    assert int(at) == int(ward.intake.clock.now().timestamp())
    assert post.headers["content-type"] == "application/cloudevents+json"
    assert post.headers["host"] == f"127.0.0.1:{web.port}"


def test_it_is_a_cloud_event_that_names_the_incident(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(web.url(), Kind.WEBHOOK))
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    document = web.posts[0].document
    Envelope.model_validate(document)
    (incident,) = ward.intake.rows(IncidentRow)
    (item,) = document["data"]["items"]
    assert document["type"] == "vn.anninh.notice.v1"
    assert document["source"] == "anninh:hoa-thuan"
    assert document["id"] == ward.messages()[0].uid == web.posts[0].headers["webhook-id"]
    assert (item["code"], item["kind"], item["severity"]) == (incident.code, "intrusion", "high")
    assert item["url"] == f"https://anninh.example.vn/incidents/{incident.code}"


def test_each_attempt_has_the_same_id_and_a_signature_of_its_own_time(ward: Noticing, web: HttpSink) -> None:
    web.answers = [500, 200]
    ward.rule(ward.channel(web.url(), Kind.WEBHOOK))
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    ward.intake.clock.wait(11)
    ward.courier.run_once()
    first, second = web.posts
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 11
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    assert ward.states() == [State.SENT]


def test_a_server_that_is_not_there_is_told_by_its_name_only(ward: Noticing) -> None:
    channel = ward.channel("http://127.0.0.1:9/secret-path", Kind.WEBHOOK)
    assert ward.test(channel) == State.QUEUED
    assert ward.messages()[0].error == "no answer from 127.0.0.1: ConnectError"


def test_a_redirect_is_no_delivery(ward: Noticing, web: HttpSink) -> None:
    web.answers, web.location = [302], web.url("/inside")
    assert ward.test(ward.channel(web.url(), Kind.WEBHOOK)) == State.QUEUED
    assert [post.path for post in web.posts] == ["/hook"]
    assert ward.messages()[0].error == "127.0.0.1 answered 302"


@pytest.mark.parametrize(
    ("host", "is_encrypted", "why"),
    [
        ("127.0.0.1", True, "this machine"),
        ("localhost", True, "this machine by its name"),
        ("10.1.2.3", True, "a private network"),
        ("192.168.2.1", True, "a private network that is not the one allowed"),
        ("169.254.169.254", True, "a cloud's metadata"),
        ("::1", True, "this machine"),
        ("::ffff:10.0.0.1", True, "a private address in disguise"),
        ("0.0.0.0", True, "any address"),  # noqa: S104 (it is refused)
        ("224.0.0.1", True, "many at once"),
        ("100.64.0.1", True, "shared by a provider's customers"),
        ("1.1.1.1", False, "out there only over TLS"),
        ("2130706433", True, "127.0.0.1 as one number"),
        ("0x7f.1", True, "127.0.0.1 in hexadecimal"),
        ("no-such-host.invalid", True, "unknown"),
        ("a" * 300, True, "no name at all"),
    ],
)
def test_what_lies_inside_is_refused(host: str, is_encrypted: bool, why: str) -> None:
    with pytest.raises(UndeliveredError):
        Guard([HOUSE]).check(host, 443, is_encrypted=is_encrypted)


def test_the_house_s_own_network_is_allowed_without_tls_and_out_there_with_it() -> None:
    guard = Guard([HOUSE])
    assert str(guard.check("192.168.1.7", 80, is_encrypted=False)) == "192.168.1.7"
    assert str(guard.check("1.1.1.1", 443, is_encrypted=True)) == "1.1.1.1"


@pytest.mark.parametrize("url", ["", "ftp://a/b", "https://", "https://user:pass@host/x", "host/path", "file:///etc"])
def test_an_address_that_is_no_webhook_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        webhook.check_url(url)


@pytest.mark.parametrize("url", ["", "dbus://", "syslog://", "json://", "mailto://", "windows://x", "x" * 3000])
def test_an_address_that_is_no_channel_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        people.check_url(url)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("mailtos://an:mat-khau@mail.example.vn", "mailtos://…@mail.example.vn"),
        ("tgram://123456789:abcdefghijklmnopqrstuvwxyz012345678/987654", "tgram://…"),
        ("jsons://an:mat-khau@host.example.vn/token", "jsons://…@host.example.vn"),
    ],
)
def test_of_an_address_only_its_server_is_shown(url: str, shown: str) -> None:
    assert people.check_url(url) == shown


def test_the_secret_parts_of_an_address_are_taken_out_of_any_text() -> None:
    url = "tgram://123456789:abcdefghij/987654"
    text = people.scrub("POST https://api.telegram.org/bot123456789:abcdefghij/sendMessage to 987654 failed", url)
    assert text == "POST https://api.telegram.org/bot…:…/sendMessage to … failed"
