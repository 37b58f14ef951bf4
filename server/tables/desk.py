"""What officers keep at their desk: saved filters, and the ward's plan with what lies where on it."""

from datetime import datetime

from sqlalchemy import Float, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from server.tables.base import Key, Table


class SavedFilterRow(Table):
    """A search that an officer keeps under a name."""

    __tablename__ = "saved_filters"
    __table_args__ = (UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    """Whose it is."""
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[str] = mapped_column(String(500))
    """As server.search writes it."""
    is_shared: Mapped[bool] = mapped_column(default=False)
    """Everybody sees it; only its owner and supervisors change it."""
    created_at: Mapped[datetime]


class PlanRow(Table):
    """The picture of the ward that cameras and units are placed on. There is at most one, of id 1."""

    __tablename__ = "plan"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    picture: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """PNG or JPEG, as it was uploaded."""
    media_type: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    uploaded_at: Mapped[datetime]


class PlanSpotRow(Table):
    """Where something lies on the plan."""

    __tablename__ = "plan_spots"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    """camera | unit"""
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    """A camera's id in digits, or a unit's name."""
    x: Mapped[float] = mapped_column(Float)
    """0..1 of the picture's width, from the left."""
    y: Mapped[float] = mapped_column(Float)
    """0..1 of its height, from the top."""
    placed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    placed_at: Mapped[datetime]
