"""Style sheets, scripts and icons: served as they lie in ``static/``."""

from functools import cache

from fastapi import APIRouter, Request, Response
from starlette.staticfiles import StaticFiles

from server.ui.i18n import FOLDER

router = APIRouter(include_in_schema=False)


@cache
def _files() -> StaticFiles:
    return StaticFiles(directory=FOLDER / "static")


@router.get("/static/{path:path}")
async def asset(request: Request, path: str) -> Response:
    """A file of ``static/``; 404 (HTTPException) for anything else.

    A browser asks each time whether its copy is still good (ETag): a module names the modules it needs without a
    version, so a copy that is kept for a time of the browser's choosing could be half of last week's page.
    """
    response = await _files().get_response(path, request.scope)
    response.headers["Cache-Control"] = "no-cache"
    return response
