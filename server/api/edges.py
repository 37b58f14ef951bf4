"""Edges: registering them, and messages of theirs that could not be accepted. For admins."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from pydantic import BaseModel, ConfigDict

from contract.names import Slug
from server.api.deps import Admin, Has, refused
from server.api.responses import problems
from server.ingest import Ingest
from server.schemas import DeadLetterOut, DeadLetterPage, EdgeOut, EdgeToken
from server.store import audit, cameraview, deadletterview
from server.store import edges as rows
from server.store.errors import StoreError
from server.tables import HIGHEST_KEY

router = APIRouter(prefix="/api/v1", tags=["edges"])


class EdgeBody(BaseModel):
    """An edge to register: its site and name as in its own settings."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"site": "hoa-thuan", "name": "khom4"}})

    site: Slug
    name: Slug


@router.get("/edges", summary="Edges", responses=problems(401, 403))
def read_edges(_user: Admin, has: Has) -> tuple[EdgeOut, ...]:
    """Every registered edge, what it last said and how many of its messages never came."""
    with has.database.read() as session:
        return cameraview.edges(session)


@router.post("/edges", summary="Register an edge", status_code=201, responses=problems(401, 403, 422))
def create_edge(body: EdgeBody, user: Admin, has: Has) -> EdgeToken:
    """Gives the token that the edge's uploads carry: shown now and never again. Registering anew replaces it."""
    now = has.clock.now()
    with has.database.transaction() as session:
        token = rows.register(session, body.site, body.name, now)
        audit.record(session, now, user_id=user.id, action="edge_token", subject=f"{body.site}/{body.name}")
    return EdgeToken(site=body.site, name=body.name, token=token)


@router.get("/dead-letters", summary="Messages that were refused", responses=problems(401, 403))
def read_dead_letters(
    _user: Admin,
    has: Has,
    cursor: Annotated[int | None, Query(ge=1, le=HIGHEST_KEY, description="next_cursor of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeadLetterPage:
    """Newest first, each with its reason and how often it came."""
    with has.database.read() as session:
        return deadletterview.listing(session, cursor, limit)


@router.post(
    "/dead-letters/{letter_id}/retry",
    summary="Take a refused message in",
    responses=problems(401, 403, 404, 409, 422),
)
def retry_dead_letter(letter_id: Annotated[int, Path(ge=1, le=HIGHEST_KEY)], user: Admin, has: Has) -> DeadLetterOut:
    """Once what was wrong is set right: the edge is registered, say. 422 with the reason when it is refused again."""
    ingest = Ingest(has.settings, database=has.database, clock=has.clock, live=has.live, metrics=has.metrics)
    try:
        with has.database.read() as session:
            delivery = deadletterview.deliverable(session, letter_id)
        now = has.clock.now()
        why = ingest.retake(delivery, lambda session: deadletterview.taken(session, letter_id, by=user, now=now))
        if why is not None:
            raise HTTPException(422, f"Vẫn chưa nhận được: {why}. / It is refused again: {why}.")
        with has.database.read() as session:
            return deadletterview.one(session, letter_id)
    except StoreError as error:
        raise refused(error) from error
