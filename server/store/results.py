"""One criterion's result in a period, from what is known: figures, officers' entries, mergers. No queries here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from server import wording
from server.criteria.definition import Check, Definition
from server.criteria.judge import Evidence, Judgement, not_applicable, weigh, whole
from server.criteria.official import Entries, Official, Resolved
from server.criteria.period import Period
from server.criteria.tally import Tally, median
from server.schemas import CheckOut, CriterionOut
from server.store.figures import Figures, Side

PER_HOURS: Final = 1000.0
"""Incidents are told per so many camera-hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What results are made of. ``entries``: by criterion, the latest approved figures of every period; ``awaiting``:
    criterion and period of entries that wait for approval; ``mergers``: days on which the ward's area changed."""

    figures: Figures
    entries: Mapping[str, Entries] = field(default_factory=dict)
    awaiting: frozenset[tuple[str, str]] = frozenset()
    mergers: tuple[date, ...] = ()

    @property
    def merged_on(self) -> date | None:
        """The latest day between the beginnings of cùng kỳ and the end of the period, on which the area changed."""
        figures = self.figures
        first, end = figures.before.period.first_day, figures.current.period.end_day
        return max((day for day in self.mergers if first < day < end), default=None)


def result(definition: Definition, known: Known) -> CriterionOut:
    """The criterion in the period of the figures."""
    figures = known.figures
    applies = definition.applies(figures.current.period)
    evidence = [_evidence(definition, check, known) for check in definition.checks]
    found = [weigh(check, each) for check, each in zip(definition.checks, evidence, strict=True)]
    outs = tuple(map(_check_out, definition.checks, evidence, found))
    judged = whole(definition, found) if applies else not_applicable()
    main, on = outs[0], {check.measure.entity for check in definition.checks}
    compares = any(check.compare and check.compare.against != "target" for check in definition.checks)
    rates = _rates(definition, figures)
    return CriterionOut(
        code=definition.code,
        name_vi=definition.name.vi,
        name_en=definition.name.en,
        input=definition.input,
        basis=definition.basis.mark,
        state=judged.state,
        why_vi=judged.why_vi,
        why_en=judged.why_en,
        value=judged.value,
        logged=_logged(definition, figures) if applies else 0,
        baseline=main.baseline,
        target_vi=definition.target.vi,
        target_en=definition.target.en,
        uptime=evidence[0].uptime if on != {"entry"} else None,
        unit=main.unit,
        better=main.better,
        camera_hours=figures.current.camera_hours if on != {"entry"} else None,
        baseline_camera_hours=figures.before.camera_hours if "incident" in on else None,
        rate=rates[0],
        baseline_rate=rates[1],
        change_vi=main.change_vi,
        change_en=main.change_en,
        checks=outs if applies else (),
        trend=_trend(definition, known) if applies else (),
        merged_on=known.merged_on if compares and applies else None,
    )


def _evidence(definition: Definition, check: Check, known: Known) -> Evidence:
    figures, side = known.figures, known.figures.current
    tally = figures.tallies[definition.code, check.key]
    waits = tally.sums(side.period, counted=False).cases
    measured = _resolved(definition, check, known, tally)
    base = Evidence(
        elapsed_s=side.elapsed_s,
        value=measured.value,
        logged=waits,
        cases=tally.sums(side.period, counted=True).cases,
        entered=measured.entered,
        attested=measured.attested,
        awaits_approval=(definition.code, side.period.key) in known.awaiting,
        cameras=side.uptimes,
    )
    if not measured.entered:
        more = tally.if_confirmed(side.period)
        if check.measure.aggregate == "standing" and measured.value is not None:
            more = measured.value + waits
        base = replace(base, if_confirmed=more)
    if check.compare is None or check.compare.against == "target":
        return base
    return replace(base, baseline=_baseline(definition, check, known, tally), broken=known.merged_on)


def _resolved(definition: Definition, check: Check, known: Known, tally: Tally) -> Resolved:
    """The check's figure: what officers entered, or what was counted."""
    side = known.figures.current
    official = Official(until=side.until, entries=known.entries.get(definition.code, {}))
    if check.measure.entity == "entry":
        return official.resolve(check, side.period, lambda _part: None)
    special = _special(definition, check, side)
    if special is not None or check.measure.aggregate in {"standing", "median_time_to_clear"}:
        return official.resolve(check, side.period, lambda _part: special)
    return official.resolve(check, side.period, tally.value)


def _special(definition: Definition, check: Check, side: Side) -> float | None:
    """What no sum over months can tell: spots that stand at the end, the median time to clear one."""
    key = (definition.code, check.key)
    if check.measure.aggregate == "standing":
        return float(sum(spots for bearing, spots in side.standing.items() if key in bearing.checks))
    if check.measure.aggregate == "median_time_to_clear":
        return median([piece for bearing, pieces in side.cleared.items() if key in bearing.checks for piece in pieces])
    return None


def _baseline(definition: Definition, check: Check, known: Known, tally: Tally) -> float | None:
    """Cùng kỳ: what officers vouch for, else what was confirmed then, if the cameras were up enough to have seen it.

    A year in which half the cameras were dead is no yardstick: its low figure would make this year look worse.
    """
    before = known.figures.before
    official = Official(until=before.until, entries=known.entries.get(definition.code, {}))
    counted = tally.value if check.measure.entity == "incident" else lambda _part: None
    found = official.resolve(check, before.period, counted)
    if found.attested:
        return found.value
    if check is definition.checks[0] and before.period.key in definition.baselines:
        return definition.baselines[before.period.key]
    if check.requires is None or not before.cameras or before.elapsed_s <= 0:
        return None
    worst = min(camera.share for camera in before.uptimes)
    return found.value if worst >= check.requires.camera_uptime else None


def _check_out(check: Check, evidence: Evidence, found: Judgement) -> CheckOut:
    value, baseline, unit = found.value, evidence.baseline, check.measure.unit
    change = ("", "")
    if value is not None and baseline is not None:
        change = (
            wording.change_vi(int(value), int(baseline), unit),
            wording.change_en(int(value), int(baseline), unit),
        )
    return CheckOut(
        key=check.key,
        name_vi=check.name.vi if check.name else "",
        name_en=check.name.en if check.name else "",
        state=found.state,
        decides=check.decides,
        value=value,
        baseline=baseline,
        logged=evidence.logged,
        unit=unit,
        better=check.better,
        entered=evidence.entered,
        attested=evidence.attested,
        counted_value=float(evidence.cases) if check.measure.entity == "incident" and evidence.entered else None,
        why_vi=found.why_vi,
        why_en=found.why_en,
        change_vi=change[0],
        change_en=change[1],
        turns_vi=found.turns_vi,
        turns_en=found.turns_en,
    )


def _logged(definition: Definition, figures: Figures) -> int:
    """Incidents of the period that wait and bear on any of its checks, each once."""
    start, end = figures.current.period.start_at, figures.current.period.end_at
    return sum(
        cell.sums.cases
        for bearing, cells in figures.cells.items()
        if any(code == definition.code for code, _ in bearing.checks)
        for cell in cells
        if not cell.counted and start <= cell.at < end
    )


def _rates(definition: Definition, figures: Figures) -> tuple[float | None, float | None]:
    """Confirmed incidents per 1,000 camera-hours, now and a year earlier."""
    counting = next((check for check in definition.checks if check.measure.entity == "incident"), None)
    if counting is None:
        return None, None
    tally = figures.tallies[definition.code, counting.key]

    def rate(side: Side) -> float | None:
        cases = tally.sums(side.period, counted=True).cases
        return PER_HOURS * cases / side.camera_hours if side.camera_hours >= 1.0 else None

    return rate(figures.current), rate(figures.before)


def _trend(definition: Definition, known: Known) -> tuple[float, ...]:
    """By month: what was counted, or entered; of spots that stand, how many were confirmed in each month."""
    check, figures = definition.checks[0], known.figures
    if check.measure.entity == "camera" or not figures.months:
        return ()
    tally = figures.tallies[definition.code, check.key]
    official = Official(until=figures.now, entries=known.entries.get(definition.code, {}))

    def counted(month: Period) -> float | None:
        return None if check.measure.entity == "entry" else tally.value(month)

    if check.measure.aggregate in {"standing", "median_time_to_clear"}:
        return tuple(float(tally.sums(month, counted=True).cases) for month in figures.months)
    found = [official.resolve(check, month, counted).value for month in figures.months]
    return () if all(value is None for value in found) else tuple(value or 0.0 for value in found)
