"""Pure: what officers entered for a period: its own figure, or the sum of what they entered for its parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.criteria.definition import Check
from server.criteria.period import Period

Figures = Mapping[str, float]
"""Check key → figure. A check that is missing is attested: "what the system counted is whole"."""
Entries = Mapping[str, Figures]
"""Period key → the figures of the latest approved entry of one criterion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """``value``: the figure, None when nobody can say. ``entered``: it was entered, at least in part. ``attested``:
    officers vouch for the whole of it."""

    value: float | None
    entered: bool = False
    attested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Official:
    """Reads the approved entries of one criterion. ``until``: parts that had not begun by then are left out."""

    until: datetime
    entries: Entries = field(default_factory=dict)

    def resolve(self, check: Check, period: Period, counted: Callable[[Period], float | None]) -> Resolved:
        """The check's figure in a period. ``counted``: what incidents give for a part; None where they give nothing.

        A figure of the period itself stands. Else an additive one is the sum over its parts, each of which is its own
        figure, or what was counted: so months add up to their quarter.
        """
        if not self.entries:
            return Resolved(value=counted(period))  # which is the sum of its parts
        own = self.entries.get(period.key)
        if own is not None and check.key in own:
            return Resolved(value=own[check.key], entered=True, attested=True)
        vouched = check.entered and (own is not None or self._vouched_above(check, period))
        if not check.measure.is_additive:
            return Resolved(value=counted(period), attested=vouched)
        parts = [part for part in period.parts() if part.start_at < self.until]
        if not parts:
            return Resolved(value=counted(period), attested=vouched)
        found = [self.resolve(check, part, counted) for part in parts]
        known = [each.value for each in found if each.value is not None]
        return Resolved(
            value=sum(known) if known else None,
            entered=any(each.entered for each in found),
            attested=vouched or all(each.attested for each in found),
        )

    def _vouched_above(self, check: Check, period: Period) -> bool:
        """An officer vouched for the counts of a longer period that this one is part of."""
        return any(check.key not in figures for key, figures in self.entries.items() if key in period.within())
