"""What officers enter for criteria, with a note and a paper; a supervisor approves what somebody else entered."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.criteria.definition import Definitions
from server.criteria.official import Entries
from server.schemas import CriterionEntryDecision, CriterionEntryIn, CriterionEntryOut, CriterionFileOut, UserOut
from server.store import audit
from server.store.errors import ForbiddenError, InvalidError, NotFoundError, TakenError
from server.tables import CriterionEntryRow, CriterionFileRow, UserRow

HIGHEST_FIGURE: Final = 1e9
"""No ward has more of anything."""
_HOLDING_OR_WAITING: Final = (
    select(CriterionEntryRow.code, CriterionEntryRow.period, CriterionEntryRow.state, CriterionEntryRow.figures)
    .where(CriterionEntryRow.state.in_(("approved", "waiting")))
    .order_by(CriterionEntryRow.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """The latest approved figures by criterion and period, and which wait."""

    approved: dict[str, Entries]
    awaiting: frozenset[tuple[str, str]]


def entered(session: Session) -> Entered:
    """Every entry that holds or waits: one query."""
    approved: dict[str, dict[str, dict[str, float]]] = {}
    awaiting: set[tuple[str, str]] = set()
    for code, period, state, figures in session.execute(_HOLDING_OR_WAITING):
        if state == "approved":
            approved.setdefault(code, {})[period] = {key: float(value) for key, value in figures.items()}
        else:
            awaiting.add((code, period))
    return Entered(approved=dict(approved), awaiting=frozenset(awaiting))


def listing(session: Session, code: str, period: str) -> tuple[CriterionEntryOut, ...]:
    """Every entry of a criterion in a period, newest first."""
    rows = session.scalars(
        select(CriterionEntryRow)
        .where(CriterionEntryRow.code == code, CriterionEntryRow.period == period)
        .order_by(CriterionEntryRow.id.desc())
    ).all()
    return _outs(session, rows)


def add(
    session: Session, definitions: Definitions, code: str, given: CriterionEntryIn, *, by: UserOut, now: datetime
) -> CriterionEntryOut:
    """An entry that waits for approval. ``given.period`` is known to be a period.

    Raises NotFoundError for an unknown criterion, InvalidError for figures that it does not ask for.
    """
    definition = definitions.get(code)
    if definition is None:
        raise NotFoundError(f"there is no criterion {code}")
    keys = definition.entry_keys
    if not keys:
        raise InvalidError(
            f"{code} do máy tính, không nhập tay. / {code} is counted by the system; nothing is entered."
        )
    for key, value in given.figures.items():
        if key not in keys:
            raise InvalidError(f"{code} không hỏi số {key!r}; chỉ: {', '.join(keys)}. / {code} asks for no {key!r}.")
        if not (math.isfinite(value) and 0 <= value <= HIGHEST_FIGURE):
            raise InvalidError(f"Số {key!r} phải từ 0 trở lên. / The figure {key!r} must be 0 or more.")
        check = definition.check(key)
        if check is not None and check.measure.unit == "%" and value > 100:
            raise InvalidError(f"Tỷ lệ {key!r} không quá 100%. / The share {key!r} is at most 100%.")
    if given.file_sha256 is not None and session.get(CriterionFileRow, given.file_sha256) is None:
        raise InvalidError("Chưa có tệp này; hãy tải lên trước. / There is no such file; upload it first.")
    row = CriterionEntryRow(
        code=code,
        period=given.period,
        figures=dict(given.figures),
        note=given.note,
        file_sha256=given.file_sha256,
        state="waiting",
        entered_by=by.id,
        entered_at=now,
    )
    session.add(row)
    session.flush()
    told = ", ".join(f"{key}={value:g}" for key, value in given.figures.items()) or "attested"
    audit.record(
        session,
        now,
        user_id=by.id,
        action="criterion_entered",
        subject=f"{code} {given.period}",
        detail={"entry": row.id, "figures": told, "note": given.note[:400]},
    )
    return _outs(session, [row])[0]


def decide(
    session: Session, entry_id: int, given: CriterionEntryDecision, *, by: UserOut, now: datetime
) -> CriterionEntryOut:
    """Approve or refuse. Raises NotFoundError; ForbiddenError for one's own; TakenError for one that was decided."""
    row = session.scalar(select(CriterionEntryRow).where(CriterionEntryRow.id == entry_id).with_for_update())
    if row is None:
        raise NotFoundError(f"there is no entry {entry_id}")
    if row.entered_by == by.id:
        raise ForbiddenError(
            "Người nhập không tự duyệt; cần một chỉ huy khác. / "
            "Who entered it may not approve it; another supervisor may."
        )
    if row.state != "waiting":
        raise TakenError("Số liệu này đã được quyết định. / This entry has been decided already.")
    row.state = "approved" if given.approve else "refused"
    row.decided_by, row.decided_at, row.decision_note = by.id, now, given.note
    audit.record(
        session,
        now,
        user_id=by.id,
        action=f"criterion_entry_{row.state}",
        subject=f"{row.code} {row.period}",
        detail={"entry": row.id, "note": given.note[:400]},
    )
    return _outs(session, [row])[0]


def keep_file(session: Session, given: CriterionFileOut, *, by: UserOut, now: datetime) -> None:
    """Remember a paper whose bytes are in the evidence store. A repeat changes nothing."""
    if session.get(CriterionFileRow, given.sha256) is None:
        session.add(CriterionFileRow(**given.model_dump(), stored_by=by.id, stored_at=now))
        audit.record(
            session, now, user_id=by.id, action="entry_file_stored", subject=given.sha256, detail={"name": given.name}
        )


def file(session: Session, sha256: str) -> CriterionFileOut | None:
    """A paper by its hash."""
    row = session.get(CriterionFileRow, sha256)
    return CriterionFileOut.model_validate(row) if row else None


def _outs(session: Session, rows: Iterable[CriterionEntryRow]) -> tuple[CriterionEntryOut, ...]:
    rows = list(rows)
    people = {row.entered_by for row in rows} | {row.decided_by for row in rows if row.decided_by is not None}
    hashes = {row.file_sha256 for row in rows if row.file_sha256 is not None}
    names: dict[int, str] = {}
    files: dict[str, str] = {}
    if people:
        found = session.execute(select(UserRow.id, UserRow.display_name).where(UserRow.id.in_(people)))
        names = dict(found.all())
    if hashes:
        papers = select(CriterionFileRow.sha256, CriterionFileRow.name).where(CriterionFileRow.sha256.in_(hashes))
        files = dict(session.execute(papers).all())
    return tuple(
        CriterionEntryOut(
            id=row.id,
            code=row.code,
            period=row.period,
            figures={key: float(value) for key, value in row.figures.items()},
            note=row.note,
            file_sha256=row.file_sha256,
            file_name=files.get(row.file_sha256 or "", ""),
            state=row.state,
            entered_by=names.get(row.entered_by, ""),
            entered_at=row.entered_at,
            decided_by=names.get(row.decided_by) if row.decided_by is not None else None,
            decided_at=row.decided_at,
            decision_note=row.decision_note or "",
        )
        for row in rows
    )
