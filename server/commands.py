"""What an operator does at the machine itself, without signing in: tables, edges, accounts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.role import Role
from server.store import audit, edges
from server.tables import SessionRow, UserRow


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
