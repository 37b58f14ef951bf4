"""What every write on an incident has in common: one transaction, a 409 that shows how it stands, open pages told."""

from collections.abc import Callable

from fastapi.responses import JSONResponse
from sqlalchemy.orm import Session

from server.api.deps import refused
from server.api.responses import conflicting
from server.schemas import IncidentDetail, UserOut
from server.services import Services
from server.store.casefile import Writer
from server.store.errors import ConflictError, StoreError


def writer(user: UserOut, has: Services) -> Writer:
    """Who writes, for the store."""
    return Writer(definitions=has.definitions, user=user, zone=has.settings.zone, now=has.clock.now())


def written(
    user: UserOut, has: Services, write: Callable[[Session, Writer], IncidentDetail]
) -> IncidentDetail | JSONResponse:
    """The incident after ``write``, or the answer of its refusal. Raises HTTPException."""
    try:
        with has.database.transaction() as session:
            changed = write(session, writer(user, has))
    except ConflictError as error:
        return conflicting(error)
    except StoreError as error:
        raise refused(error) from error
    has.live.publish("incident", code=changed.code, state=changed.state, id=changed.id, version=changed.version)
    has.live.publish("criteria")
    return changed
