"""Thông báo: channels, rules and the outbox; for admins."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from server.notices.values import SEVERITIES, Occasion
from server.role import ROLES
from server.store import noticechannels, noticeoutbox, users
from server.ui import noticewords, words
from server.ui.desk import sit_down
from server.ui.i18n import N_

router = APIRouter(include_in_schema=False)

SHOWN = 50
"""Messages of the outbox on the page."""


@router.get("/admin/notices")
def notices(request: Request) -> Response:
    """Channels, rules and the outbox."""
    with sit_down(request) as desk:
        if desk.signed.user.role != "admin":
            speak = desk.texts.gettext
            title, cure = speak(N_("Trang này của quản trị")), speak(N_("Hãy nhờ người quản trị mở giúp."))
            return desk.page("error.html", title=title, cure=cure, status=HTTPStatus.FORBIDDEN)
        channels = noticechannels.channels(desk.session)
        return desk.page(
            "notices.html",
            script="notices",
            channels=channels,
            channel_names={channel.id: channel.name for channel in channels},
            rules=noticechannels.rules(desk.session),
            messages=noticeoutbox.listing(desk.session, SHOWN),
            accounts=[account.username for account in users.listing(desk.session)],
            units=sorted({camera.unit for camera in desk.cameras() if camera.unit}),
            rule_kinds=list(words.RULE_KINDS),
            severities=SEVERITIES,
            occasions=list(Occasion),
            roles=ROLES,
            notice_word=lambda table, code: desk.texts.gettext(getattr(noticewords, table).get(code, code)),
            clock_of=lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}" if minutes is not None else "",
        )
