"""What officers set for a camera: zones, rules, notice sign, purpose."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
