"""The errors an endpoint declares in OpenAPI: all of them problem+json."""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from server.schemas import Problem
from server.store.errors import ConflictError, StaleError

PROBLEM_JSON = "application/problem+json"


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses``: these statuses answer with a Problem."""
    content = {PROBLEM_JSON: {"schema": Problem.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def conflict() -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses``: 409 answers with a Problem whose ``current`` is the incident as it is now."""
    schema = Problem.model_json_schema()
    schema["properties"]["current"] = {"$ref": "#/components/schemas/IncidentDetail"}
    return {409: {"description": HTTPStatus.CONFLICT.phrase, "content": {PROBLEM_JSON: {"schema": schema}}}}


def conflicting(error: ConflictError | StaleError) -> JSONResponse:
    """The answer of a 409: the problem, and what it is about as it is now as its extension member ``current``."""
    body = Problem(title=HTTPStatus.CONFLICT.phrase, status=HTTPStatus.CONFLICT, detail=str(error)).model_dump()
    body["current"] = error.current.model_dump(mode="json")
    return JSONResponse(body, status_code=HTTPStatus.CONFLICT, media_type=PROBLEM_JSON)
