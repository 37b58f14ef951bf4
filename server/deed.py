"""Pure: what may be done to an incident beside judging it, in which state and by whom. No database, no clock."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from server.role import Role, at_least
from server.verdict import COUNTED, OPEN, OUTCOMES, WAITING, State


class Deed(StrEnum):
    """What is done to an incident beside a move of server.verdict."""

    FACTS = "facts"
    """Write down category, unit, counts, official number, …"""
    ASSIGN = "assign"
    EXTEND = "extend"
    """More time to handle it; once."""
    MERGE = "merge"
    """It becomes part of another one, which counts in its place."""
    SPLIT = "split"
    """It becomes one of its own again, as it was."""
    LINK = "link"
    """Name another one that it has to do with; each counts as before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table: in which states, from which role on."""

    deed: Deed
    states: frozenset[State]
    role: Role


_ALIVE: Final = frozenset({*OPEN, *OUTCOMES, State.DISMISSED})
RULES: Final[tuple[Rule, ...]] = (
    Rule(deed=Deed.FACTS, states=_ALIVE, role="officer"),
    Rule(deed=Deed.ASSIGN, states=OPEN, role="officer"),
    Rule(deed=Deed.EXTEND, states=OPEN, role="supervisor"),
    Rule(deed=Deed.MERGE, states=OPEN | OUTCOMES, role="officer"),
    Rule(deed=Deed.SPLIT, states=frozenset({State.MERGED}), role="officer"),
    Rule(deed=Deed.LINK, states=_ALIVE | {State.CLOSED}, role="officer"),
)
"""The table of allowed deeds. What is closed stays as it is until it is reopened; ``merged`` and ``cancelled`` are no
incident of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a deed depends on."""

    state: State
    status: str
    mode: str
    has_deadline: bool = False
    is_extended: bool = False


def deeds(case: Case, role: Role) -> tuple[Deed, ...]:
    """What somebody of this role may do to it now."""
    return tuple(
        rule.deed
        for rule in RULES
        if case.state in rule.states and at_least(role, rule.role) and _fits(rule.deed, case)
    )


def why_not(deed: Deed, case: Case, role: Role) -> str | None:
    """Why it is refused, Vietnamese / English; None: it is not."""
    if deed in deeds(case, role):
        return None
    rule = next(rule for rule in RULES if rule.deed is deed)
    if case.state not in rule.states:
        return f"Trạng thái hiện nay không cho làm việc này. / It can't be done to an incident that is {case.state}."
    if not at_least(role, rule.role):
        return f"Quyền {role} không làm được việc này. / A {role} may not do this."
    return "Vụ việc không có thời hạn, hoặc đã gia hạn một lần. / No deadline runs, or it was extended once already."


def why_not_into(part: Case, whole: Case) -> str | None:
    """Why one incident can't become part of this other one, Vietnamese / English; None: it can.

    A sum must not lose what was counted: what an officer confirmed is no part of what nobody has judged yet.
    """
    if whole.state not in OPEN | OUTCOMES:
        return f"Không thể gộp vào vụ việc ở trạng thái này. / Nothing can be merged into one that is {whole.state}."
    if (part.status, part.mode) != (whole.status, whole.mode):
        return (
            "Diễn tập, chạy thử không gộp với vụ việc thật. / A drill or a trial is no part of a real incident, "
            "nor the other way round."
        )
    if part.state in COUNTED and whole.state in WAITING:
        return (
            "Vụ đã xác nhận không gộp vào vụ chưa duyệt; hãy gộp theo chiều ngược lại. / What is confirmed is no part "
            "of what waits for a verdict; merge the other way round."
        )
    return None


def _fits(deed: Deed, case: Case) -> bool:
    return deed is not Deed.EXTEND or (case.has_deadline and not case.is_extended)
