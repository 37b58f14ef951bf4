"""Quản trị, nhật ký: the audit as sentences; and Hệ thống: how the machines are."""

from datetime import date, timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response

from server.api.audit import NOT_LIMITED, begin_of
from server.api.system import system_of
from server.store import auditlog
from server.ui import deeds
from server.ui.desk import sit_down
from server.ui.pages.admin import PAGE, refuse

router = APIRouter(include_in_schema=False)


@router.get("/admin/audit")
def audit(
    request: Request,
    who: str = "",
    action: str = "",
    subject: str = "",
    from_day: str = "",
    to_day: str = "",
    cursor: str = "",
) -> Response:
    """Who did what, filtered."""
    with sit_down(request) as desk:
        if (no := refuse(desk, "supervisor")) is not None:
            return no
        if desk.signed.sight is not None:
            sentence = NOT_LIMITED[1 if desk.texts.language == "en" else 0]
            return desk.page("error.html", title=desk.texts.gettext("Nhật ký"), cure=sentence, status=403)
        zone, first, last = desk.services.settings.zone, _day(from_day), _day(to_day)
        page = auditlog.listing(
            desk.session,
            who=who,
            action=action,
            subject=subject.strip(),
            since=begin_of(first, zone),
            until=begin_of(last + timedelta(days=1) if last else None, zone),
            cursor=int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else None,
            limit=PAGE,
        )
        named = {"who": who, "action": action, "subject": subject, "from_day": from_day, "to_day": to_day}
        chosen = {name: value for name, value in named.items() if value}
        actions = sorted((deeds.choice(each, desk.texts), each) for each in deeds.SENTENCES)
        return desk.page(
            "admin_audit.html",
            place="admin",
            script="admin",
            part="audit",
            rows=[(row, deeds.sentence(row, desk.texts)) for row in page.items],
            people=auditlog.people(desk.session),
            actions=actions,
            chosen=named,
            is_filtered=bool(chosen or cursor),
            first_url=f"/admin/audit?{urlencode(chosen)}",
            next_url=f"/admin/audit?{urlencode(chosen | {'cursor': page.next_cursor})}" if page.next_cursor else None,
        )


@router.get("/system")
def system(request: Request) -> Response:
    """Edges, queues, receipts, disks, versions."""
    with sit_down(request) as desk:
        return refuse(desk, "supervisor") or desk.page(
            "system.html", place="system", script="system", system=system_of(desk.services)
        )


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 9000 else None
