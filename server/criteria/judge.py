"""Pure: from counts, a baseline and camera uptime to a state and the sentence that explains it.

Three rules of the domain stand here. Only confirmed incidents decide; machine-logged ones can at most put a criterion
at risk. A result that rests on absence (a zero, or staying under a limit) is only met when every camera in service was
up long enough; otherwise it is unknown, never met. What was confirmed stands whatever the uptime was.
"""

from dataclasses import dataclass, replace
from typing import Literal

from server import wording
from server.criteria.definition import Compare, Definition, Requires

Result = Literal["met", "not_met", "at_risk", "unknown", "not_applicable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Uptime:
    """How long one camera gave pictures. ``share``: 0..1 of the elapsed part of the period, from the period's start.

    ``began_late``: it was put into service after the period had begun (its share can't be whole for that reason).
    """

    camera: str
    share: float
    began_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a judgement rests on. ``elapsed_s``: seconds of the period that have passed; 0 before it begins.

    ``confirmed``, ``logged``: incidents of the period that bear on the criterion. ``baseline``: confirmed incidents of
    the same period last year, None when nobody can say. ``cameras``: those in service, any order.
    """

    elapsed_s: float
    confirmed: int = 0
    logged: int = 0
    baseline: int | None = None
    cameras: tuple[Uptime, ...] = ()

    @property
    def worst(self) -> Uptime | None:
        """The camera that was up least."""
        return min(self.cameras, key=lambda camera: (camera.share, camera.camera), default=None)

    @property
    def uptime(self) -> float | None:
        """The mean share of all cameras, 0..1; None without cameras."""
        return sum(camera.share for camera in self.cameras) / len(self.cameras) if self.cameras else None

    @property
    def since_its_start(self) -> "Evidence":
        """The same, resting only on cameras that were in service when the period began."""
        return replace(self, cameras=tuple(camera for camera in self.cameras if not camera.began_late))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A state and why, in both languages. ``value``: what was measured, in the definition's unit."""

    state: Result
    why_vi: str
    why_en: str
    value: float | None = None


def judge(definition: Definition, evidence: Evidence) -> Judgement:
    """The criterion's state in a period it applies to."""
    if evidence.elapsed_s <= 0:
        return Judgement(state="unknown", why_vi="kỳ chưa bắt đầu", why_en="the period has not begun")
    if definition.measure.entity == "entry":
        return Judgement(state="unknown", why_vi="chờ cán bộ nhập", why_en="waits for an officer's entry")
    if definition.measure.entity == "camera":
        return _with_entry(definition, _cameras(definition, evidence))
    return _with_entry(definition, _incidents(definition, evidence))


def baseline(definition: Definition, before: Evidence, entered: int | None) -> int | None:
    """Cùng kỳ: what an officer entered, else what was confirmed then, if the cameras were up enough to have seen it.

    A year in which half the cameras were dead is no yardstick: its low figure would make this year look worse.
    """
    if entered is not None or definition.requires is None:
        return entered
    worst = before.worst
    return before.confirmed if worst and worst.share >= definition.requires.camera_uptime else None


def not_applicable() -> Judgement:
    """For a period in which the criterion is not in effect."""
    return Judgement(
        state="not_applicable",
        why_vi="tiêu chí không áp dụng trong kỳ này",
        why_en="the criterion is not in effect in this period",
    )


def _incidents(definition: Definition, evidence: Evidence) -> Judgement:
    found = Judgement(
        state="unknown", why_vi=_figures_vi(evidence), why_en=_figures_en(evidence), value=float(evidence.confirmed)
    )
    if definition.compare is None or definition.requires is None:
        return found
    limit = _limit(definition.compare, evidence)
    if limit is None:
        return _because(found, "unknown", "chưa có số liệu cùng kỳ", "no figure for the same period last year")
    compared_vi, compared_en = _compared(definition.compare, evidence, limit)
    if evidence.confirmed > limit:
        return _because(found, "not_met", compared_vi, compared_en)
    if evidence.confirmed + evidence.logged > limit:
        return _because(
            found,
            "at_risk",
            f"{compared_vi}; sẽ vượt nếu các vụ máy ghi nhận được xác minh",
            f"{compared_en}; broken if what the machine logged is confirmed",
        )
    doubt = _doubt(definition.requires, evidence)
    if doubt is not None:
        return _because(found, "unknown", f"không đủ dữ liệu: {doubt[0]}", f"not enough data: {doubt[1]}")
    return _because(found, "met", compared_vi, compared_en)


def _cameras(definition: Definition, evidence: Evidence) -> Judgement:
    if evidence.uptime is None or evidence.worst is None:
        return Judgement(
            state="unknown",
            why_vi="không đủ dữ liệu: chưa có camera nào hoạt động",
            why_en="not enough data: no camera is in service",
            value=0.0 if definition.measure.aggregate == "count" else None,
        )
    many = len(evidence.cameras)
    whole = evidence.since_its_start
    if definition.measure.aggregate != "count" and whole.uptime is None:
        return Judgement(
            state="unknown",
            why_vi="không đủ dữ liệu: mọi camera đều mới đưa vào dùng trong kỳ",
            why_en="not enough data: every camera was put into service during the period",
            value=None,
        )
    if definition.measure.aggregate == "count":
        value = float(many)
        why_vi, why_en = (
            f"{wording.count_vi(many, 'camera')} đang dùng",
            f"{wording.count_en(many, 'camera')} in service",
        )
    else:
        worst, share = whole.worst or evidence.worst, whole.uptime or 0.0
        value = share * 100.0
        why_vi = (
            f"camera hoạt động {wording.percent_vi(share, 2)} thời gian của kỳ, "
            f"thấp nhất {worst.camera} {wording.percent_vi(worst.share, 2)}"
        )
        why_en = (
            f"cameras up {wording.percent_en(share, 2)} of the period, "
            f"least {worst.camera} {wording.percent_en(worst.share, 2)}"
        )
    if definition.compare is None or definition.compare.target is None:
        return Judgement(state="unknown", why_vi=why_vi, why_en=why_en, value=value)
    target = definition.compare.target
    met = value >= target if definition.better == "higher" else value <= target
    return Judgement(state="met" if met else "not_met", why_vi=why_vi, why_en=why_en, value=value)


def _with_entry(definition: Definition, found: Judgement) -> Judgement:
    """A mixed criterion has a part that only an officer can enter: what the cameras say can break it, not meet it."""
    if definition.input != "mixed" or not (found.state == "met" or definition.compare is None):
        return found
    return _because(found, "unknown", "chờ cán bộ nhập số liệu chính thức", "waits for an officer's official figure")


def _limit(compare: Compare, evidence: Evidence) -> float | None:
    return compare.target if compare.against == "target" else evidence.baseline


def _compared(compare: Compare, evidence: Evidence, limit: float) -> tuple[str, str]:
    if compare.against == "target":
        return f"mục tiêu không quá {wording.number_vi(limit)}", f"target at most {wording.number_en(limit)}"
    before = int(limit)
    change_vi = wording.change_vi(evidence.confirmed, before)
    return (
        f"{change_vi} so với cùng kỳ",
        f"{wording.change_en(evidence.confirmed, before)} on the same period last year",
    )


def _doubt(requires: Requires, evidence: Evidence) -> tuple[str, str] | None:
    """Why an absence proves nothing here, in both languages; None when it does."""
    worst = evidence.worst
    if worst is None:
        return "chưa có camera nào hoạt động", "no camera is in service"
    if worst.share < requires.camera_uptime:
        # rounded down: 79.99 % must never read as the 80 % that it missed
        share = int(worst.share * 10_000) / 10_000
        need_vi, need_en = wording.percent_vi(requires.camera_uptime), wording.percent_en(requires.camera_uptime)
        late_vi = ", do đưa vào dùng giữa kỳ" if worst.began_late else ""
        late_en = ", being put into service during it" if worst.began_late else ""
        return (
            f"camera {worst.camera} chỉ chạy {wording.percent_vi(share, 2)} kỳ (cần {need_vi}){late_vi}",
            f"camera {worst.camera} was up {wording.percent_en(share, 2)} of the period ({need_en} needed){late_en}",
        )
    if not requires.rule_in_service:
        return "chưa có camera nào chạy luật cho tiêu chí này", "no camera runs a rule for this criterion yet"
    return None


def _figures_vi(evidence: Evidence) -> str:
    return f"xác minh {wording.count_vi(evidence.confirmed)}, máy ghi nhận {wording.count_vi(evidence.logged)}"


def _figures_en(evidence: Evidence) -> str:
    return f"{wording.count_en(evidence.confirmed)} confirmed, {wording.count_en(evidence.logged)} machine-logged"


def _because(found: Judgement, state: Result, vi: str, en: str) -> Judgement:
    return Judgement(state=state, why_vi=f"{found.why_vi}; {vi}", why_en=f"{found.why_en}; {en}", value=found.value)
