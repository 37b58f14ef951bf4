"""An incident's story: what the machine saw, what officers said of it and did to it, oldest first, in sentences."""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from server.reason import MEANINGS
from server.schemas import DeedOut, IncidentDetail, VerdictOut
from server.ui import facts, words
from server.ui.format import Format
from server.ui.i18n import N_, Texts

DEEDS: Final[Mapping[str, str]] = {
    "enter": N_("%(who)s nhập vụ việc: %(source)s"),
    "facts": N_("%(who)s sửa: %(changes)s"),
    "assign": N_("%(who)s giao cho %(to)s"),
    "extend": N_("%(who)s gia hạn đến %(to)s"),
    "merged_in": N_("%(who)s gộp %(part)s vào vụ này"),
    "split_off": N_("%(who)s tách %(part)s ra"),
    "link": N_("%(who)s liên kết với %(to)s"),
    "unlink": N_("%(who)s bỏ liên kết với %(from)s"),
    "hold": N_("%(who)s giữ lại, không cho xoá"),
    "hold_lifted": N_("%(who)s thôi giữ lại"),
}
"""Sentences of the audit log that are no verdicts, by action."""
FACTS: Final[Mapping[str, str]] = {
    "title": N_("nội dung"),
    "category": N_("phân loại"),
    "unit": N_("khóm, ấp"),
    "official_number": N_("số hồ sơ"),
    "suspects": N_("đối tượng"),
    "victims": N_("bị hại"),
    "deaths": N_("người chết"),
    "injured": N_("bị thương"),
    "camera_assisted": N_("có hỗ trợ của camera"),
    "is_complex": N_("vụ phức tạp"),
}
"""What facts are called, by column."""
_ICONS: Final[Mapping[str, str]] = {
    "confirm": "check",
    "dismiss": "cross",
    "undo": "undo",
    "claim": "hand",
    "release": "hand",
    "verify": "eye",
    "close": "check",
    "assign": "person",
    "merged_in": "down",
    "merge": "down",
}


def timeline(incident: IncidentDetail, deeds: tuple[DeedOut, ...], speak: Texts, form: Format) -> list[dict[str, Any]]:
    """Each entry with ``at``, ``icon``, ``text`` and ``note``."""
    entries: list[dict[str, Any]] = []
    for event in incident.event_list:
        who = facts.who(event.subjects, speak, form)
        text = speak.gettext("Máy gắn cờ: %(who)s") % {"who": who} if who else speak.gettext("Máy gắn cờ")
        entries.append(_entry(event.started_at, "eye", text, ""))
        if event.ended_at is not None:
            entries.append(_entry(event.ended_at, "minus", speak.gettext("Sự việc dứt"), ""))
    for before, verdict in pairwise((None, *incident.verdicts)):
        if verdict is None or _renews(verdict, before):
            continue
        move = speak.gettext(words.MOVES.get(verdict.move, verdict.move))
        reason = _reason(verdict.reason, speak.language)
        text = f"{verdict.officer} {move}{' – ' + reason if reason else ''}"
        entries.append(_entry(verdict.decided_at, _ICONS.get(verdict.move, "check"), text, verdict.note))
    for deed in deeds:
        note = str(deed.detail.get("note") or deed.detail.get("reason") or "")
        entries.append(_entry(deed.at, _ICONS.get(deed.action, "note"), _deed(deed, speak, form), note))
    return sorted(entries, key=lambda entry: entry["at"].astimezone(UTC))


def _renews(verdict: VerdictOut, before: VerdictOut | None) -> bool:
    """Whether an officer only goes on looking: the page says so every few minutes, and the audit log keeps each."""
    return before is not None and verdict.move == "claim" == before.move and verdict.officer == before.officer


def _entry(at: datetime, icon: str, text: str, note: str) -> dict[str, Any]:
    return {"at": at, "icon": icon, "text": text, "note": note}


def _deed(deed: DeedOut, speak: Texts, form: Format) -> str:
    """One row of the audit log as a sentence."""
    told = {name: str(value) if value is not None else "" for name, value in deed.detail.items()}
    if deed.action == "facts":
        told["changes"] = "; ".join(_change(name, deed.detail, speak) for name in FACTS if f"{name}.to" in told)
    elif deed.action == "enter":
        told["source"] = speak.gettext(words.SOURCES.get(told.get("source", ""), "")).lower()
    elif deed.action == "extend":
        told["to"] = form.exact(datetime.fromisoformat(told["to"]))
    elif deed.action == "assign" and not told["to"]:
        return speak.gettext("%(who)s bỏ giao") % {"who": deed.who}
    sentence = speak.gettext(DEEDS.get(deed.action, deed.action))
    return sentence % {"who": deed.who, **told}


def _change(name: str, detail: Mapping[str, Any], speak: Texts) -> str:
    before, after = (_fact(name, detail[f"{name}.{side}"], speak) for side in ("from", "to"))
    return f"{speak.gettext(FACTS[name])} {before} → {after}"


def _fact(name: str, value: Any, speak: Texts) -> str:
    if isinstance(value, bool):
        return speak.gettext("có") if value else speak.gettext("không")
    if name == "category" and value:
        return speak.gettext(words.CATEGORIES.get(value, value))
    return str(value) or "–"


def _reason(code: str | None, language: str) -> str:
    meaning = next((found for reason, found in MEANINGS.items() if reason == code), None)
    if meaning is None:
        return code or ""
    return meaning.en if language == "en" else meaning.vi
