"""Frozen periods: what a criterion was when its period was frozen, and every adjustment since, appended and visible."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.criteria.definition import Definition
from server.criteria.period import Period
from server.schemas import ChangeOut, CriterionOut, RevisionOut
from server.store import audit, cursors
from server.store.cursors import Found
from server.store.errors import InvalidError, TakenError
from server.tables import FrozenRow, IncidentRow, UserRow

CHUNK: Final = 200
"""Codes that are asked for at once: some may not be seen by who asks."""
Live = tuple[Definition, CriterionOut, Mapping[str, Sequence[str]]]
"""A criterion, how it stands now, and by check the codes of exactly the incidents that were counted."""

_LATEST: Final = (
    select(FrozenRow.code, func.max(FrozenRow.revision).label("revision"))
    .where(FrozenRow.period == bindparam("key"))
    .group_by(FrozenRow.code)
    .subquery()
)
_OF_PERIOD: Final = (
    select(FrozenRow)
    .join(_LATEST, (_LATEST.c.code == FrozenRow.code) & (_LATEST.c.revision == FrozenRow.revision))
    .where(FrozenRow.period == bindparam("key"))
)


def of_period(session: Session, key: str) -> dict[str, FrozenRow]:
    """The latest revision of every criterion of a frozen period; nothing for an open one."""
    rows = session.scalars(_OF_PERIOD, {"key": key})
    return {row.code: row for row in rows}


def frozen_at(rows: Mapping[str, FrozenRow]) -> datetime | None:
    """When the period was frozen, or a criterion of it last adjusted; None: it is open."""
    return min((row.made_at for row in rows.values()), default=None)


def shown(live: CriterionOut, row: FrozenRow | None) -> CriterionOut:
    """What is shown: how it stands now, or how it was frozen, marked where the two differ."""
    if row is None:
        return live
    frozen = CriterionOut.model_validate(row.result)
    return frozen.model_copy(update={"revision": row.revision, "differs": _figures(frozen) != _figures(live)})


def counted(
    session: Session, row: FrozenRow, keys: Iterable[str], limit: int, after: Found | None = None, but: str = ""
) -> list[IncidentRow]:
    """The next of exactly the incidents that these checks counted then, as they were listed, newest first by check.

    ``but``: the check whose incidents are left out; ``after``: the last one of the page before. Raises InvalidError.
    """
    left_out = set(row.counted.get(but, ()))
    codes = [code for code in dict.fromkeys(chain(*(row.counted.get(key, ()) for key in keys))) if code not in left_out]
    start = 0
    if after is not None:
        last = session.scalar(select(IncidentRow.code).where(IncidentRow.id == after[1]))
        if last not in codes:
            raise cursors.unknown()
        start = codes.index(last) + 1
    found: list[IncidentRow] = []
    while start < len(codes) and len(found) < limit:
        part = codes[start : start + CHUNK]
        there = {each.code: each for each in session.scalars(select(IncidentRow).where(IncidentRow.code.in_(part)))}
        found += [there[code] for code in part if code in there]
        start += CHUNK
    return found[:limit]


def revisions(session: Session, key: str, code: str) -> tuple[RevisionOut, ...]:
    """Every revision of a criterion in a frozen period, newest first."""
    rows = session.execute(
        select(FrozenRow, UserRow.display_name)
        .join(UserRow, UserRow.id == FrozenRow.made_by)
        .where(FrozenRow.period == key, FrozenRow.code == code)
        .order_by(FrozenRow.revision.desc())
    )
    return tuple(
        RevisionOut(
            revision=row.revision,
            state=row.state,
            value=row.value,
            baseline=row.baseline,
            definition_sha256=row.definition_sha256,
            why=row.why,
            changes=tuple(ChangeOut.model_validate(each) for each in row.changes),
            made_by=name,
            made_at=row.made_at,
        )
        for row, name in rows
    )


def freeze(session: Session, period: Period, live: Sequence[Live], *, by: int, now: datetime) -> None:
    """Keep every criterion's first revision. Raises InvalidError while the period runs, TakenError if it is frozen."""
    if now < period.end_at:
        raise InvalidError(
            f"Kỳ {period.key} chưa kết thúc; chốt được từ {period.end_day:%d/%m/%Y}. / "
            f"The period {period.key} has not ended; it can be frozen from {period.end_day} on."
        )
    rows = [_row(period, each, 1, [], "", by=by, now=now) for each in live]
    try:
        with session.begin_nested():
            session.add_all(rows)
    except IntegrityError as error:
        raise TakenError(f"Kỳ {period.key} đã chốt rồi. / The period {period.key} is frozen already.") from error
    audit.record(session, now, user_id=by, action="period_frozen", subject=period.key, detail={"criteria": len(rows)})


def adjust(session: Session, period: Period, live: Live, why: str, *, by: int, now: datetime) -> None:
    """Append a revision. Raises InvalidError when the period is open, or nothing changed."""
    definition, out, codes = live
    row = of_period(session, period.key).get(definition.code)
    if row is None:
        raise InvalidError(f"Kỳ {period.key} chưa chốt. / The period {period.key} is not frozen.")
    changes = _changes(row, out, codes)
    if not changes:
        raise InvalidError("Không có gì thay đổi từ lần chốt trước. / Nothing has changed since the last revision.")
    try:
        with session.begin_nested():
            session.add(_row(period, live, row.revision + 1, changes, why, by=by, now=now))
    except IntegrityError as error:
        raise TakenError("Người khác vừa điều chỉnh. / Somebody has just adjusted it.") from error
    audit.record(
        session,
        now,
        user_id=by,
        action="period_adjusted",
        subject=f"{period.key} {definition.code}",
        detail={"revision": row.revision + 1, "why": why[:400], "changes": len(changes)},
    )


def _row(
    period: Period, live: Live, revision: int, changes: Sequence[ChangeOut], why: str, *, by: int, now: datetime
) -> FrozenRow:
    definition, out, codes = live
    return FrozenRow(
        period=period.key,
        code=definition.code,
        revision=revision,
        state=out.state,
        value=out.value,
        baseline=out.baseline,
        definition_sha256=definition.sha256(),
        result=out.model_dump(mode="json"),
        counted={key: list(each) for key, each in codes.items()},
        changes=[change.model_dump() for change in changes],
        why=why,
        made_by=by,
        made_at=now,
    )


def _changes(row: FrozenRow, out: CriterionOut, codes: Mapping[str, Sequence[str]]) -> list[ChangeOut]:
    """What differs: the state, figures, and which incidents were counted."""
    then, now = _figures(CriterionOut.model_validate(row.result)), _figures(out)
    changes = [
        ChangeOut(what=what, was=then.get(what, ""), became=now.get(what, ""))
        for what in dict.fromkeys([*then, *now])
        if then.get(what) != now.get(what)
    ]
    was = {code for each in row.counted.values() for code in each}
    became = {code for each in codes.values() for code in each}
    changes += [ChangeOut(what="added", was="", became=code) for code in sorted(became - was)]
    changes += [ChangeOut(what="removed", was=code, became="") for code in sorted(was - became)]
    return changes


def _figures(out: CriterionOut) -> dict[str, str]:
    """What makes a result: its state and each check's figure and baseline."""
    found = {"state": str(out.state)}
    for check in out.checks:
        if check.decides:
            found[check.key] = "" if check.value is None else f"{check.value:.10g}"
            if check.baseline is not None:
                found[f"{check.key} (cùng kỳ)"] = f"{check.baseline:.10g}"
    return found
