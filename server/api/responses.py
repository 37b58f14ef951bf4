"""The errors an endpoint declares in OpenAPI: all of them problem+json."""

from http import HTTPStatus
from typing import Any

from server.api.schemas import Problem


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For a route's ``responses``: these statuses answer with a Problem."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}
