"""The criteria as somebody saved them: versions that are appended; and what another text would change."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from server.criteria.definition import Definitions, check
from server.criteria.period import Period
from server.schemas import (
    CriteriaTextIn,
    CriteriaTextOut,
    CriteriaVersionOut,
    CriterionChange,
    CriterionOut,
    UserOut,
)
from server.store import audit, criteria
from server.store.errors import InvalidError, NotFoundError, StaleError
from server.tables import CriteriaVersion, UserRow

_STALE: Final = (
    "%s vừa lưu bản %s; hãy xem lại thay đổi so với bản đó rồi lưu. / "
    "%s has saved version %s meanwhile; look at what differs from it, then save."
)


def newest(session: Session) -> int:
    """The version that holds; 0: nothing was ever saved."""
    return session.scalar(select(func.max(CriteriaVersion.id))) or 0


def text_of(session: Session, version: int) -> str:
    """A version's text; empty: the site's file. Raises NotFoundError."""
    return _row(session, version)[0].text


def read(session: Session, file_text: str, version: int | None = None) -> CriteriaTextOut:
    """A version with its text; None: the newest, 0: the site's file. Raises NotFoundError."""
    wanted = newest(session) if version is None else version
    if wanted == 0:
        return CriteriaTextOut(version=0, text=file_text, is_from_file=True)
    row, name = _row(session, wanted)
    return CriteriaTextOut(
        version=row.id,
        text=row.text or file_text,
        is_from_file=not row.text,
        saved_by=name,
        saved_at=row.saved_at,
        reason=row.reason,
    )


def history(session: Session, limit: int = 50) -> tuple[CriteriaVersionOut, ...]:
    """Newest first."""
    rows = session.execute(
        select(
            CriteriaVersion.id,
            UserRow.display_name,
            CriteriaVersion.saved_at,
            CriteriaVersion.reason,
            CriteriaVersion.sha256,
        )
        .outerjoin(UserRow, UserRow.id == CriteriaVersion.saved_by)
        .order_by(CriteriaVersion.id.desc())
        .limit(limit)
    )
    return tuple(
        CriteriaVersionOut(version=key, saved_by=name or "", saved_at=at, reason=reason, is_from_file=not sha256)
        for key, name, at, reason, sha256 in rows
    )


def save(session: Session, given: CriteriaTextIn, file_text: str, *, by: UserOut, now: datetime) -> CriteriaTextOut:
    """Append a version. Raises StaleError, and InvalidError for a text with faults."""
    found = check(given.text) if given.text is not None else None
    if isinstance(found, tuple):
        count, first = len(found), found[0]
        raise InvalidError(
            f"Bộ tiêu chí còn {count} lỗi: dòng {first.text('vi')}. / "
            f"The criteria have {count} faults: line {first.text('en')}."
        )
    if newest(session) != given.version:
        raise _stale(session, file_text)
    text = given.text or ""
    row = CriteriaVersion(
        # its own number, so that of two who save at once the key refuses one
        id=given.version + 1,
        saved_at=now,
        saved_by=by.id,
        reason=given.reason,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest() if text else "",
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise _stale(session, file_text) from error
    detail = {"why": given.reason, "sha256": row.sha256}
    if text:
        audit.record(session, now, user_id=by.id, action="criteria_saved", subject=str(row.id), detail=detail)
    else:
        audit.record(session, now, user_id=by.id, action="criteria_from_file", subject=str(row.id), detail=detail)
    return read(session, file_text, row.id)


def changes(
    session: Session, old: Definitions, new: Definitions, period: Period, now: datetime
) -> tuple[CriterionChange, ...]:
    """What would be another way in the scoreboard of the period, in the new order; what is removed comes last."""
    was = _board(session, old, period, now)
    becomes = _board(session, new, period, now)
    codes = [*becomes, *(code for code in was if code not in becomes)]
    found = (_change(code, old, new, was.get(code), becomes.get(code)) for code in codes)
    return tuple(each for each in found if each is not None)


def _change(
    code: str, old: Definitions, new: Definitions, was: CriterionOut | None, becomes: CriterionOut | None
) -> CriterionChange | None:
    if was is None:
        return CriterionChange(code=code, kind="added", was=None, becomes=becomes)
    if becomes is None:
        return CriterionChange(code=code, kind="removed", was=was, becomes=None)
    if _outcome(was) != _outcome(becomes):
        return CriterionChange(code=code, kind="result", was=was, becomes=becomes)
    before, after = old.get(code), new.get(code)
    if before is not None and after is not None and before.sha256() != after.sha256():
        return CriterionChange(code=code, kind="wording", was=was, becomes=becomes)
    return None


def _outcome(criterion: CriterionOut) -> tuple[object, ...]:
    """What officers would see change: the states and figures of it and its checks."""
    of_checks = tuple((each.key, each.state, each.value, each.baseline) for each in criterion.checks)
    return criterion.state, criterion.value, criterion.baseline, of_checks


def _board(session: Session, definitions: Definitions, period: Period, now: datetime) -> Mapping[str, CriterionOut]:
    return {each.code: each for each in criteria.scoreboard(session, definitions, period, now).criteria}


def _stale(session: Session, file_text: str) -> StaleError:
    current = read(session, file_text)
    return StaleError(_STALE % (current.saved_by, current.version, current.saved_by, current.version), current)


def _row(session: Session, version: int) -> tuple[CriteriaVersion, str]:
    found = session.execute(
        select(CriteriaVersion, UserRow.display_name)
        .outerjoin(UserRow, UserRow.id == CriteriaVersion.saved_by)
        .where(CriteriaVersion.id == version)
    ).one_or_none()
    if found is None:
        raise NotFoundError(f"Không có bản {version}. / There is no version {version}.")
    return found[0], found[1] or ""
