"""The ward's plan: one picture, and what lies where on it."""

import hashlib
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.picturefile import NoPictureError, look
from server.schemas import PlanOut, SpotIn, SpotOut
from server.store import audit, names
from server.store.errors import InvalidError, NotFoundError
from server.tables import HIGHEST_KEY, CameraRow, PlanRow, PlanSpotRow

WIDTH, HEIGHT = 1600, 1000
"""Of the blank sheet before there is a picture."""


def read(session: Session) -> PlanOut:
    """The plan as it is."""
    row = session.get(PlanRow, 1)
    spots = session.scalars(select(PlanSpotRow).order_by(PlanSpotRow.kind, PlanSpotRow.name))
    return PlanOut(
        picture_url=f"/api/v1/plan/picture?v={row.sha256[:12]}" if row else None,
        width=row.width if row else WIDTH,
        height=row.height if row else HEIGHT,
        uploaded_at=row.uploaded_at if row else None,
        spots=tuple(SpotOut(kind=spot.kind, name=spot.name, x=spot.x, y=spot.y) for spot in spots),
    )


def picture(session: Session) -> tuple[bytes, str]:
    """Its bytes and media type. Raises NotFoundError."""
    row = session.get(PlanRow, 1)
    if row is None:
        raise NotFoundError("Chưa có sơ đồ. / No plan was uploaded yet.")
    return row.picture, row.media_type


def replace(session: Session, body: bytes, user_id: int, now: datetime) -> PlanOut:
    """Put another picture in its place; what lies where stays. Raises InvalidError when it is no picture."""
    try:
        seen = look(body)
    except NoPictureError as error:
        raise InvalidError(str(error)) from error
    sha256 = hashlib.sha256(body).hexdigest()
    session.merge(
        PlanRow(
            id=1,
            picture=body,
            media_type=seen.media_type,
            width=seen.width,
            height=seen.height,
            sha256=sha256,
            uploaded_by=user_id,
            uploaded_at=now,
        )
    )
    audit.record(session, now, user_id=user_id, action="plan_picture", subject="plan", detail={"sha256": sha256})
    session.flush()
    return read(session)


def place(session: Session, given: SpotIn, user_id: int, now: datetime) -> SpotOut:
    """Put a camera or unit somewhere. Raises NotFoundError when there is none of that name."""
    if given.kind == "camera":
        is_id = given.name.isascii() and given.name.isdigit() and 0 < int(given.name) <= HIGHEST_KEY
        there = is_id and session.get(CameraRow, int(given.name)) is not None
        name = str(int(given.name)) if is_id else given.name
    else:
        there, name = given.name in names.units(session), given.name
    if not there:
        raise NotFoundError("Không có camera hoặc đơn vị này. / There is no such camera or unit.")
    session.merge(PlanSpotRow(kind=given.kind, name=name, x=given.x, y=given.y, placed_by=user_id, placed_at=now))
    said = {"x": round(given.x, 4), "y": round(given.y, 4)}
    audit.record(session, now, user_id=user_id, action="place_on_plan", subject=f"{given.kind} {name}", detail=said)
    return SpotOut(kind=given.kind, name=name, x=given.x, y=given.y)


def remove(session: Session, kind: str, name: str, user_id: int, now: datetime) -> None:
    """Take it off the plan. Raises NotFoundError when it is not on it."""
    row = session.get(PlanSpotRow, (kind, name))
    if row is None:
        raise NotFoundError("Không có trên sơ đồ. / It is not on the plan.")
    session.delete(row)
    audit.record(session, now, user_id=user_id, action="remove_from_plan", subject=f"{kind} {name}")
