"""Pure: the sentences of a judgement, each in Vietnamese and English."""

import math

from server import wording
from server.criteria.definition import Check
from server.criteria.evidence import Evidence, Uptime
from server.criteria.vocabulary import SHARES

Both = tuple[str, str]
"""Vietnamese, English."""


def amount(value: float, unit: str) -> Both:
    """A figure with its unit: "05 vụ", "92,5%", "36,5 giờ"."""
    if unit == "%":
        # rounded down: 99.99 % must never read as the 100 % that it missed
        share = math.floor(value * 100 + 1e-6) / 10_000
        decimals = 0 if share * 100 == int(share * 100) else 2
        return wording.percent_vi(share, decimals), wording.percent_en(share, decimals)
    if value != int(value):
        return f"{wording.number_vi(value, 1)} {unit}".strip(), f"{wording.number_en(value, 1)} {unit}".strip()
    if not unit:
        return wording.number_vi(value), wording.number_en(value)
    return wording.count_vi(int(value), unit), wording.count_en(int(value), unit)


def figures(check: Check, evidence: Evidence) -> Both:
    """What was measured: "xác minh 05 vụ, máy ghi nhận 03 vụ"."""
    measure, value = check.measure, evidence.value
    if value is None:
        return "không có trường hợp nào trong kỳ", "no case in the period"
    vi, en = amount(value, measure.unit)
    if measure.entity == "entry":
        return f"cán bộ nhập {vi}", f"an officer entered {en}"
    if evidence.entered:
        return f"số chính thức {vi}", f"official figure {en}"
    if measure.aggregate in SHARES:
        word = ("xử lý", "handled") if measure.aggregate == "share_handled" else ("đúng hạn", "in time")
        return f"{word[0]} {vi}", f"{en} {word[1]}"
    if measure.aggregate == "median_time_to_clear":
        return f"xử lý sau trung vị {vi}", f"cleared after a median of {en}"
    if measure.aggregate == "standing":
        told = f"còn tồn tại {vi}", f"{en} still standing"
    else:
        told = f"xác minh {vi}", f"{en} confirmed"
    waiting = wording.count_vi(evidence.logged), wording.count_en(evidence.logged)
    return f"{told[0]}, máy ghi nhận {waiting[0]}", f"{told[1]}, {waiting[1]} machine-logged"


def compared(check: Check, evidence: Evidence, limit: float) -> Both:
    """Against what: the target, or "giảm 02 vụ (-28,57%) so với cùng kỳ"."""
    compare, unit = check.compare, check.measure.unit
    if compare is not None and compare.against == "target":
        vi, en = amount(limit, unit) if unit == "%" else (wording.number_vi(limit), wording.number_en(limit))
        if compare.rule == "at_most":
            return f"mục tiêu không quá {vi}", f"target at most {en}"
        return f"mục tiêu từ {vi}", f"target at least {en}"
    value = int(evidence.value or 0)
    change_vi = f"{wording.change_vi(value, int(limit), unit)} so với cùng kỳ"
    change_en = f"{wording.change_en(value, int(limit), unit)} on the same period last year"
    if evidence.broken is not None:
        change_vi += f", qua mốc sáp nhập {evidence.broken:%d/%m/%Y}: hai địa bàn khác nhau"
        change_en += f", across the merger of {evidence.broken:%d/%m/%Y}: not the same area"
    return change_vi, change_en


def turns(check: Check, value: float, limit: float) -> Both:
    """What would change the state."""
    if check.compare is None:
        return "", ""
    unit, room = check.measure.unit, abs(limit - value)
    if check.compare.rule == "at_most":
        if value > limit:
            vi, en = amount(room, unit)
            return f"đạt khi bớt {vi}", f"met with {en} fewer"
        step = room + (0.01 if unit in {"%", "giờ"} else 1)
        vi, en = amount(step, unit)
        return f"chưa đạt khi thêm {vi}", f"not met with {en} more"
    vi, en = amount(limit, unit)
    if value < limit:
        return f"đạt khi lên đến {vi}", f"met at {en}"
    return f"chưa đạt khi xuống dưới {vi}", f"not met below {en}"


def awaited(evidence: Evidence) -> Both:
    """What an officer still has to do."""
    if evidence.awaits_approval:
        return "số đã nhập chờ chỉ huy duyệt", "the entry waits for a supervisor's approval"
    return "chờ cán bộ nhập số liệu chính thức", "waits for an officer's official figure"


def uptime(since: Evidence) -> Both:
    """How long the cameras were up, and which one least."""
    worst, share = since.worst, since.uptime or 0.0
    if worst is None:
        return "", ""
    return (
        f"camera hoạt động {wording.percent_vi(share, 2)} thời gian của kỳ, "
        f"thấp nhất {worst.camera} {wording.percent_vi(worst.share, 2)}",
        f"cameras up {wording.percent_en(share, 2)} of the period, "
        f"least {worst.camera} {wording.percent_en(worst.share, 2)}",
    )


def inventory(evidence: Evidence) -> Both:
    """How many cameras are in service."""
    many = len(evidence.cameras)
    return f"{wording.count_vi(many, 'camera')} đang dùng", f"{wording.count_en(many, 'camera')} in service"


def too_little(worst: Uptime, needed: float) -> Both:
    """Which camera saw too little for a zero to be one."""
    share = wording.floored(worst.share)
    late_vi = ", do đưa vào dùng giữa kỳ" if worst.began_late else ""
    late_en = ", being put into service during it" if worst.began_late else ""
    need_vi, need_en = wording.percent_vi(needed), wording.percent_en(needed)
    return (
        f"camera {worst.camera} chỉ chạy {wording.percent_vi(share, 2)} kỳ (cần {need_vi}){late_vi}",
        f"camera {worst.camera} was up {wording.percent_en(share, 2)} of the period ({need_en} needed){late_en}",
    )
