"""A criterion in an officer's words: what each check measures, against what, and what a zero must rest on."""

from dataclasses import dataclass
from typing import Final

from server.criteria.definition import Check, Definition
from server.ui.format import Format
from server.ui.i18n import N_, Texts

MEASURES: Final = {
    ("incident", "count"): N_("số vụ đã xác minh xảy ra trong kỳ"),
    ("incident", "sum"): N_("tổng số người ghi trong các vụ đã xác minh của kỳ"),
    ("incident", "share_handled"): N_("tỷ lệ vụ đã xác minh của kỳ mà cán bộ đã xử lý"),
    ("incident", "share_handled_in_time"): N_("tỷ lệ việc có thời hạn được giải quyết trong hạn"),
    ("incident", "standing"): N_("số điểm đã xác minh, đến cuối kỳ vẫn chưa xử lý"),
    ("incident", "median_time_to_clear"): N_("trung vị số giờ từ lúc xảy ra đến khi xử lý"),
    ("camera", "uptime"): N_("phần thời gian của kỳ mà camera có hình"),
    ("camera", "count"): N_("số camera đang dùng"),
    ("entry", "value"): N_("số cán bộ nhập"),
    ("entry", "sum"): N_("số cán bộ nhập; các tháng cộng thành quý và năm"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One check in words: its name, and sentences that say what it asks."""

    key: str
    name: str
    says: tuple[str, ...]


def told(definition: Definition, spoken: Texts, form: Format) -> tuple[Told, ...]:
    """Every check of a criterion, in words."""
    return tuple(_told(check, spoken, form) for check in definition.checks)


def _told(check: Check, spoken: Texts, form: Format) -> Told:
    speak, english = spoken.gettext, spoken.language == "en"
    name = (check.name.en if english else check.name.vi) if check.name else ""
    says = [speak(MEASURES[check.measure.entity, check.measure.aggregate])]
    says.append(_asked(check, spoken, form))
    if check.entered:
        says.append(speak("số chính thức cán bộ nhập thay cho số đếm; chưa có thì không thể đạt"))
    elif check.requires is not None:
        need = speak("số 0 chỉ tính khi mọi camera có hình từ %(share)s thời gian của kỳ")
        says.append(need % {"share": form.percent(check.requires.camera_uptime)})
    return Told(key=check.key, name=name, says=tuple(says))


def _asked(check: Check, spoken: Texts, form: Format) -> str:
    speak, compare = spoken.gettext, check.compare
    if compare is None:
        return speak("chỉ để tham khảo, không quyết định")
    if compare.target is None:
        is_limit = compare.rule == "at_most"
        return speak("không quá cùng kỳ năm trước") if is_limit else speak("từ cùng kỳ năm trước trở lên")
    text = speak("không quá %(n)s") if compare.rule == "at_most" else speak("từ %(n)s trở lên")
    unit = "%" if check.measure.unit == "%" else ""
    return text % {"n": f"{form.number(compare.target)}{unit}"}
