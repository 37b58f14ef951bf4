"""What officers keep at their desk: saved filters, the ward's plan."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
