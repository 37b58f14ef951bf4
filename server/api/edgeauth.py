"""Which edge asks? Its token in ``Authorization: Bearer …``, as ``python -m server edge-token`` printed it."""

from typing import Annotated

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import ConfigDict

from server.api.deps import Has
from server.schemas import Schema
from server.store import edges

_bearer = HTTPBearer(auto_error=False, scheme_name="edge", description="An edge's token.")


class Sender(Schema):
    """The edge that asks."""

    model_config = ConfigDict(frozen=True)

    id: int
    site: str
    name: str


def _sender(has: Has, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Sender:
    token = given.credentials if given else ""
    with has.database.read() as session:
        row = edges.by_token(session, token) if token else None
    if row is None:
        raise HTTPException(
            401, "This is no edge's token; register the edge and give it the new token.", {"WWW-Authenticate": "Bearer"}
        )
    return Sender(id=row.id, site=row.site, name=row.name)


Edge = Annotated[Sender, Depends(_sender)]
"""The edge that asks, by its token; 401 when there is none."""
