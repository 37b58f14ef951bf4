"""Cameras: made by the first heartbeat that names them, with the hours in which they gave frames."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

import structlog
from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from contract.health import CameraHealth, ConfigState, Health
from server.inbox import is_possible
from server.schemas import Standing
from server.store import cameraunits
from server.tables import CameraHour, CameraRow, EdgeRow

log = structlog.get_logger(__name__)

HOUR_S = 3600.0
MOST = 256
"""Cameras of one edge. A box serves a few dozen; a broken or hostile one must not fill the wall and every criterion."""


def ids_of(session: Session, edge_ids: Iterable[int]) -> dict[tuple[int, str], int]:
    """The id of every camera of these edges, by edge id and name."""
    rows = session.execute(
        select(CameraRow.edge_id, CameraRow.name, CameraRow.id).where(CameraRow.edge_id.in_(list(edge_ids)))
    )
    return {(edge_id, name): camera_id for edge_id, name, camera_id in rows}


def is_there(session: Session, camera_id: int) -> bool:
    """Whether there is one of this id that the one who asks may see."""
    return session.scalar(select(CameraRow.id).where(CameraRow.id == camera_id)) is not None


def of_edges(session: Session, edge_ids: Iterable[int]) -> dict[tuple[int, str], CameraRow]:
    """Every camera of these edges, by edge id and name."""
    rows = session.scalars(select(CameraRow).where(CameraRow.edge_id.in_(list(edge_ids))))
    return {(row.edge_id, row.name): row for row in rows}


def hear(
    session: Session, edge: EdgeRow, cameras: Mapping[tuple[int, str], CameraRow], health: Health, now: datetime
) -> tuple[list[CameraRow], list[CameraRow]]:
    """Keep what a heartbeat says of its cameras. Returns the cameras that are new, and all whose state changed."""
    new: list[CameraRow] = []
    changed: list[CameraRow] = []
    credits_s: dict[tuple[int, datetime], float] = {}
    heard = {told.camera: told for told in health.data.cameras}
    unknown = [name for name in heard if (edge.id, name) not in cameras]
    room = max(0, MOST - sum(edge_id == edge.id for edge_id, _ in cameras))
    if len(unknown) > room:
        log.warning("too_many_cameras", site=edge.site, edge=edge.name, most=MOST, left_out=len(unknown) - room)
    for name in unknown[:room]:
        new.append(CameraRow(edge_id=edge.id, name=name, state="", created_at=now, session=0, up_s=0.0))
    session.add_all(new)
    session.flush()
    for row in [*new, *(cameras[key] for key in cameras if key[0] == edge.id and key[1] in heard)]:
        is_reconfigured = _keep_config(row, heard[row.name].config, health.data.config_refused, now)
        if _keep(row, heard[row.name], health.data.session, now, credits_s) or is_reconfigured:
            changed.append(row)
        if heard[row.name].unit and not row.unit_is_ours:
            cameraunits.put(session, row, heard[row.name].unit.replace("\x00", ""), now)
    _credit(session, credits_s)
    return new, changed


def spread(begin: datetime, end: datetime, up_s: float) -> Iterator[tuple[datetime, float]]:
    """``up_s`` seconds spread evenly over [begin, end), by UTC hour; never more than the wall time that passed."""
    wall_s = (end - begin).total_seconds()
    if wall_s <= 0.0 or up_s <= 0.0:
        return
    share = min(up_s / wall_s, 1.0)
    hour = begin.replace(minute=0, second=0, microsecond=0)
    while hour < end:
        after = hour + timedelta(hours=1)
        yield hour, (min(end, after) - max(begin, hour)).total_seconds() * share
        hour = after


def _keep(
    row: CameraRow, told: CameraHealth, run: int, now: datetime, credits_s: dict[tuple[int, datetime], float]
) -> bool:
    """Take over what was told of one camera; whether its state changed."""
    if run == row.session and told.up_s < row.up_s:
        return False  # counters only grow within a session: this heartbeat is late
    before_s = row.up_s if run == row.session else 0.0
    begin = row.credited_at or row.created_at
    for hour, seconds in spread(begin, now, told.up_s - before_s):
        credits_s[row.id, hour] = credits_s.get((row.id, hour), 0.0) + seconds
    row.session, row.up_s, row.credited_at = run, told.up_s, now
    changed = (row.state, row.picture) != (told.state, told.picture)
    row.state, row.picture, row.clock_offset_ms = told.state, told.picture, told.clock_offset_ms
    if told.last_frame_at is not None and is_possible(told.last_frame_at, now):
        row.last_frame_at = told.last_frame_at
    # PostgreSQL's text has no room for U+0000
    row.error = told.error.replace("\x00", "") if told.error else None
    if not row.label_is_ours:
        row.label = told.label.replace("\x00", "")
    return changed


def is_behind(row: CameraRow) -> bool:
    """Has its edge neither taken nor refused what was sent last?"""
    return row.sent_version > (row.config_version or 0) and row.config_refused_version != row.sent_version


def standing(camera: CameraRow) -> Standing:
    """What became of the latest version."""
    if camera.sent_version == 0:
        return "file"
    if camera.config_version is not None and camera.config_version >= camera.sent_version:
        return "in_force"
    return "sent" if is_behind(camera) else "refused"


def _keep_config(row: CameraRow, told: ConfigState | None, unreadable: str, now: datetime) -> bool:
    """Take over what became of the configuration that was sent; whether that is news. ``unreadable``: why the edge
    could not even read the latest."""
    before = (row.config_version, row.config_refused_version, row.config_refused)
    told = told or ConfigState()
    row.config_version, row.config_refused_version = told.version, told.refused_version
    row.config_refused = told.refused.replace("\x00", "")
    if unreadable and is_behind(row):
        row.config_refused_version, row.config_refused = row.sent_version, unreadable.replace("\x00", "")
    if row.config_version != before[0]:
        row.config_since = now
    return before != (row.config_version, row.config_refused_version, row.config_refused)


def _credit(session: Session, credits_s: dict[tuple[int, datetime], float]) -> None:
    """Add seconds to camera hours; an hour never has more than 3600."""
    if not credits_s:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    add = (sqlite_insert if is_sqlite else postgresql_insert)(CameraHour)
    total = CameraHour.up_s + add.excluded.up_s
    session.execute(
        add.on_conflict_do_update(
            index_elements=[CameraHour.camera_id, CameraHour.hour_at],
            set_={"up_s": case((total > HOUR_S, HOUR_S), else_=total)},
        ),
        [
            {"camera_id": camera_id, "hour_at": hour, "up_s": min(seconds, HOUR_S)}
            for (camera_id, hour), seconds in credits_s.items()
        ],
    )
