"""What an operator does at the machine itself, without signing in: tables, edges, accounts."""

import json
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import Clock
from server.database import Database
from server.evidence import EvidenceFiles
from server.playback import delete_copy
from server.role import Role
from server.settings import Settings, parse
from server.store import audit, edges
from server.sweeper import Sweeper
from server.tables import SessionRow, UserRow

if TYPE_CHECKING:
    from fastapi import FastAPI


def edge_token(session: Session, site: str, edge: str, now: datetime) -> str:
    """Register an edge, or give a registered one a new token (the old one ends). The token: show it now or never."""
    token = edges.register(session, site, edge, now)
    audit.record(session, now, user_id=None, action="edge_token", subject=f"{site}/{edge}")
    return token


def put_account(
    session: Session,
    *,
    username: str,
    display_name: str,
    role: Role,
    password_hash: str,
    is_one_time: bool,
    now: datetime,
) -> bool:
    """Make an account, or set right the one of that name: its role, its password, enabled. True when it is new.

    Whoever was signed in as it is signed out.
    """
    row = session.scalar(select(UserRow).where(UserRow.username == username))
    is_new = row is None
    if row is None:
        row = UserRow(username=username, created_at=now)
        session.add(row)
    row.display_name, row.role, row.disabled_at = display_name, role, None
    row.password_hash, row.password_is_one_time = password_hash, is_one_time
    session.flush()
    for open_session in session.scalars(select(SessionRow).where(SessionRow.user_id == row.id)):
        session.delete(open_session)
    action = "user_created" if is_new else "user_changed"
    audit.record(session, now, user_id=None, action=action, subject=username, detail={"role": role})
    return is_new


def retention(settings: Settings, database: Database, clock: Clock, *, dry_run: bool) -> Iterator[str]:
    """Delete what need not be kept, or with ``dry_run`` only count it: a line a rule, then the sum."""
    sweeper = Sweeper(
        settings.retention,
        database=database,
        evidence=EvidenceFiles(settings.evidence_dir),
        forget_copy=partial(delete_copy, settings.evidence_dir / "working"),
        clock=clock,
    )
    swept = sweeper.preview() if dry_run else sweeper.run_once()
    for rule, count in sorted(swept.files.items()):
        yield f"{rule}: {count} files, {swept.bytes[rule]} bytes"
    count, size = swept.total
    yield f"{'would delete' if dry_run else 'deleted'}: {count} files, {size} bytes"


def openapi(create: "Callable[[Settings], FastAPI]") -> str:
    """The API's description as JSON, the same on every machine. Builds an application that serves nobody."""
    with tempfile.TemporaryDirectory() as folder:
        settings = parse(
            {
                "site": {"slug": "ward", "name_vi": "Phường", "name_en": "Ward"},
                "database": {"url": f"sqlite:///{folder}/anninh.db"},
                "evidence_dir": f"{folder}/evidence",
            }
        )
        app = create(settings)
        document = json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True)
        app.state.services.database.close()
    return document + "\n"
