"""Quản trị: people and their rights, edges, retention, refused messages. Writes go through /api/v1."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from server.api.keeping import retention_of
from server.role import Role, at_least
from server.store import cameraview, deadletterview, deletions, rights, users
from server.store.errors import NotFoundError
from server.ui.desk import Desk, sit_down
from server.ui.i18n import N_

router = APIRouter(include_in_schema=False)

PAGE = 50
"""Rows on a page of letters or deletions."""
_FORBIDDEN = N_("Trang này cần quyền cao hơn")
_ASK = N_("Hãy nhờ quản trị viên của đơn vị.")


def refuse(desk: Desk, role: Role) -> Response | None:
    """403 as a page for whoever is below ``role``; None: they may."""
    if at_least(desk.signed.user.role, role):
        return None
    speak = desk.texts.gettext
    return desk.page("error.html", title=speak(_FORBIDDEN), cure=speak(_ASK), status=403)


@router.get("/admin")
def people(request: Request) -> Response:
    """Everybody who may sign in. A supervisor is led to the part of Quản trị that is theirs."""
    with sit_down(request) as desk:
        if desk.signed.user.role == "supervisor":
            return RedirectResponse("/admin/audit", status_code=303)
        return refuse(desk, "admin") or desk.page(
            "admin_people.html", place="admin", script="admin", part="people", accounts=users.listing(desk.session)
        )


@router.get("/admin/people/{username}")
def person(request: Request, username: str) -> Response:
    """One account: name, role, rights, password."""
    with sit_down(request) as desk:
        if (no := refuse(desk, "admin")) is not None:
            return no
        try:
            found = rights.read(desk.session, username)
        except NotFoundError:
            return desk.nothing_here(
                N_("Không có tài khoản này"), N_("Kiểm tra lại tên, hoặc xem danh sách người dùng.")
            )
        cameras = desk.cameras()
        return desk.page(
            "admin_person.html",
            place="admin",
            script="admin",
            part="people",
            account=next(each for each in users.listing(desk.session) if each.username == username),
            rights=found,
            cameras=sorted(cameras, key=lambda camera: (camera.unit, camera.label)),
            units=sorted({camera.unit for camera in cameras if camera.unit} | set(found.units)),
        )


@router.get("/admin/edges")
def edges(request: Request) -> Response:
    """Edges that may send, and their tokens."""
    with sit_down(request) as desk:
        return refuse(desk, "admin") or desk.page(
            "admin_edges.html",
            place="admin",
            script="admin",
            part="edges",
            edges=cameraview.edges(desk.session),
            site=desk.services.settings.site.slug,
        )


@router.get("/admin/retention")
def retention(request: Request, cursor: str = "") -> Response:
    """How long evidence is kept, what would go now, and what is gone."""
    with sit_down(request) as desk:
        return refuse(desk, "admin") or desk.page(
            "admin_retention.html",
            place="admin",
            script="admin",
            part="retention",
            retention=retention_of(desk.services),
            gone=deletions.listing(desk.session, _number(cursor), PAGE),
            is_first=not cursor,
        )


@router.get("/admin/letters")
def letters(request: Request, cursor: str = "") -> Response:
    """Messages that were refused."""
    with sit_down(request) as desk:
        return refuse(desk, "admin") or desk.page(
            "admin_letters.html",
            place="admin",
            script="admin",
            part="letters",
            letters=deadletterview.listing(desk.session, _number(cursor), PAGE),
            is_first=not cursor,
        )


def _number(cursor: str) -> int | None:
    return int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else None
