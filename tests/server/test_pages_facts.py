"""Why an incident was flagged, and how figures and instants are written: pure, from values."""

import json
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contract.kinds import KINDS
from server.schemas import EventOut, IncidentDetail, SubjectOut, VerdictOut
from server.ui import facts, story, view, words
from server.ui.format import Format
from server.ui.i18n import texts

AT = datetime(2026, 3, 2, 19, 14, 4, tzinfo=UTC)
"""02:14:04 on 3 March in Vietnam."""


def form(language: str = "vi", now: datetime = AT) -> Format:
    return Format(language=language, zone=ZoneInfo("Asia/Ho_Chi_Minh"), now=now, gettext=texts(language).gettext)


def subject(class_name: str = "person", score: float = 0.86, dwell_s: float = 41.0) -> SubjectOut:
    return SubjectOut(track=57, class_name=class_name, score=score, box=(0.4, 0.5, 0.5, 0.7), dwell_s=dwell_s)


def event(*subjects: SubjectOut) -> EventOut:
    return EventOut(
        id="0199c5a2-7c1e-7d3a-9a55-3f0c8e1b2a77",
        revision=1,
        phase="closed",
        started_at=AT,
        last_seen_at=AT + timedelta(seconds=41),
        ended_at=AT + timedelta(seconds=46),
        received_at=AT,
        model="yolo11n-int8",
        subjects=subjects,
        evidence=(),
    )


def incident(
    *events: EventOut, rule_kind: str = "intrusion", place_label: str = "", verdicts: tuple[VerdictOut, ...] = ()
) -> IncidentDetail:
    return IncidentDetail(
        id=1,
        code="AN-2026-000412",
        camera="kho-sau",
        camera_label="Kho sau",
        unit="Khóm 4",
        rule_kind=rule_kind,
        rule_name="kho-sau-dem",
        place="kho_sau",
        place_label=place_label,
        severity="high",
        mode="active",
        status="actual",
        state="new",
        occurred_at=AT,
        last_seen_at=AT + timedelta(seconds=41),
        events=len(events),
        claimed_by=None,
        picture_url=None,
        version=1,
        counts_toward=("TC09",),
        event_list=events,
        verdicts=verdicts,
        moves=(),
    )


@pytest.mark.parametrize(
    ("language", "rule_kind", "subjects", "said"),
    [
        ("vi", "intrusion", [subject()], "01 người ở trong vùng “kho sau”, lâu nhất 41 giây."),
        ("en", "intrusion", [subject()], "1 person inside zone “kho sau”, 41 s at the longest."),
        (
            "en",
            "intrusion",
            [subject(), subject()],
            "2 sightings of people inside zone “kho sau”, 41 s at the longest.",
        ),
        ("vi", "line_crossing", [subject("motorcycle")], "01 xe máy đi qua vạch “kho sau”."),
        (
            "vi",
            "static_object",
            [subject("car", 0.5, 125.0)],
            "01 ô tô đứng yên trong vùng “kho sau”, lâu nhất 2 phút 5 giây.",
        ),
        (
            "vi",
            "object_left",
            [subject("object", 0.9, 150.0)],
            "01 đồ vật bị bỏ lại trong vùng “kho sau”, vắng chủ lâu nhất 2 phút 30 giây.",
        ),
        (
            "en",
            "object_left",
            [subject("suitcase", 0.9, 41.0)],
            "1 suitcase left in zone “kho sau”, without an owner for 41 s at the longest.",
        ),
        ("vi", "fire", [subject("fire")], "Có dấu hiệu cháy trong vùng “kho sau”, lâu nhất 41 giây."),
        ("vi", "smoke", [subject("smoke")], "Có dấu hiệu khói trong vùng “kho sau”, lâu nhất 41 giây."),
        # a kind that a newer edge knows and this server does not
        ("vi", "dancing", [subject("bear")], "Luật kho-sau-dem thấy 01 bear tại “kho sau”."),
        ("vi", "intrusion", [], "Luật kho-sau-dem báo tại “kho sau”; máy không nêu đối tượng nào."),
    ],
)
def test_one_sentence_says_who_where_and_how_long(
    language: str, rule_kind: str, subjects: list[SubjectOut], said: str
) -> None:
    found = incident(event(*subjects), rule_kind=rule_kind)
    assert facts.sentence(found, texts(language), form(language)) == said


def test_the_facts_name_time_certainty_rule_and_model() -> None:
    found = incident(event(subject(score=0.5)), event(subject(score=0.861)))
    lines = {fact.label: fact for fact in facts.facts(found, texts("vi"), form())}
    assert lines["Thời gian"].value == "02:14:04 – 02:14:45 (41 giây)"
    assert (lines["Độ chắc"].value, lines["Độ chắc"].share) == ("0,86", 0.861)
    assert lines["Gộp từ"].value == "2 lần liên tiếp"
    assert lines["Luật"].value == "kho-sau-dem · chính thức"
    assert lines["Máy nhìn"].value == "yolo11n-int8"


def test_only_the_surest_boxes_are_drawn_and_no_slivers() -> None:
    gone = SubjectOut(track=1, class_name="person", score=0.99, box=(0.999, 0.4, 1.0, 0.6), dwell_s=1.0)
    crowd = [subject(score=0.5 + number / 100) for number in range(9)]
    drawn = json.loads(view.common("vi", ZoneInfo("UTC"), AT)["event_json"](event(gone, *crowd)))["subjects"]
    assert [box["label"] for box in drawn] == ["người 58%", "người 57%", "người 56%", "người 55%"]


def test_a_place_is_called_by_its_label_else_by_its_name_in_words() -> None:
    whole = incident().model_copy(update={"place": "whole"})
    assert facts.place(whole, texts("vi")) == "cả khung hình"
    assert facts.place(incident(), texts("vi")) == "kho sau"
    assert facts.place(incident(place_label="Kho sau, cửa phụ"), texts("vi")) == "Kho sau, cửa phụ"


def test_the_story_is_told_in_the_order_it_happened() -> None:
    verdict = VerdictOut(
        move="dismiss",
        reason="light",
        note="đèn xe",
        officer="Trần B.",
        from_state="new",
        to_state="dismissed",
        decided_at=AT + timedelta(seconds=44),
    )
    told = story.timeline(incident(event(subject()), verdicts=(verdict,)), (), texts("vi"), form())
    assert [entry["text"] for entry in told] == [
        "Máy gắn cờ: 01 người",
        "Trần B. loại bỏ – Bóng, ánh sáng",
        "Sự việc dứt",
    ]
    assert told[1]["note"] == "đèn xe"


def test_who_only_goes_on_looking_is_told_once() -> None:
    def claim(officer: str, after_s: int, move: str = "claim") -> VerdictOut:
        return VerdictOut(
            move=move,
            reason=None,
            note="",
            officer=officer,
            from_state="new",
            to_state="claimed",
            decided_at=AT + timedelta(seconds=after_s),
        )

    looks = [claim("An", 1), claim("An", 151), claim("Bình", 600), claim("Bình", 601, "release"), claim("Bình", 602)]
    told = story.timeline(incident(verdicts=tuple(looks)), (), texts("vi"), form())
    assert [entry["text"].split()[0] for entry in told] == ["An", "Bình", "Bình", "Bình"]


@pytest.mark.parametrize(
    ("number", "vietnamese", "english"),
    [(5, "05", "5"), (12, "12", "12"), (0, "00", "0"), (1204, "1.204", "1,204"), (2.5, "2,5", "2.5")],
)
def test_counts_are_written_as_the_wards_reports_write_them(number: float, vietnamese: str, english: str) -> None:
    assert (form().count(number), form("en").count(number)) == (vietnamese, english)


@pytest.mark.parametrize(("share", "shown"), [(0.0, "0%"), (0.5, "50%"), (0.999, "99%"), (1.0, "100%")])
def test_a_share_is_never_rounded_up_to_the_whole(share: float, shown: str) -> None:
    assert form().percent(share) == shown


def test_an_instant_says_only_what_is_not_clear_already() -> None:
    assert form().moment(AT) == "02:14"
    assert form(now=AT + timedelta(days=2)).moment(AT) == "02:14 03/03"
    assert form(now=AT + timedelta(days=400)).moment(AT) == "02:14 03/03/2026"
    assert form().exact(AT) == "02:14:04 03/03/2026"
    assert form().day(date(2026, 3, 14)) == "14/03/2026"


@pytest.mark.parametrize(("seconds", "shown"), [(41, "41 giây"), (125, "2 phút 5 giây"), (7260, "2 giờ 1 phút")])
def test_a_duration_has_two_units(seconds: float, shown: str) -> None:
    assert form().duration(seconds) == shown


def test_every_kind_that_an_edge_may_tell_has_its_name_and_its_sentence() -> None:
    assert set(KINDS) <= set(words.RULE_KINDS)
    assert set(KINDS) <= set(facts.SENTENCES)
