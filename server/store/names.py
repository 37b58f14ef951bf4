"""What there is to search for: cameras, units, people, rules and places, found by what officers call them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import CTE, ColumnElement, func, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.criteria.definition import Definitions
from server.search import Key, fold
from server.search.words import RULES
from server.store.errors import InvalidError
from server.tables import CameraRow, EdgeRow, IncidentRow, UserRow

NO_TEXT: Final[ColumnElement[str]] = literal_column("''")
"""Written out, so that SQLite sees that an index over the rows that are not empty will do."""
_OFFERED: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Something and all its names; the first is the one to show, ``value`` the one to write in a search."""

    id: int
    value: str
    names: tuple[str, ...]


def cameras(session: Session) -> list[Named]:
    """Every camera there ever was, by label, name, edge/name and #id."""
    rows = session.execute(
        select(CameraRow.id, CameraRow.name, CameraRow.label, EdgeRow.name.label("edge"))
        .join(EdgeRow, EdgeRow.id == CameraRow.edge_id)
        .order_by(CameraRow.name, CameraRow.id)
    ).all()
    times = Counter(row.name for row in rows)
    return [
        Named(
            id=row.id,
            value=row.name if times[row.name] == 1 else f"{row.edge}/{row.name}",
            names=tuple(name for name in (row.label, row.name, f"{row.edge}/{row.name}", f"#{row.id}") if name),
        )
        for row in rows
    ]


def people(session: Session) -> list[Named]:
    """Every account, by display name and user name."""
    rows = session.execute(select(UserRow.id, UserRow.username, UserRow.display_name).order_by(UserRow.username))
    return [Named(id=id_, value=user, names=(name, user)) for id_, user, name in rows]


def units(session: Session) -> list[str]:
    """Every khóm and ấp that an incident or a camera names."""
    of_cameras = session.scalars(select(CameraRow.unit).distinct())
    return sorted({*_distinct(session, IncidentRow.unit), *of_cameras} - {""})


def units_of_cameras(session: Session) -> list[tuple[int, str]]:
    """Every camera's id and its unit now."""
    return [(id_, unit) for id_, unit in session.execute(select(CameraRow.id, CameraRow.unit))]


def labels(session: Session) -> list[str]:
    """Every name of a place."""
    return _distinct(session, IncidentRow.place_label)


def rules(session: Session) -> list[tuple[str, str]]:
    """Every rule's kind and name that raised an incident: as many short looks into an index as there are rules."""
    kind, name = IncidentRow.rule_kind, IncidentRow.rule_name
    names = _jumping(name)
    first = select(func.min(kind)).where(name == names.c.value).correlate(names).scalar_subquery()
    pairs = select(names.c.value.label("name"), first.label("kind")).where(names.c.value.is_not(None))
    walk = pairs.cte("pairs", recursive=True)
    after = select(func.min(kind)).where(name == walk.c.name, kind > walk.c.kind).correlate(walk).scalar_subquery()
    walk = walk.union_all(select(walk.c.name, after).where(walk.c.kind.is_not(None)))
    found = session.execute(select(walk.c.kind, walk.c.name).where(walk.c.kind.is_not(None)))
    return [(kind, name) for kind, name in found]


def _distinct(session: Session, column: InstrumentedAttribute[str]) -> list[str]:
    """The column's values but "", by jumping from one to the next along its index instead of reading every row."""
    walk = _jumping(column, column != NO_TEXT)
    return list(session.scalars(select(walk.c.value).where(walk.c.value.is_not(None))))


def _jumping(column: InstrumentedAttribute[str], *conditions: ColumnElement[bool]) -> CTE:
    """A recursive query: the least value, then each time the least that is greater, at last NULL."""
    walk = select(func.min(column).label("value")).where(*conditions).cte(f"each_{column.key}", recursive=True)
    after = select(func.min(column)).where(column > walk.c.value, *conditions).correlate(walk).scalar_subquery()
    return walk.union_all(select(after).where(walk.c.value.is_not(None)))


def suggested(session: Session, definitions: Definitions, key: Key, *, in_vietnamese: bool) -> list[tuple[str, str]]:
    """Value and what it is called of everything that a key of the ward's own may name."""
    if key is Key.CAMERA:
        return [(each.value, each.names[0]) for each in cameras(session)]
    if key is Key.OFFICER:
        return [(each.value, each.names[0]) for each in people(session)]
    if key is Key.UNIT:
        return [(unit, "") for unit in units(session)]
    if key is Key.CRITERION:
        return [(each.code, each.name.vi if in_vietnamese else each.name.en) for each in definitions.criteria]
    if key is Key.RULE:
        known = [(code, called[0] if in_vietnamese else "") for code, called in RULES.items()]
        return [*known, *((name, "") for name in sorted({name for _, name in rules(session)} - {""}))]
    return []


def find(wanted: str, known: Iterable[Named], what_vi: str, what_en: str) -> list[Named]:
    """Those called so: exactly, else with it among the words of a name, else with it anywhere in a name.

    Raises InvalidError, which offers some that there are.
    """
    there = list(known)
    for fits in (_is_name, _is_word, _is_part):
        if found := [each for each in there if any(fits(wanted, name) for name in each.names)]:
            return found
    some = ", ".join(each.value for each in there[:_OFFERED]) or "–"
    raise InvalidError(
        f"Không có {what_vi} nào tên “{wanted}”; có: {some}. / "
        f"There is no {what_en} called “{wanted}”; there are: {some}."
    )


def as_named(values: Sequence[str]) -> list[Named]:
    """Names that stand for themselves."""
    return [Named(id=0, value=value, names=(value,)) for value in values]


def _is_name(wanted: str, name: str) -> bool:
    return fold(wanted) == fold(name)


def _is_word(wanted: str, name: str) -> bool:
    return fold(wanted) in {fold(word) for word in name.split()}


def _is_part(wanted: str, name: str) -> bool:
    return bool(fold(wanted)) and fold(wanted) in fold(name)
