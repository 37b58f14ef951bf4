"""Evidence that may go: what each file hangs on, and the record of what was deleted."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server import retention
from server.retention import Due, Kept, Policy, Rule
from server.tables import AuditRow, DeletionRow, EventRow, EvidenceRow, HoldRow, IncidentRow, VerdictRow
from server.verdict import State

_CHUNK: Final = 400
"""Hashes in one query: below every database's limit of parameters."""
_LONGEST_CHAIN: Final = 8
"""Merges of merges that are followed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One event's claim on a file."""

    evidence_id: int
    kind: str
    event_id: str
    incident_id: int | None
    incident_code: str
    kept: Kept


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A stored file with everything that needs it. ``due`` None: somebody keeps it."""

    sha256: str
    bytes: int
    parts: tuple[Part, ...]
    due: Due | None

    @property
    def stored_at(self) -> datetime:
        """When it came; of several claims the latest."""
        return max(part.kept.stored_at for part in self.parts)


def files(session: Session, policy: Policy) -> Iterator[File]:
    """Every stored file, in the order in which they were named; a few queries for each 400."""
    last_id = 0
    while True:
        found = session.execute(
            select(EvidenceRow.id, EvidenceRow.sha256)
            .where(EvidenceRow.id > last_id, EvidenceRow.stored_at.is_not(None))
            .order_by(EvidenceRow.id)
            .limit(_CHUNK)
        ).all()
        if not found:
            return
        first_id, last_id = found[0].id, found[-1].id
        for file in of_hashes(session, {row.sha256 for row in found}, policy):
            # a file that several events share is told once, with the first of them
            if first_id <= min(part.evidence_id for part in file.parts):
                yield file


def of_hashes(session: Session, hashes: Collection[str], policy: Policy, *, lock: bool = False) -> list[File]:
    """The stored files of these hashes. ``lock``: their incidents stay as they are until the transaction ends."""
    asked = (
        select(EvidenceRow, EventRow.incident_id)
        .join(EventRow, EventRow.id == EvidenceRow.event_id)
        .where(EvidenceRow.sha256.in_(sorted(hashes)), EvidenceRow.stored_at.is_not(None))
        .order_by(EvidenceRow.id)
    )
    rows = session.execute(asked).all()
    stands = _standings(session, {row.incident_id for row in rows if row.incident_id is not None}, lock=lock)
    parts: dict[str, list[Part]] = defaultdict(list)
    sizes: dict[str, int] = {}
    for evidence, incident_id in rows:
        if evidence.stored_at is None:
            continue
        stand = stands.get(incident_id)
        sizes[evidence.sha256] = evidence.bytes
        parts[evidence.sha256].append(
            Part(
                evidence_id=evidence.id,
                kind=evidence.kind,
                event_id=evidence.event_id,
                incident_id=incident_id,
                incident_code=stand.code if stand else "",
                kept=stand.kept(evidence.stored_at) if stand else Kept(stored_at=evidence.stored_at, state=None),
            )
        )
    return [
        File(
            sha256=sha256,
            bytes=sizes[sha256],
            parts=tuple(each),
            due=retention.last_due([retention.due(part.kept, policy) for part in each]),
        )
        for sha256, each in parts.items()
    ]


def record(session: Session, gone: Sequence[File], rule: Rule | None, policy: Policy, now: datetime) -> None:
    """Say that these files are deleted, before they are, a row for each event that had them.

    ``rule`` None: each by its own.
    """
    for file in gone:
        if file.due is None:
            raise ValueError(f"{file.sha256} is kept by an officer")
        because = rule or file.due.rule
        session.add_all(
            DeletionRow(
                deleted_at=now,
                removed_at=None,
                rule=because,
                why=retention.why(because, policy),
                kind=part.kind,
                sha256=file.sha256,
                bytes=file.bytes,
                incident_code=part.incident_code,
                event_id=part.event_id,
            )
            for part in file.parts
        )
        session.execute(
            update(EvidenceRow)
            .where(EvidenceRow.id.in_([part.evidence_id for part in file.parts]))
            .values(stored_at=None, deleted_at=now, deleted_rule=because)
            .execution_options(synchronize_session=False)
        )
    session.flush()


def unfinished(session: Session) -> list[str]:
    """Hashes whose deletion is on record and whose bytes may still lie here; none that came again since."""
    again = select(EvidenceRow.sha256).where(EvidenceRow.stored_at.is_not(None))
    found = select(DeletionRow.sha256).where(DeletionRow.removed_at.is_(None), DeletionRow.sha256 != "").distinct()
    return list(session.scalars(found.where(DeletionRow.sha256.not_in(again)).limit(_CHUNK)))


def finish(session: Session, hashes: Collection[str], now: datetime) -> None:
    """Their bytes are gone from the disk."""
    session.execute(
        update(DeletionRow)
        .where(DeletionRow.removed_at.is_(None), DeletionRow.sha256.in_(sorted(hashes)))
        .values(removed_at=now)
        .execution_options(synchronize_session=False)
    )


def forget_log(session: Session, policy: Policy, now: datetime) -> int:
    """Delete audit rows and records of deletions that are too old, and leave a record of how many; how many."""
    before = now - policy.audit
    # a prefix and no more: what is left of the chain of hashes can still be checked
    first_kept = select(func.min(AuditRow.id)).where(AuditRow.at >= before).scalar_subquery()
    ids = session.scalars(select(AuditRow.id).where(AuditRow.at < before, AuditRow.id < first_kept)).all()
    for start in range(0, len(ids), _CHUNK):
        session.execute(delete(AuditRow).where(AuditRow.id.in_(ids[start : start + _CHUNK])))
    old = session.scalars(select(DeletionRow.id).where(DeletionRow.deleted_at < before)).all()
    for start in range(0, len(old), _CHUNK):
        session.execute(delete(DeletionRow).where(DeletionRow.id.in_(old[start : start + _CHUNK])))
    if ids:
        sentence = retention.why(Rule.AUDIT, policy)
        why = f"{len(ids)}: {sentence}"
        session.add(DeletionRow(deleted_at=now, removed_at=now, rule=Rule.AUDIT, why=why, kind="audit"))
    return len(ids) + len(old)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """How an incident stands, or the one that it is part of."""

    code: str
    state: State
    decided_at: datetime | None
    closed_at: datetime | None
    is_held: bool

    def kept(self, stored_at: datetime) -> Kept:
        return Kept(
            stored_at=stored_at,
            state=self.state,
            decided_at=self.decided_at,
            closed_at=self.closed_at,
            is_held=self.is_held,
        )


def _standings(session: Session, incident_ids: set[int], *, lock: bool) -> dict[int | None, _Standing]:
    """How these incidents stand; of one that was merged, how that one stands which counts in its place."""
    rows = _incidents(session, incident_ids, lock=lock)
    for _ in range(_LONGEST_CHAIN):
        targets = {row.merged_into for row in rows.values() if row.merged_into is not None} - rows.keys()
        if not targets:
            break
        rows |= _incidents(session, targets, lock=lock)
    held = set(session.scalars(select(HoldRow.incident_id).where(HoldRow.incident_id.in_(sorted(rows)))))
    decided = select(VerdictRow.incident_id, func.max(VerdictRow.decided_at)).where(
        VerdictRow.incident_id.in_(sorted(rows))
    )
    decided_at = dict(session.execute(decided.group_by(VerdictRow.incident_id)).all())
    found: dict[int | None, _Standing] = {}
    for incident_id in incident_ids & rows.keys():
        chain = _chain(rows, incident_id)
        last = chain[-1]
        found[incident_id] = _Standing(
            code=rows[incident_id].code,
            state=State(last.state),
            decided_at=decided_at.get(last.id),
            closed_at=last.closed_at,
            is_held=any(row.id in held for row in chain),
        )
    return found


def _incidents(session: Session, ids: set[int], *, lock: bool) -> dict[int, IncidentRow]:
    asked = select(IncidentRow).where(IncidentRow.id.in_(sorted(ids))).order_by(IncidentRow.id)
    return {row.id: row for row in session.scalars(asked.with_for_update() if lock else asked)}


def _chain(rows: dict[int, IncidentRow], incident_id: int) -> list[IncidentRow]:
    chain = [rows[incident_id]]
    while (into := chain[-1].merged_into) is not None and into in rows and len(chain) <= _LONGEST_CHAIN:
        chain.append(rows[into])
    return chain
