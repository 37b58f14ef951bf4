"""Who looked at which picture or clip: the law asks for it (sensitive personal data, access log)."""

from datetime import timedelta

from server.services import Services
from server.store import audit

ONCE_IN = timedelta(minutes=15)
"""Looking at the same thing again within this is the same look: a page that refreshes does not flood the audit."""


def keep_look(has: Services, user_id: int, action: str, subject: str, what: str) -> None:
    """Append to the audit that this user looked. ``subject``: an incident or a camera; ``what``: exactly what."""
    now = has.clock.now()
    with has.database.read() as session:
        if audit.has_recent(session, user_id, action, subject, what, since=now - ONCE_IN):
            return
    with has.database.transaction() as session:
        audit.record(session, now, user_id=user_id, action=action, subject=subject, detail={"what": what})
