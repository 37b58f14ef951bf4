"""From values to a page: Jinja2 with one environment a language, and what every template may call."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.schemas import CriterionOut, EventOut, EvidenceOut, IncidentOut, SubjectOut
from server.services import services
from server.ui import facts, words
from server.ui.format import Format
from server.ui.i18n import FOLDER, LANGUAGES, SOURCE, Texts, script_texts, texts
from server.verdict import MEANINGS, WAITING

MOST_BOXES = 4
"""Boxes drawn over an event's picture: the surest. A long event has dozens of tracks, each box from another moment."""
SLIVER = 0.0005
"""Of the picture's area: 16 × 10 of 640 × 500 pixels."""
MOST_MOMENTS = 16
"""Pictures from the course of one event in the strip, spread over it."""
COPY_WAIT_S = 25
"""A player waits so long for a copy to be made before it asks again."""
YEAR_S = 365 * 24 * 3600
DARK_MEDIA = {"auto": "(prefers-color-scheme: dark)", "light": "not all", "dark": "all"}
"""When static/css/dark.css holds, by the theme an officer chose."""


@cache
def environment(language: str) -> Environment:
    """The templates in one language."""
    found = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    speak = texts(language)
    found.install_gettext_callables(speak.gettext, speak.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return found


def language_of(request: Request) -> str:
    """The language that the address asks for, else the one chosen before, else Vietnamese."""
    asked = request.query_params.get("lang"), request.cookies.get("lang")
    return next((code for code in asked if code in LANGUAGES), SOURCE)


def render(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The page. ``values`` come on top of what every template has (``common``)."""
    language = language_of(request)
    at = services(request)
    context = common(language, at.settings.zone, at.clock.now())
    theme = request.cookies.get("theme")
    theme = theme if theme in DARK_MEDIA else "auto"
    site = at.settings.site
    context |= {
        "theme": theme,
        "dark_media": DARK_MEDIA[theme],
        "site_name": site.name_en if language == "en" else site.name_vi,
        "language_urls": {code: _in_language(request, code) for code in LANGUAGES},
        "csrf": "",
        "live_id": "",
        "script": None,
        "place_name": None,
    }
    body = environment(language).get_template(template).render(context | values)
    response = HTMLResponse(body, status_code=status, headers={"Cache-Control": "no-store"})
    if request.query_params.get("lang") == language:
        response.set_cookie("lang", language, max_age=YEAR_S, samesite="lax", secure=at.settings.http.secure_cookies)
    return response


def common(language: str, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """What every template may use, whatever page it is."""
    speak = texts(language)
    form = Format(language=language, zone=zone, now=now, gettext=speak.gettext)

    def word(table: str, code: str) -> str:
        known: Mapping[str, str] = getattr(words, table)
        return speak.gettext(known.get(code, code))

    return {
        "language": language,
        "zone": zone.key,
        "form": form,
        "word": word,
        "script_texts": script_texts(language),
        "headline": lambda incident: _headline(incident, speak),
        "sentence": lambda incident: facts.sentence(incident, speak, form),
        "facts": lambda incident: facts.facts(incident, speak, form),
        "heads": lambda incident: facts.heads(incident, speak, form),
        "place": lambda incident: facts.place(incident, speak),
        "reasons": _reasons(language),
        "event_json": lambda event: _event_json(event, speak),
        "shots": lambda event: _shots(event, speak),
        "criterion_name": lambda criterion: _told(criterion, "name", language),
        "criterion_why": lambda criterion: _told(criterion, "why", language),
        "amount": lambda criterion, number: _amount(criterion, number, form, speak),
        "criterion_target": lambda criterion: _told(criterion, "target", language),
    }


def _headline(incident: IncidentOut, speak: Texts) -> str:
    """What one entered by hand is about, else the rule's name; a suspicion until an officer confirmed it."""
    if incident.title:
        return incident.title
    kind = speak.gettext(words.RULE_KINDS.get(incident.rule_kind, incident.rule_kind))
    if incident.state in WAITING:
        return speak.gettext("Nghi vấn: %(kind)s") % {"kind": kind}
    return kind


def _reasons(language: str) -> list[tuple[str, str, str]]:
    """Code, name and meaning of every reason, in the order of the number keys."""
    return [
        (code.value, meaning.en, meaning.covers_en) if language == "en" else (code.value, meaning.vi, meaning.covers_vi)
        for code, meaning in MEANINGS.items()
    ]


def _event_json(event: EventOut, speak: Texts) -> str:
    """What the player needs of an event, as JSON for a data attribute: its (first) clip and its best picture."""
    return str(_shots(event, speak)[0]["json"])


def _shots(event: EventOut, speak: Texts) -> list[dict[str, Any]]:
    """What an event has to show: itself, then of a long one the pictures from in between and its last part.

    Each with ``json`` for the player, ``thumb`` and ``at``.
    """
    picture, clips = _picture(event), [part for part in event.evidence if part.kind == "clip"]
    clip = next((part for part in clips if part.url), clips[-1] if clips else None)
    moments = [part for part in event.evidence if part.periodic and part.url]
    moments = moments[:: -(-len(moments) // MOST_MOMENTS) or 1]
    shots = [_shot(event, picture, clip, event.started_at, speak)]
    later = [_shot(event, moment, None, moment.started_at or event.started_at, speak) for moment in moments]
    rest = [part for part in clips if part is not clip and part.url]
    later += [_shot(event, picture, part, part.started_at or event.started_at, speak) for part in rest]
    return shots + sorted(later, key=lambda shot: shot["at"])


def _shot(
    event: EventOut, picture: EvidenceOut | None, clip: EvidenceOut | None, at: datetime, speak: Texts
) -> dict[str, Any]:
    def label(class_name: str, score: float) -> str:
        return f"{speak.gettext(words.SUBJECTS.get(class_name, class_name))} {round(score * 100)}%"

    slim = event.model_dump(mode="json", include={"started_at", "last_seen_at"})
    surest = sorted((who for who in event.subjects if _is_visible(who)), key=lambda who: -who.score)[:MOST_BOXES]
    slim["subjects"] = [
        {"box": who.box, "label": label(who.class_name, who.score), "path": [step[:5] for step in who.path]}
        for who in surest
    ]
    if picture is not None and picture.periodic:
        # The boxes are of other moments.
        slim |= {"subjects": [], "periodic": True}
    slim |= {"picture": _part(picture, speak), "clip": _part(clip, speak)}
    thumb = picture.url if picture is not None else None
    return {"json": json.dumps(slim, ensure_ascii=False), "thumb": thumb, "at": at, "is_moment": "periodic" in slim}


def _is_visible(who: SubjectOut) -> bool:
    """A track that was last seen leaving the picture has a sliver for a box, which shows nothing."""
    x1, y1, x2, y2 = who.box
    return (x2 - x1) * (y2 - y1) > SLIVER


def _part(found: EvidenceOut | None, speak: Texts) -> dict[str, Any] | None:
    if found is None:
        return None
    slim = found.model_dump(mode="json", include={"url", "missing", "started_at", "ended_at", "gaps"})
    if found.deleted_at is not None:
        slim["missing"] = speak.gettext("đã xoá, %(why)s") % {
            "why": speak.gettext(words.DELETION_RULES.get(found.deleted_rule, found.deleted_rule))
        }
    if found.play_url is not None:
        slim |= {"url": f"{found.play_url}?wait={COPY_WAIT_S}", "is_copy": True}
    return slim


def _picture(event: EventOut) -> EvidenceOut | None:
    """The latest that shows the subjects best, one whose bytes are here before one that is still on its way."""
    parts = [part for part in event.evidence if part.kind == "picture" and not part.periodic]
    return next((part for part in reversed(parts) if part.url), parts[-1] if parts else None)


def _told(criterion: CriterionOut, what: str, language: str) -> str:
    return str(getattr(criterion, f"{what}_{'en' if language == 'en' else 'vi'}"))


def _amount(criterion: CriterionOut, number: float, form: Format, speak: Texts) -> str:
    """A figure with the criterion's unit: "05 vụ", "92,5%"."""
    if criterion.unit == "%":
        return f"{form.number(number)}%"
    unit = words.UNITS.get(criterion.unit, criterion.unit)
    unit = speak.ngettext(unit, unit, number)
    return f"{form.count(number)} {unit}".strip()


def _in_language(request: Request, code: str) -> str:
    url = request.url.include_query_params(lang=code)
    return f"{url.path}?{url.query}"
