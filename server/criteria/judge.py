"""Pure: from figures, a baseline and camera uptime to a state and the sentence that explains it.

Four rules of the domain stand here. Only confirmed incidents decide; machine-logged ones can at most put a criterion
at risk. A result that rests on absence (a zero, or staying under a limit) is only met when every camera in service was
up long enough; otherwise it is unknown, never met. What was confirmed stands whatever the uptime was. What an officer
must enter is never met before the entry is approved. A criterion is as good as its worst check.
"""

from collections.abc import Sequence
from typing import Final

from server.criteria import phrases
from server.criteria.definition import Check, Definition
from server.criteria.evidence import Evidence, Judgement, Result, Uptime
from server.criteria.vocabulary import Compare, Requires

__all__ = ["Evidence", "Judgement", "Result", "Uptime", "judge", "not_applicable", "weigh", "whole"]

BEST_FIRST: Final[tuple[Result, ...]] = ("met", "unknown", "at_risk", "not_met")
"""How good a state is: of several checks the worst one is the criterion's."""


def judge(definition: Definition, evidence: Sequence[Evidence]) -> Judgement:
    """The criterion's state in a period it applies to. ``evidence``: of each check, in their order."""
    found = [weigh(check, each) for check, each in zip(definition.checks, evidence, strict=True)]
    return whole(definition, found)


def whole(definition: Definition, found: Sequence[Judgement]) -> Judgement:
    """The criterion's state from its checks': the worst of those that decide; ``value`` is the first check's."""
    pairs = list(zip(definition.checks, found, strict=True))
    deciding = [(check, each) for check, each in pairs if check.decides]
    state = max((each.state for _, each in deciding), key=BEST_FIRST.index)
    telling = pairs if state == "met" else [(check, each) for check, each in deciding if each.state == state]
    named = len(pairs) > 1
    return Judgement(
        state=state,
        why_vi=_joined([(check.name.vi if named and check.name else "", each.why_vi) for check, each in telling]),
        why_en=_joined([(check.name.en if named and check.name else "", each.why_en) for check, each in telling]),
        value=found[0].value,
        turns_vi=_joined([("", each.turns_vi) for _, each in telling]),
        turns_en=_joined([("", each.turns_en) for _, each in telling]),
    )


def not_applicable() -> Judgement:
    """For a period in which the criterion is not in effect."""
    return Judgement(
        state="not_applicable",
        why_vi="tiêu chí không áp dụng trong kỳ này",
        why_en="the criterion is not in effect in this period",
    )


def weigh(check: Check, evidence: Evidence) -> Judgement:
    """One check's state. One that does not decide is "unknown", and ``whole`` leaves it out."""
    if evidence.elapsed_s <= 0:
        return Judgement(state="unknown", why_vi="kỳ chưa bắt đầu", why_en="the period has not begun")
    if check.measure.entity == "camera":
        return _cameras(check, evidence)
    if check.measure.entity == "entry" and evidence.value is None:
        vi, en = phrases.awaited(evidence)
        return Judgement(state="unknown", why_vi=vi, why_en=en)
    return _compared(check, evidence)


def _compared(check: Check, evidence: Evidence) -> Judgement:
    vi, en = phrases.figures(check, evidence)
    found = Judgement(state="unknown", why_vi=vi, why_en=en, value=evidence.value)
    compare = check.compare
    if compare is None:
        return found
    limit = compare.target if compare.against == "target" else evidence.baseline
    if limit is None:
        return _because(found, "unknown", "chưa có số liệu cùng kỳ", "no figure for the same period last year")
    if evidence.value is None:
        return _proven(check, found, evidence)
    turned = phrases.turns(check, evidence.value, limit)
    found = Judgement(
        state="unknown", why_vi=vi, why_en=en, value=evidence.value, turns_vi=turned[0], turns_en=turned[1]
    )
    against = phrases.compared(check, evidence, limit)
    if not _keeps(compare, evidence.value, limit):
        if _is_small(compare, evidence.value, limit):
            return _because(
                found, "at_risk", f"{against[0]}; số gốc nhỏ, chưa kết luận", f"{against[1]}; small base, no conclusion"
            )
        return _because(found, "not_met", *against)
    if evidence.if_confirmed is not None and not _keeps(compare, evidence.if_confirmed, limit):
        return _because(
            found,
            "at_risk",
            f"{against[0]}; sẽ vượt nếu các vụ máy ghi nhận được xác minh",
            f"{against[1]}; broken if what the machine logged is confirmed",
        )
    return _proven(check, _because(found, "unknown", *against), evidence)


def _proven(check: Check, found: Judgement, evidence: Evidence) -> Judgement:
    """Met, unless an entry is missing or the cameras can't vouch for what was not seen."""
    by_officer = check.entered or check.measure.entity == "entry"
    # what is still to be entered can only add to a sum that has reached its target
    reached = check.measure.entity == "entry" and check.measure.aggregate == "sum" and check.better == "higher"
    if by_officer and not evidence.attested and not reached:
        return _because(found, "unknown", *phrases.awaited(evidence))
    # what an officer vouches for does not rest on cameras
    doubt = _doubt(check.requires, evidence) if check.requires is not None and not by_officer else None
    if doubt is not None:
        return _because(found, "unknown", f"không đủ dữ liệu: {doubt[0]}", f"not enough data: {doubt[1]}")
    return Judgement(
        state="met",
        why_vi=found.why_vi,
        why_en=found.why_en,
        value=found.value,
        turns_vi=found.turns_vi,
        turns_en=found.turns_en,
    )


def _keeps(compare: Compare, value: float, limit: float) -> bool:
    return value <= limit if compare.rule == "at_most" else value >= limit


def _is_small(compare: Compare, value: float, limit: float) -> bool:
    small = compare.small_base
    return small is not None and limit < small.below and value <= limit + small.allow


def _cameras(check: Check, evidence: Evidence) -> Judgement:
    counts = check.measure.aggregate == "count"
    since = evidence.since_its_start
    if not evidence.cameras or (not counts and since.uptime is None):
        late = bool(evidence.cameras)
        return Judgement(
            state="unknown",
            why_vi="không đủ dữ liệu: "
            + ("mọi camera đều mới đưa vào dùng trong kỳ" if late else "chưa có camera nào hoạt động"),
            why_en="not enough data: "
            + ("every camera was put into service during the period" if late else "no camera is in service"),
            value=0.0 if counts else None,
        )
    value = float(len(evidence.cameras)) if counts else (since.uptime or 0.0) * 100.0
    vi, en = phrases.inventory(evidence) if counts else phrases.uptime(since)
    compare = check.compare
    if compare is None or compare.target is None:
        return Judgement(state="unknown", why_vi=vi, why_en=en, value=value)
    met = _keeps(compare, value, compare.target)
    return Judgement(state="met" if met else "not_met", why_vi=vi, why_en=en, value=value)


def _doubt(requires: Requires, evidence: Evidence) -> tuple[str, str] | None:
    """Why an absence proves nothing here, in both languages; None when it does."""
    worst = evidence.worst
    if worst is None:
        return "chưa có camera nào hoạt động", "no camera is in service"
    if worst.share < requires.camera_uptime:
        return phrases.too_little(worst, requires.camera_uptime)
    if not requires.rule_in_service:
        return "chưa có camera nào chạy luật cho tiêu chí này", "no camera runs a rule for this criterion yet"
    return None


def _because(found: Judgement, state: Result, vi: str, en: str) -> Judgement:
    return Judgement(
        state=state,
        why_vi="; ".join(part for part in (found.why_vi, vi) if part),
        why_en="; ".join(part for part in (found.why_en, en) if part),
        value=found.value,
        turns_vi=found.turns_vi,
        turns_en=found.turns_en,
    )


def _joined(parts: Sequence[tuple[str, str]]) -> str:
    told = [text for _, text in parts if text]
    if len(told) > 1 and len(set(told)) == 1:  # one reason for all of them needs no names
        return told[0]
    return " · ".join(f"{name}: {text}" if name else text for name, text in parts if text)
