"""Why an incident was flagged, in plain words: pure, from what the incident itself says."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from server.schemas import IncidentDetail, IncidentOut, SubjectOut
from server.ui import words
from server.ui.format import Format
from server.ui.i18n import N_, Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One line under "vì sao". ``share``: 0..1 when it is worth a bar. ``history``: 0..1, from its beginning on."""

    label: str
    value: str
    share: float | None = None
    history: tuple[float, ...] = ()


SENTENCES = {
    "intrusion": N_("%(who)s ở trong vùng “%(place)s”, lâu nhất %(dwell)s."),
    "line_crossing": N_("%(who)s đi qua vạch “%(place)s”."),
    "loitering": N_("%(who)s nán lại trong vùng “%(place)s”, lâu nhất %(dwell)s."),
    "static_object": N_("%(who)s đứng yên trong vùng “%(place)s”, lâu nhất %(dwell)s."),
    "pavement_encroachment": N_("%(who)s nằm trên vỉa hè “%(place)s”, lâu nhất %(dwell)s."),
    "road_encroachment": N_("%(who)s chiếm lòng đường “%(place)s”, lâu nhất %(dwell)s."),
    "illegal_parking": N_("%(who)s dừng, đỗ tại “%(place)s”, lâu nhất %(dwell)s."),
    "parked_motorbikes": N_("%(who)s đậu thành dãy tại “%(place)s”, lâu nhất %(dwell)s."),
    "vending": N_("%(who)s có người đứng bán tại “%(place)s”, lâu nhất %(dwell)s."),
    "crowd": N_("%(who)s tụ lại thành nhóm tại “%(place)s”, lâu nhất %(dwell)s."),
    "wrong_way": N_("%(who)s đi ngược chiều tại “%(place)s”."),
    "racing": N_("%(who)s chạy nhanh, nối nhau qua “%(place)s”."),
    "speeding": N_("%(who)s đi qua “%(place)s” nhanh hơn mức cho phép."),
    "person_lying": N_("%(who)s nằm không cử động tại “%(place)s”, lâu nhất %(dwell)s."),
    "fight": N_("%(who)s giằng co sát nhau tại “%(place)s”, lâu nhất %(dwell)s."),
    "bike_theft": N_("%(who)s có người ngồi sát hoặc dắt đi tại “%(place)s”, lâu nhất %(dwell)s."),
    "object_left": N_("%(who)s bị bỏ lại trong vùng “%(place)s”, vắng chủ lâu nhất %(dwell)s."),
    "fire": N_("Có dấu hiệu cháy trong vùng “%(place)s”, lâu nhất %(dwell)s."),
    "smoke": N_("Có dấu hiệu khói trong vùng “%(place)s”, lâu nhất %(dwell)s."),
}
CAMERA_SENTENCES = {
    "camera_covered": N_("Ống kính camera “%(place)s” bị che hoặc mất hết chi tiết, kéo dài %(span)s."),
    "camera_moved": N_("Camera “%(place)s” không còn nhìn đúng chỗ, kéo dài %(span)s; các vùng đã vẽ không còn đúng."),
    "camera_frozen": N_("Hình của camera “%(place)s” đứng yên một chỗ, kéo dài %(span)s."),
    "camera_blurred": N_("Hình của camera “%(place)s” mờ hơn hẳn bình thường, kéo dài %(span)s."),
    "camera_dark": N_("Camera “%(place)s” quá tối, không nhìn thấy gì, kéo dài %(span)s."),
    "camera_bright": N_("Camera “%(place)s” bị loá, không nhìn thấy gì, kéo dài %(span)s."),
    "camera_offline": N_("“%(place)s” mất tín hiệu, kéo dài %(span)s."),
    "camera_clock_off": N_("Đồng hồ của camera “%(place)s” lệch so với máy biên."),
}
"""About the camera itself: nobody was seen. ``span``: from its beginning to when it was last so."""
BY_HAND_SENTENCE = N_("%(source)s: %(title)s")
NOBODY_SENTENCE = N_("Luật %(rule)s báo tại “%(place)s”; máy không nêu đối tượng nào.")
OTHER_SENTENCE = N_("Luật %(rule)s thấy %(who)s tại “%(place)s”.")


def subjects(incident: IncidentDetail) -> tuple[SubjectOut, ...]:
    """Every track of every event, surest first."""
    return tuple(sorted((one for event in incident.event_list for one in event.subjects), key=lambda one: -one.score))


def sentence(incident: IncidentDetail, texts: Texts, form: Format) -> str:
    """One sentence: who, where, how long."""
    if incident.source != "camera":
        source = texts.gettext(words.SOURCES.get(incident.source, incident.source))
        return texts.gettext(BY_HAND_SENTENCE) % {"source": source, "title": incident.title}
    found = subjects(incident)
    if incident.rule_kind in CAMERA_SENTENCES:
        span_s = (incident.last_seen_at - incident.occurred_at).total_seconds()
        text = texts.gettext(CAMERA_SENTENCES[incident.rule_kind])
        return text % {"place": place(incident, texts), "span": form.duration(span_s)}
    template = SENTENCES.get(incident.rule_kind, OTHER_SENTENCE) if found else NOBODY_SENTENCE
    return texts.gettext(template) % {
        "who": who(found, texts, form),
        "place": place(incident, texts),
        "dwell": form.duration(max((one.dwell_s for one in found), default=0.0)),
        "rule": incident.rule_name,
    }


def facts(incident: IncidentDetail, texts: Texts, form: Format) -> tuple[Fact, ...]:
    """What an officer needs to judge the machine's word, most useful first."""
    found = subjects(incident)
    span_s = (incident.last_seen_at - incident.occurred_at).total_seconds()
    if incident.source != "camera":
        at = Fact(label=texts.gettext("Thời gian"), value=form.exact(incident.occurred_at))
        kind = texts.gettext(words.RULE_KINDS.get(incident.rule_kind, incident.rule_kind))
        return (at, Fact(label=texts.gettext("Loại"), value=kind))
    lines = [
        Fact(
            label=texts.gettext("Thời gian"),
            value=f"{form.clock(incident.occurred_at)} – {form.clock(incident.last_seen_at)} ({form.duration(span_s)})",
        )
    ]
    if found:
        best = found[0]
        lines += _dwell(incident, texts, form)
        scores = tuple(step[5] for step in best.path)
        share = best.score if not scores else None
        lines.append(
            Fact(label=texts.gettext("Độ chắc"), value=form.number(round(best.score, 2)), share=share, history=scores)
        )
    if incident.events > 1:
        lines.append(
            Fact(label=texts.gettext("Gộp từ"), value=texts.gettext("%(n)s lần liên tiếp") % {"n": incident.events})
        )
    mode = texts.gettext(words.MODES.get(incident.mode, incident.mode))
    hours = sorted({event.rule_hours.replace("-", "–") for event in incident.event_list if event.rule_hours})
    lines.append(Fact(label=texts.gettext("Luật"), value=" · ".join((incident.rule_name, *hours, mode))))
    if models := sorted({event.model for event in incident.event_list}):
        lines.append(Fact(label=texts.gettext("Máy nhìn"), value=", ".join(models)))
    return tuple(lines)


def _dwell(incident: IncidentDetail, texts: Texts, form: Format) -> Iterator[Fact]:
    """How long it held beside how long the rule asks for, where the event says so."""
    longest_s = max((one.dwell_s for one in subjects(incident)), default=0.0)
    asked_s = next((event.rule_dwell_s for event in incident.event_list if event.rule_dwell_s), None)
    if asked_s is not None and longest_s > 0:
        told = {"held": form.duration(longest_s), "asked": form.duration(asked_s)}
        yield Fact(label=texts.gettext("Kéo dài"), value=texts.gettext("%(held)s (luật: %(asked)s)") % told)


def heads(incident: IncidentOut, texts: Texts, form: Format) -> tuple[str, ...]:
    """How many persons it concerns, by part: "05 đối tượng", "01 bị hại"; those of whom there are none are left out."""
    counted = ((getattr(incident, name), noun) for name, noun in words.HEADS.items())
    return tuple(f"{form.count(number)} {texts.ngettext(noun, noun, number)}" for number, noun in counted if number)


def place(incident: IncidentOut, texts: Texts) -> str:
    """A place as a person reads it: its label, else its slug in words."""
    name = incident.place
    if incident.place_label:
        return incident.place_label
    if name in words.PLACES:
        return texts.gettext(words.PLACES[name])
    return name.replace("_", " ").replace("-", " ")


def who(found: tuple[SubjectOut, ...], texts: Texts, form: Format) -> str:
    """How often which kind was followed: "02 lượt người, 01 xe máy".

    Tracks, not heads: who leaves the picture and comes back is followed anew, and must not be told as two people.
    """
    kinds = Counter(who.class_name for who in found)
    named = ((number, words.SUBJECTS.get(kind, kind)) for kind, number in kinds.most_common())
    return ", ".join(_followed(number, texts.ngettext(name, name, number), texts, form) for number, name in named)


def _followed(number: int, kind: str, texts: Texts, form: Format) -> str:
    count = form.count(number)
    return f"{count} {kind}" if number == 1 else texts.gettext("%(n)s lượt %(kind)s") % {"n": count, "kind": kind}
