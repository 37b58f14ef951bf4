"""What a notification says, in the words of the pages: "Nghi vấn: Xâm nhập – Kho sau, Khóm 4, 02:14"."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.clock import Clock
from server.notices.content import Content, Text, Told
from server.notices.values import Occasion
from server.ui import words
from server.ui.format import Format
from server.ui.i18n import LANGUAGES, N_, SOURCE, Texts, texts
from server.verdict import WAITING

MOST_LINES = 10
"""Incidents that one message lists; the rest is a number."""
OCCASIONS = {
    "opened": N_("Vụ việc mới"),
    "confirmed": N_("Vụ việc được xác nhận"),
    "unclaimed": N_("Vụ việc chưa ai tiếp nhận"),
    "camera": N_("Camera mất tín hiệu"),
    "test": N_("Gửi thử"),
}
STATES = {
    "queued": N_("chờ gửi"),
    "sending": N_("đang gửi"),
    "sent": N_("đã gửi"),
    "failed": N_("không gửi được"),
    "dropped": N_("không còn gì để báo"),
}
KINDS = {"apprise": N_("Thư, Telegram, Zalo…"), "webhook": N_("Webhook có chữ ký")}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWords:
    """Puts messages in words (server.notices.content.Wording). ``public_url``: where pages are; None: no links."""

    zone: ZoneInfo
    clock: Clock
    public_url: str | None

    def __call__(self, content: Content, language: str) -> Text:
        speak = texts(language if language in LANGUAGES else SOURCE)
        form = Format(language=speak.language, zone=self.zone, now=self.clock.now(), gettext=speak.gettext)
        end = speak.gettext("Mã tin: %(uid)s") % {"uid": content.uid}
        if content.occasion is None:
            title = speak.gettext("Gửi thử từ Camera An Ninh")
            body = speak.gettext("Kênh này nhận được thông báo.")
            return Text(title=title, body=f"{body}\n{end}", link=self._link(""))
        if content.occasion is Occasion.CAMERA:
            title, lines = _cameras(content, speak, form), [_camera(told, speak, form) for told in content.told]
        else:
            title = _title(content, speak, form)
            lines = [f"{told.code}: {_what(told, speak, form)}" for told in content.told]
        if len(lines) > MOST_LINES:
            lines = [*lines[:MOST_LINES], speak.gettext("… và %(n)s nữa") % {"n": len(lines) - MOST_LINES}]
        code = content.told[0].code
        return Text(title=title, body="\n".join([*lines, end]), link=self._link(f"/incidents/{code}" if code else ""))

    def _link(self, path: str) -> str | None:
        return f"{self.public_url}{path or '/cameras'}" if self.public_url else None


def _title(content: Content, speak: Texts, form: Format) -> str:
    """The most severe, and how many others."""
    what = _what(content.told[0], speak, form)
    if content.occasion is Occasion.UNCLAIMED:
        what = speak.gettext("Chưa ai tiếp nhận sau %(n)s phút – %(what)s") % {"n": content.after_min, "what": what}
    others = len(content.told) - 1
    if others:
        return speak.gettext("%(what)s, và %(n)s cảnh báo khác") % {"what": what, "n": others}
    return what


def _what(told: Told, speak: Texts, form: Format) -> str:
    """A suspicion until an officer confirmed it."""
    kind = speak.gettext(words.RULE_KINDS.get(told.rule_kind, told.rule_kind))
    if told.state in WAITING:
        kind = speak.gettext("Nghi vấn: %(kind)s") % {"kind": kind}
    else:
        kind = speak.gettext("Đã xác nhận: %(kind)s") % {"kind": kind}
    where = ", ".join(part for part in (told.place or told.camera, told.unit, _when(told.at, form)) if part)
    trial = f" ({speak.gettext('chạy thử')})" if told.is_trial else ""
    return f"{kind}{trial} – {where}"


def _cameras(content: Content, speak: Texts, form: Format) -> str:
    units = sorted({told.unit for told in content.told if told.unit})
    many = len(content.told)
    if many == 1:
        where = ", ".join([content.told[0].camera, *units])
        return speak.gettext("Camera mất tín hiệu: %(where)s") % {"where": where}
    count = form.count(many)
    return speak.gettext("%(n)s camera mất tín hiệu – %(where)s") % {"n": count, "where": ", ".join(units) or "–"}


def _camera(told: Told, speak: Texts, form: Format) -> str:
    return speak.gettext("%(camera)s: hình cuối lúc %(at)s") % {"camera": told.camera, "at": _when(told.at, form)}


def _when(at: datetime, form: Format) -> str:
    return form.moment(at)
