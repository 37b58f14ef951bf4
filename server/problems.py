"""Every error as RFC 9457 problem+json: a safe sentence for the officer, the cause in the log."""

from http import HTTPStatus
from typing import cast

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from server.database import is_down
from server.schemas import Problem

log = structlog.get_logger(__name__)


class ProblemResponse(JSONResponse):
    """A response in the problem details format."""

    media_type = "application/problem+json"


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> ProblemResponse:
    """The response for one problem."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return ProblemResponse(body.model_dump(), status_code=status, headers=headers)


def register(app: FastAPI) -> None:
    """Make every error of ``app`` a problem."""
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(DBAPIError, _of_database)
    app.add_exception_handler(PoolTimeoutError, _of_database)
    app.add_exception_handler(Exception, _of_bug)


async def _of_http(_request: Request, given: Exception) -> Response:
    error = cast(HTTPException, given)
    headers = dict(error.headers) if error.headers else None
    if error.status_code in {204, 304} or error.status_code < 400:
        return Response(status_code=error.status_code, headers=headers)
    return problem(error.status_code, str(error.detail), headers)


async def _of_validation(_request: Request, given: Exception) -> Response:
    error = cast(RequestValidationError, given)
    found = [f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()]
    return problem(422, "; ".join(found)[:1000])


async def _of_database(request: Request, error: Exception) -> Response:
    if is_down(error):
        log.warning("database_unavailable", method=request.method, path=request.url.path, reason=str(error)[:500])
        detail = "Cơ sở dữ liệu đang bận; thử lại sau ít giây. / The database is busy or away; try again in a moment."
        return problem(503, detail, {"Retry-After": "5"})
    if isinstance(error, DataError):
        log.warning("value_not_storable", method=request.method, path=request.url.path, reason=str(error.orig)[:200])
        return problem(422, "A value is none that can be stored (U+0000, or a number too large).")
    return await _of_bug(request, error)


async def _of_bug(request: Request, error: Exception) -> Response:
    log.error("request_failed", method=request.method, path=request.url.path, exc_info=error)
    return problem(500, "Máy chủ gặp lỗi; đã ghi vào nhật ký. / The server failed; it is in the log.")
