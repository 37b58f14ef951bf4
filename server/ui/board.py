"""What the zone editor of a camera's page starts from: its drawing, the kinds of rules there are, and their words."""

from collections.abc import Sequence
from typing import Any, Final

from contract.event import Severity
from contract.kinds import KINDS
from contract.rule import RuleSettings
from server.schemas import CameraSettingsOut, DayUp, RuleDay
from server.ui import words
from server.ui.format import Format
from server.ui.i18n import N_, Texts

CLASSES: Final = ("person", "bicycle", "motorcycle", "car", "bus", "truck", "object")
"""What a rule can be ticked to ask about; others that it has are shown and kept."""
RULE_MODES: Final = {**words.MODES, "off": N_("tắt")}
_PLACES: Final = ("zone", "line", "until_line")
_UNWRITTEN: Final = {"name", "kind", *_PLACES}
COUNTING: Final = frozenset({"crowd", "parked_motorbikes", "racing", "fight"})
"""Kinds that ask how many."""


def data(settings: CameraSettingsOut, speak: Texts, *, editable: bool) -> dict[str, Any]:
    """The JSON that static/js/camera.js reads."""
    return {
        "id": settings.camera_id,
        "editable": editable,
        "settings": settings.model_dump(mode="json", by_alias=True, include={"version", "drawing"}),
        "kinds": [_kind(code, speak) for code in KINDS],
        "words": {
            "is_calibrated": settings.is_calibrated,
            "modes": [(code, speak.gettext(name)) for code, name in RULE_MODES.items()],
            "severities": [(code.value, speak.gettext(words.SEVERITIES[code])) for code in Severity],
            "classes": [(code, speak.gettext(words.SUBJECTS[code])) for code in CLASSES],
        },
    }


def told(settings: CameraSettingsOut, last: Sequence[RuleDay], speak: Texts) -> list[dict[str, Any]]:
    """Each rule with its place and what it told in the last 24 hours; then what told something and is no more."""
    by_name: dict[str, list[RuleDay]] = {}
    for day in last:
        by_name.setdefault(day.rule_name, []).append(day)
    drawing, found = settings.drawing, []
    for rule in drawing.rules:
        zone = drawing.zones.get(rule.zone) if rule.zone else None
        line = drawing.lines.get(rule.line) if rule.line else None
        place = (zone.label if zone else line.label if line else "") or rule.zone or rule.line or ""
        days = by_name.pop(rule.name, [])
        found.append(_told(speak, rule.name, rule.kind, place, rule.mode, days))
    for name, days in by_name.items():
        found.append(_told(speak, name, days[0].rule_kind, _place(days[0].place, speak), "", days))
    return found


def strip_words(days: Sequence[DayUp], speak: Texts, form: Format) -> str:
    """A strip of days in one sentence, for those who do not see it."""
    known = [day.share for day in days if day.share is not None]
    if not known:
        return speak.gettext("Chưa có ngày nào được ghi.")
    return speak.gettext("%(days)s ngày qua có hình trung bình %(share)s, thấp nhất %(least)s.") % {
        "days": len(known),
        "share": form.percent(sum(known) / len(known)),
        "least": form.percent(min(known)),
    }


def _told(speak: Texts, name: str, kind: str, place: str, mode: str, days: Sequence[RuleDay]) -> dict[str, Any]:
    return {
        "name": name,
        "kind": speak.gettext(words.RULE_KINDS.get(kind, kind)),
        "place": place,
        "mode": mode,
        "mode_name": speak.gettext(RULE_MODES.get(mode, mode)) if mode else "",
        "events": sum(day.events for day in days),
        "pictures": [picture for day in days for picture in day.pictures][:4],
    }


def _place(name: str, speak: Texts) -> str:
    return speak.gettext(words.PLACES[name]) if name in words.PLACES else name.replace("_", " ").replace("-", " ")


def _kind(code: str, speak: Texts) -> dict[str, Any]:
    kind = KINDS[code]
    place = sorted(kind.places[0])
    rule = RuleSettings.model_validate({"name": "x", "kind": code, **dict.fromkeys(place, "x")})
    return {
        "code": code,
        "name": speak.gettext(words.RULE_KINDS.get(code, code)),
        "places": [sorted(names, key=_PLACES.index) for names in kind.places],
        "needs_calibration": kind.needs_calibration,
        "counts": code in COUNTING,
        "defaults": rule.model_dump(mode="json", by_alias=True, exclude=set(_UNWRITTEN)),
    }
