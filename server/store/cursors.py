"""Where a page of incidents ends, so that the next one begins there whatever arrives meanwhile."""

import base64
import binascii
from datetime import UTC, datetime

from server.store.errors import InvalidError
from server.tables import HIGHEST_KEY, IncidentRow

Found = tuple[datetime, int]
"""When an incident occurred, and its id: what pages are ordered by."""


def after(row: IncidentRow) -> str:
    """The cursor of the page that follows this incident."""
    return base64.urlsafe_b64encode(f"{row.occurred_at.isoformat()} {row.id}".encode()).decode()


def read(cursor: str | None) -> Found | None:
    """The incident that a page follows; None: it is the first. Raises InvalidError for what ``after`` never gave."""
    if cursor is None:
        return None
    try:
        at, last_id = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
        found = datetime.fromisoformat(at), int(last_id)
        found[0].astimezone(UTC)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise unknown() from error
    if found[0].tzinfo is None or not 0 < found[1] <= HIGHEST_KEY:
        raise unknown()
    return found


def unknown() -> InvalidError:
    """What is said of a cursor that makes no sense."""
    return InvalidError("the cursor is none that this server gave; begin without one")
