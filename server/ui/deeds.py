"""The audit's rows as sentences: "Trần B. loại bỏ AN-2026-000412 – bóng, ánh sáng."

A new action needs its sentence here; a test reads the server's source for actions that have none.
"""

from collections.abc import Mapping
from typing import Any, Final

from server.schemas import AuditOut
from server.ui import words
from server.ui.i18n import N_, Texts
from server.verdict import MEANINGS, Reason

SENTENCES: Final[Mapping[str, str]] = {
    "sign_in": N_("%(who)s đăng nhập"),
    "sign_in_failed": N_("Đăng nhập không được bằng tên %(what)s"),
    "sign_out": N_("%(who)s đăng xuất"),
    "user_created": N_("%(who)s lập tài khoản %(what)s"),
    "user_changed": N_("%(who)s sửa tài khoản %(what)s"),
    "password_set": N_("%(who)s đặt mật khẩu của %(what)s"),
    "rights_set": N_("%(who)s đặt quyền xem của %(what)s"),
    "edge_token": N_("%(who)s cấp mã cho máy biên %(what)s"),
    "view_clip": N_("%(who)s xem đoạn ghi của %(what)s"),
    "view_picture": N_("%(who)s xem hình của %(what)s"),
    "claim": N_("%(who)s tiếp nhận %(what)s"),
    "release": N_("%(who)s trả %(what)s lại hàng chờ"),
    "verify": N_("%(who)s đi xác minh %(what)s"),
    "confirm": N_("%(who)s xác nhận %(what)s"),
    "dismiss": N_("%(who)s loại bỏ %(what)s"),
    "remind": N_("%(who)s nhắc nhở, vụ %(what)s"),
    "pledge": N_("%(who)s cho làm cam kết, vụ %(what)s"),
    "penalise": N_("%(who)s lập biên bản, xử phạt, vụ %(what)s"),
    "transfer": N_("%(who)s chuyển %(what)s cho cơ quan khác"),
    "resolve": N_("%(who)s giải quyết xong %(what)s"),
    "close": N_("%(who)s đóng %(what)s"),
    "reopen": N_("%(who)s mở lại %(what)s"),
    "undo": N_("%(who)s hoàn tác quyết định về %(what)s"),
    "enter": N_("%(who)s nhập vụ %(what)s"),
    "facts": N_("%(who)s sửa thông tin của %(what)s"),
    "assign": N_("%(who)s giao %(what)s"),
    "merge": N_("%(who)s gộp %(what)s"),
    "split": N_("%(who)s tách %(what)s"),
    "link": N_("%(who)s nối %(what)s với vụ khác"),
    "unlink": N_("%(who)s bỏ nối %(what)s"),
    "extend": N_("%(who)s gia hạn %(what)s"),
    "snooze": N_("%(who)s cho luật tạm im: %(what)s"),
    "hold": N_("%(who)s giữ hồ sơ %(what)s"),
    "hold_lifted": N_("%(who)s thôi giữ hồ sơ %(what)s"),
    "dead_letter_taken": N_("%(who)s nhận lại tin từng bị từ chối, %(what)s"),
    "criteria_saved": N_("%(who)s sửa bộ tiêu chí, bản %(what)s"),
    "criteria_from_file": N_("%(who)s dùng lại tệp tiêu chí của máy chủ, bản %(what)s"),
    "criterion_entered": N_("%(who)s nhập số liệu %(what)s"),
    "criterion_entry_approved": N_("%(who)s duyệt số liệu %(what)s"),
    "criterion_entry_rejected": N_("%(who)s không duyệt số liệu %(what)s"),
    "entry_file_stored": N_("%(who)s gửi tệp kèm số liệu %(what)s"),
    "period_frozen": N_("%(who)s chốt kỳ %(what)s"),
    "period_adjusted": N_("%(who)s điều chỉnh kỳ %(what)s"),
    "merger_marked": N_("%(who)s đánh dấu sáp nhập ngày %(what)s"),
    "merger_unmarked": N_("%(who)s bỏ dấu sáp nhập ngày %(what)s"),
    "camera_settings": N_("%(who)s sửa vùng và luật của %(what)s"),
    "camera_moved": N_("%(what)s theo khóm, ấp của mình sang đơn vị mới"),
    "camera_facts": N_("%(who)s sửa hồ sơ của %(what)s"),
    "take_picture": N_("%(who)s xin hình mới của %(what)s"),
    "report": N_("%(who)s xuất báo cáo %(what)s"),
    "snooze_ended": N_("%(who)s cho luật báo lại: %(what)s"),
    "keep_filter": N_("%(who)s lưu bộ lọc %(what)s"),
    "delete_filter": N_("%(who)s xoá bộ lọc %(what)s"),
    "plan_picture": N_("%(who)s thay sơ đồ của phường"),
    "place_on_plan": N_("%(who)s đặt %(what)s lên sơ đồ"),
    "remove_from_plan": N_("%(who)s gỡ %(what)s khỏi sơ đồ"),
    "unit_added": N_("%(who)s thêm khóm, ấp %(what)s"),
    "unit_ended": N_("%(who)s kết thúc khóm, ấp %(what)s"),
    "channel_made": N_("%(who)s lập kênh thông báo %(what)s"),
    "channel_changed": N_("%(who)s sửa kênh thông báo %(what)s"),
    "channel_deleted": N_("%(who)s xoá kênh thông báo %(what)s"),
    "channel_tested": N_("%(who)s gửi thử kênh %(what)s"),
    "notice_rule_made": N_("%(who)s lập luật thông báo %(what)s"),
    "notice_rule_changed": N_("%(who)s sửa luật thông báo %(what)s"),
    "notice_rule_deleted": N_("%(who)s xoá luật thông báo %(what)s"),
    "notice_retried": N_("%(who)s gửi lại thông báo %(what)s"),
}
"""Action → its sentence, without the full stop. ``who``: a name; ``what``: what it was done to."""
NOBODY: Final = N_("Hệ thống")
OTHER: Final = N_("%(who)s làm “%(action)s” với %(what)s")
_SHOWN: Final = (
    "reason",
    "note",
    "why",
    "name",
    "role",
    "limited",
    "cameras",
    "units",
    "disabled",
    "one_time",
    "address",
)
"""The details that an officer needs to read, in this order; the API gives all of them."""


def sentence(row: AuditOut, speak: Texts) -> str:
    """The row as a sentence that ends with a full stop."""
    values = {
        "who": row.who or speak.gettext(NOBODY),
        "what": row.subject_label or "–",
        "action": row.action,
    }
    said = speak.gettext(SENTENCES.get(row.action, OTHER)) % values
    more = [text for key in _SHOWN if (text := _detail(key, row.detail, speak))]
    return f"{said}{' – ' + '; '.join(more) if more else ''}."


def choice(action: str, speak: Texts) -> str:
    """The action as the filter names it: its sentence about nobody and nothing."""
    text = speak.gettext(SENTENCES.get(action, action))
    bare = text.replace("%(who)s", "").replace("%(what)s", "…").strip(" ,:…")
    return bare[:1].upper() + bare[1:]


def _detail(key: str, detail: Mapping[str, Any], speak: Texts) -> str:
    """One detail in words; empty when there is nothing to say."""
    value = detail.get(key)
    if value in (None, "", False) and key not in ("disabled", "limited"):
        return ""
    if key == "reason":
        return _reason(str(value), speak)
    if key == "role":
        return speak.gettext(words.ROLES.get(str(value), str(value)))
    if key == "limited" and key in detail:
        return speak.gettext(N_("chỉ xem một số camera")) if value else speak.gettext(N_("xem mọi camera"))
    if key == "cameras":
        return speak.gettext(N_("%(n)s camera")) % {"n": value} if detail.get("limited") else ""
    if key == "units":
        return str(value) if detail.get("limited") else ""
    if key == "disabled" and key in detail:
        return speak.gettext(N_("khoá")) if value else speak.gettext(N_("mở khoá"))
    if key == "one_time":
        return speak.gettext(N_("mật khẩu dùng một lần"))
    if key == "address":
        return speak.gettext(N_("từ %(address)s")) % {"address": value}
    return str(value) if key in ("note", "why", "name") else ""


def _reason(code: str, speak: Texts) -> str:
    if code not in set(Reason):
        return code
    meaning = MEANINGS[Reason(code)]
    text = meaning.en if speak.language == "en" else meaning.vi
    return text[:1].lower() + text[1:]
