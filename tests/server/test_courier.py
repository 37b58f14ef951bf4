"""The courier: what happened is told to real servers, once, in time, and only while it is so."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from contract.event import Mode, Severity, Status
from server.notices.values import State
from server.store import noticeoutbox
from server.tables import AuditRow, CameraRow, IncidentRow, NoticeChannel, NoticeItem, RightRow, UserRow, VerdictRow
from tests.support.intake import Intake
from tests.support.messages import BEGIN, Story, camera_health, heartbeat
from tests.support.noticing import Noticing
from tests.support.sinks import HttpSink, MailSink, http_sink, mail_sink


@pytest.fixture
def web() -> Iterator[HttpSink]:
    with http_sink() as sink:
        yield sink


@pytest.fixture
def mail() -> Iterator[MailSink]:
    with mail_sink() as sink:
        yield sink


@pytest.fixture
def ward(intake: Intake, tmp_path: Path) -> Noticing:
    intake.take(heartbeat(camera_health(unit="Khóm 4"), session=2))
    return Noticing(intake, tmp_path)


def json_url(web: HttpSink) -> str:
    return f"json://127.0.0.1:{web.port}/secret-token-7f3a"


def test_a_new_incident_is_told_in_the_officers_words(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)))
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    (post,) = web.posts
    (message,) = ward.messages()
    assert post.document["title"] == "Nghi vấn: Xâm nhập – kho_sau, Khóm 4, 02:14"
    assert f"https://anninh.example.vn/incidents/{ward.intake.rows(IncidentRow)[0].code}" in post.document["message"]
    assert message.uid in post.document["message"]
    assert not post.document["attachments"], "no picture unless the channel may have it"
    assert (message.state, message.attempts, message.text) == (State.SENT, 1, post.document["title"])
    ward.courier.run_once()
    assert len(web.posts) == 1


def test_a_mail_reaches_a_mail_server(ward: Noticing, mail: MailSink) -> None:
    address = f"mailto://127.0.0.1:{mail.port}?smtp=127.0.0.1&from=anninh@ward.vn&to=truc.ban@ward.vn&mode=insecure"
    ward.rule(ward.channel(address, language="en"))
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    assert ward.states() == [State.SENT]
    (found,) = mail.mails
    assert mail.recipients == ["truc.ban@ward.vn"]
    assert found["Subject"] == "Suspected: Intrusion – kho_sau, Khóm 4, 02:14"


def test_what_comes_within_the_minutes_is_gathered_into_one_message(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)), every_min=10)
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    for number in range(1, 8):
        ward.intake.clock.wait(60)
        ward.intake.take(Story(number=number, rule=f"luat-{number}", at_s=10.0 * number).tell())
        ward.courier.run_once()
    assert len(web.posts) == 1
    ward.intake.clock.wait(200)
    ward.courier.run_once()
    assert len(web.posts) == 2
    assert web.posts[1].document["title"].endswith(", và 6 cảnh báo khác")
    assert len(ward.intake.rows(NoticeItem)) == 8


def test_what_is_dismissed_before_it_is_sent_is_not_sent(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)))
    ward.intake.take(Story().tell())
    ward.courier.look()
    ward.put(state="dismissed")
    ward.courier.carry()
    assert (ward.states(), web.posts) == ([State.DROPPED], [])


@pytest.mark.parametrize("story", [Story(mode=Mode.TRIAL), Story(status=Status.EXERCISE)])
def test_trial_and_exercise_are_told_only_where_the_rule_says_so(ward: Noticing, web: HttpSink, story: Story) -> None:
    channel = ward.channel(json_url(web))
    ward.rule(channel)
    ward.intake.take(story.tell())
    ward.courier.run_once()
    assert web.posts == []
    ward.rule(channel, with_trial=True)
    ward.intake.clock.wait(1)
    ward.intake.take(Story(number=9, mode=story.mode, status=story.status, rule="khac").tell())
    ward.courier.run_once()
    assert "(chạy thử)" in web.posts[0].document["title"]


def test_an_urgent_incident_that_nobody_claims_is_escalated_exactly_once(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)), occasion="unclaimed", severity="urgent", after_min=5)
    ward.intake.take(
        Story(severity=Severity.URGENT).tell(), Story(number=2, rule="khac", severity=Severity.HIGH).tell()
    )
    for _ in range(12):
        ward.courier.run_once()
        ward.intake.clock.wait(60)
    (post,) = web.posts
    assert post.document["title"].startswith("Chưa ai tiếp nhận sau 5 phút – Nghi vấn: Xâm nhập")
    ward.courier = ward.new_courier()
    ward.courier.run_once()
    assert len(web.posts) == 1, "a restart tells nothing twice"


def test_a_claimed_incident_is_not_escalated_until_its_claim_expires(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)), occasion="unclaimed", severity="urgent", after_min=5)
    ward.intake.take(Story(severity=Severity.URGENT).tell())
    officer = an_officer(ward)
    ward.intake.clock.wait(240)
    ward.put(state="claimed", claimed_by=officer, claimed_at=ward.intake.clock.now())
    ward.intake.clock.wait(120)
    ward.courier.run_once()
    assert web.posts == []
    ward.intake.clock.wait(240)
    ward.courier.run_once()
    assert len(web.posts) == 1


def test_a_confirmation_is_told(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)), occasion="confirmed")
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    assert web.posts == []
    officer = an_officer(ward)
    ward.put(state="confirmed", version=2)
    with ward.intake.database.transaction() as session:
        incident = session.query(IncidentRow).one()
        session.add(
            VerdictRow(
                incident_id=incident.id,
                officer_id=officer,
                move="confirm",
                evidence_sha256=[],
                from_state="new",
                to_state="confirmed",
                decided_at=ward.intake.clock.now(),
            )
        )
    ward.courier.run_once()
    assert web.posts[0].document["title"].startswith("Đã xác nhận: Xâm nhập")


def test_a_power_cut_is_one_message_for_the_whole_unit(ward: Noticing, web: HttpSink) -> None:
    ward.intake.take(
        heartbeat(*(camera_health(name, unit="Khóm 4") for name in ("kho-sau", "cong-truong", "cho")), session=3)
    )
    ward.rule(ward.channel(json_url(web)), occasion="camera", severity="low", after_min=10)
    for _ in range(12):
        ward.courier.run_once()
        ward.intake.clock.wait(60)
    assert [post.document["title"] for post in web.posts] == ["03 camera mất tín hiệu – Khóm 4"]


def test_a_camera_that_comes_back_before_it_is_told_is_not_told(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web), quiet_from=0, quiet_to=300), occasion="camera", severity="low", after_min=1)
    ward.intake.clock.wait(120)
    ward.courier.run_once()
    assert ward.states() == [State.QUEUED]
    ward.intake.clock.at = BEGIN.replace(hour=22, minute=1)  # 05:01 there: the quiet hours are over
    ward.intake.take(heartbeat(session=4))
    ward.courier.run_once()
    assert (ward.states(), web.posts) == ([State.DROPPED], [])


def test_quiet_hours_hold_a_message_until_they_end(ward: Noticing, web: HttpSink) -> None:
    channel = ward.channel(json_url(web), quiet_from=22 * 60, quiet_to=5 * 60)
    ward.rule(channel)
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    assert web.posts == []
    ward.intake.take(Story(number=2, rule="chay", severity=Severity.URGENT).tell())
    ward.courier.run_once()
    assert len(web.posts) == 1, "what is urgent breaks them, and takes along what waited"
    assert ward.states() == [State.SENT]


def test_a_channel_that_fails_is_tried_again_and_given_up_with_the_reason(ward: Noticing, web: HttpSink) -> None:
    web.answers = [503, 503, 503, 503]
    ward.rule(ward.channel(json_url(web)))
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    ward.courier.run_once()
    assert len(web.posts) == 1, "not before its wait is over"
    for wait_s in (11, 21):
        ward.intake.clock.wait(wait_s)
        ward.courier.run_once()
    (message,) = ward.messages()
    assert (message.state, message.attempts) == (State.FAILED, 3)
    assert "503" in message.error
    assert len({post.document["message"] for post in web.posts}) == 1, "each attempt has the same id"
    ward.intake.clock.wait(100_000)
    ward.courier.run_once()
    assert len(web.posts) == 3


def test_a_channel_that_fails_holds_up_no_other(ward: Noticing, web: HttpSink) -> None:
    names = ("kho-sau", "cong-truong", "cho")
    ward.intake.take(heartbeat(*(camera_health(name) for name in names), session=3))
    with http_sink() as broken:
        broken.answers = [500] * 9
        ward.rule(ward.channel(json_url(broken)), ward.channel(json_url(web)))
        ward.intake.take(*(Story(number=number, camera=name).tell() for number, name in enumerate(names)))
        ward.courier.run_once()
        assert len(broken.posts) == 1, "what else waits for it was put off"
    assert len(web.posts) == 3


def test_a_channel_that_is_switched_off_or_whose_owner_left_gets_nothing(ward: Noticing, web: HttpSink) -> None:
    owner = an_officer(ward)
    ward.rule(ward.channel(json_url(web), user_id=owner))
    ward.intake.take(Story().tell())
    ward.courier.look()
    with ward.intake.database.transaction() as session:
        user = session.get(UserRow, owner)
        assert user is not None
        user.disabled_at = ward.intake.clock.now()
    ward.courier.run_once()
    assert (ward.states(), web.posts) == ([State.DROPPED], [])


def test_a_rule_tells_those_who_have_its_role(ward: Noticing, web: HttpSink) -> None:
    ward.channel(json_url(web), user_id=an_officer(ward))
    ward.rule(role="officer")
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    assert len(web.posts) == 1


def test_a_person_is_told_only_of_cameras_that_they_may_see(ward: Noticing, web: HttpSink) -> None:
    ward.intake.take(heartbeat(camera_health("kho-sau"), camera_health("cho"), session=3))
    owner = an_officer(ward)
    with ward.intake.database.transaction() as session:
        user = session.get(UserRow, owner)
        camera = session.query(CameraRow).filter_by(name="cho").one()
        assert user is not None
        user.is_limited = True
        session.add(RightRow(user_id=owner, camera_id=camera.id))
    ward.rule(ward.channel(json_url(web), user_id=owner))
    ward.intake.take(Story().tell(), Story(number=2, camera="cho").tell())
    ward.courier.run_once()
    (item,) = ward.intake.rows(NoticeItem)
    told = [row for row in ward.intake.rows(IncidentRow) if row.id == item.incident_id]
    assert [row.camera_id for row in told] == [camera.id]


def test_what_was_snoozed_is_not_told(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)))
    ward.intake.take(Story().tell())
    ward.put(snoozed_until=ward.intake.clock.now() + timedelta(hours=1))
    ward.courier.run_once()
    assert web.posts == []


def test_what_happened_before_the_rule_or_while_it_was_off_is_not_told(ward: Noticing, web: HttpSink) -> None:
    ward.intake.take(Story().tell())
    ward.intake.clock.wait(10)
    ward.rule(ward.channel(json_url(web)))
    ward.courier.run_once()
    assert web.posts == []


def test_what_happened_while_the_courier_was_away_is_told_by_the_next(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)))
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    ward.intake.clock.wait(3600)
    ward.courier.run_once()
    ward.intake.take(Story(number=2, at_s=3600.0).tell())
    ward.courier = ward.new_courier()
    ward.courier.run_once()
    assert len(web.posts) == 2


def test_a_message_lost_in_the_middle_of_sending_is_sent_again(ward: Noticing, web: HttpSink) -> None:
    """As if the server had been killed after it took the message: a new courier, the lease run out."""
    ward.rule(ward.channel(json_url(web)))
    ward.intake.take(Story().tell())
    ward.courier.look()
    (message,) = ward.messages()
    with ward.intake.database.transaction() as session:
        assert noticeoutbox.take(session, message.id, ward.intake.clock.now()) is not None
    courier = ward.new_courier()
    courier.run_once()
    assert web.posts == [], "somebody may still be sending it"
    ward.intake.clock.wait(301)
    courier.run_once()
    assert message.uid in web.posts[0].document["message"]
    assert (ward.states(), ward.messages()[0].attempts) == ([State.SENT], 2)


def test_no_secret_of_an_address_is_shown_kept_or_logged(
    ward: Noticing, web: HttpSink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    web.answers = [500]
    address = f"json://tai-khoan:mat-khau-dai@127.0.0.1:{web.port}/secret-token-7f3a"
    channel = ward.channel(address)
    assert ward.test(channel) == State.QUEUED
    secrets = ("tai-khoan", "mat-khau-dai", "secret-token-7f3a")
    (message,) = ward.messages()
    (row,) = ward.intake.rows(NoticeChannel)
    kept = f"{message.error} {row.shown} {row.sealed} {caplog.text} {ward.vault.open(row.sealed)!r}"
    assert message.error
    assert not [secret for secret in secrets if secret in kept]
    assert (ward.folder / "notices.key").stat().st_mode & 0o777 == 0o600


def test_another_key_opens_nothing_and_says_what_to_do(ward: Noticing, web: HttpSink) -> None:
    channel = ward.channel(json_url(web))
    (ward.folder / "notices.key").unlink()
    ward.courier = ward.new_courier()
    assert ward.test(channel) == State.QUEUED
    assert "enter the channel anew" in ward.messages()[0].error


def test_a_private_address_is_refused_unless_it_is_allowed(intake: Intake, tmp_path: Path, web: HttpSink) -> None:
    ward = Noticing(intake, tmp_path, allowed=())
    assert ward.test(ward.channel(json_url(web))) == State.QUEUED
    assert "notices.allowed_networks" in ward.messages()[0].error
    assert web.posts == []


def test_a_server_that_sends_us_elsewhere_is_not_followed(ward: Noticing, web: HttpSink) -> None:
    with http_sink() as inside:
        web.answers, web.location = [307], inside.url("/inside")
        assert ward.test(ward.channel(json_url(web))) == State.QUEUED
        assert inside.posts == []


def an_officer(ward: Noticing) -> int:
    """An officer's account; its id."""
    with ward.intake.database.transaction() as session:
        row = UserRow(
            username="tran.b",
            display_name="Trần B.",
            password_hash="none",
            role="officer",
            created_at=ward.intake.clock.now(),
        )
        session.add(row)
        session.flush()
        return row.id


def test_the_courier_changes_nothing_that_is_audited(ward: Noticing, web: HttpSink) -> None:
    ward.rule(ward.channel(json_url(web)))
    before = len(ward.intake.rows(AuditRow))
    ward.intake.take(Story().tell())
    ward.courier.run_once()
    assert len(ward.intake.rows(AuditRow)) == before
