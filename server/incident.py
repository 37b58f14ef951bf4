"""Pure: which incident does an event belong to, and what do its events make of an incident? No database, no clock.

An officer should decide once about one thing that goes on. So events of one camera, rule and place that lie within a
window of each other are one incident. What may still be joined follows from what a verdict covers:

- ``new``, ``claimed``, ``verifying``: yes, nobody has decided yet.
- ``confirmed``: yes, the same thing goes on and has been counted; a second incident would count it twice.
- ``reminded`` … ``resolved``, ``closed``: never. It was handled; what is seen after that is there again.
- ``dismissed``: never. The officer judged what they saw; what came after it must be looked at.
- ``cancelled``: never. The edge took it back; what it says now is something else.
- ``merged``: never, but what would have joined it joins the incident it is part of, when that one is of the same
  camera, rule and place and may still be joined; else a new one, as nobody has said that it belongs there.

A drill never joins a real incident, nor a rule on trial an active one: only one of the two is counted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from contract.event import Severity
from server.verdict import COUNTED, State

JOINABLE: Final = frozenset({State.NEW, State.CLAIMED, State.VERIFYING, State.CONFIRMED})
_SEVERITIES: Final = list(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What the events of one incident have in common."""

    camera_id: int
    rule_name: str
    place: str
    mode: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From the first sight to the last, both included."""

    begin: datetime
    end: datetime

    def gap(self, other: "Span") -> timedelta:
        """How far the two lie apart; zero when they touch or overlap."""
        return max(self.begin - other.end, other.begin - self.end, timedelta(0))

    def union(self, other: "Span") -> "Span":
        """The shortest span that holds both."""
        return Span(begin=min(self.begin, other.begin), end=max(self.end, other.end))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An incident as placement sees it."""

    id: int
    key: Key
    span: Span
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What some events of one incident say together."""

    span: Span
    severity: Severity
    is_cancelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """What all events of an incident make of it."""

    span: Span
    severity: Severity
    state: State


def place(key: Key, span: Span, incidents: Iterable[Standing], window: timedelta) -> Standing | None:
    """The incident that an event joins, or None when it is one of its own.

    The nearest in time wins, and of equally near ones the oldest; so the answer does not depend on the order given.
    """
    near = [
        incident
        for incident in incidents
        if incident.key == key and incident.state in JOINABLE and incident.span.gap(span) <= window
    ]
    return min(near, key=lambda incident: (incident.span.gap(span), incident.id), default=None)


def whole(parts: Sequence[Part], state: State, *, is_claimed: bool) -> Whole:
    """An incident after its events changed. ``parts``: at least one; ``state``: the one it is in.

    Cancelled events count only while there is nothing else. When the edge takes back every event, an incident that
    nobody went to see is ``cancelled``; what an officer does or says stands whatever the edge says later.
    """
    live = [part for part in parts if not part.is_cancelled]
    told = live or list(parts)
    span = told[0].span
    for part in told[1:]:
        span = span.union(part.span)
    severity = max((part.severity for part in told), key=_SEVERITIES.index)
    if not live and state in {State.NEW, State.CLAIMED}:
        state = State.CANCELLED
    elif live and state is State.CANCELLED:
        state = State.CLAIMED if is_claimed else State.NEW
    return Whole(span=span, severity=severity, state=state)


def occurred_at(whole: Whole, before: datetime) -> datetime:
    """When an incident counts as having occurred: when its first event began.

    Once it counts, by itself or in another, that stays as it was (``before``): an earlier event that joins late is
    shown with it, but must not carry what was counted, and perhaps reported, over into another period. An undo lets it
    follow its events again.
    """
    return before if whole.state in COUNTED | {State.MERGED} else whole.span.begin


def code(year: int, number: int) -> str:
    """What officers call an incident: its year and its number in that year, ``AN-2026-000412``."""
    return f"AN-{year}-{number:06d}"
