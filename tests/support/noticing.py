"""A ward that notifies: an intake's incidents, a courier on the test's clock, and sinks that receive."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import update

from server.app import carrier_of
from server.courier import people, webhook
from server.courier.courier import Courier
from server.courier.vault import Secret, Vault
from server.evidence import EvidenceFiles
from server.notices.values import Kind
from server.settings import Settings
from server.store import noticeoutbox
from server.tables import IncidentRow, NoticeChannel, NoticeMessage, NoticeRule
from tests.support.intake import Intake, site_settings


@dataclass
class Noticing:
    """``courier.run_once()`` is one round."""

    intake: Intake
    folder: Path
    attempts: int = 3
    allowed: tuple[str, ...] = ("127.0.0.0/8",)
    signing: dict[int, str] = field(default_factory=dict)
    """Signing secrets by channel."""

    def __post_init__(self) -> None:
        self.evidence = EvidenceFiles(self.folder / "evidence")
        self.courier = self.new_courier()

    @property
    def settings(self) -> Settings:
        return site_settings(
            notices={
                "key_file": str(self.folder / "notices.key"),
                "allowed_networks": list(self.allowed),
                "public_url": "https://anninh.example.vn",
                "attempts": self.attempts,
            }
        )

    def new_courier(self) -> Courier:
        """Another courier on the same database: as after a restart. Its waits are not spread."""
        self.vault = Vault(self.folder / "notices.key")
        carrier = carrier_of(self.settings, self.intake.clock, self.evidence, self.vault)
        return Courier(
            self.settings, database=self.intake.database, clock=self.intake.clock, carrier=carrier, chance=lambda: 0.5
        )

    def channel(self, address: str, kind: Kind = Kind.APPRISE, **more: Any) -> int:
        """A channel; its id."""
        signing = webhook.new_signing() if kind is Kind.WEBHOOK else None
        shown = webhook.check_url(address) if kind is Kind.WEBHOOK else people.check_url(address)
        row = NoticeChannel(
            name="Trực ban",
            kind=kind,
            sealed=self.vault.seal(Secret(url=address, signing=signing)),
            shown=shown,
            created_at=self.intake.clock.now(),
            **more,
        )
        with self.intake.database.transaction() as session:
            session.add(row)
            session.flush()
            if signing:
                self.signing[row.id] = signing
            return row.id

    def rule(self, *channel_ids: int, occasion: str = "opened", **more: Any) -> int:
        """A rule; its id. The courier has looked before: what is in the database is no news."""
        values: dict[str, Any] = {"severity": "low", "units": [], "rule_kinds": [], "after_min": 5} | more
        row = NoticeRule(
            name="Luật",
            occasion=occasion,
            channel_ids=list(channel_ids),
            since_at=self.intake.clock.now(),
            **values,
        )
        with self.intake.database.transaction() as session:
            session.add(row)
            session.flush()
            rule_id = row.id
        self.courier.look()
        return rule_id

    def messages(self) -> list[NoticeMessage]:
        """The outbox, oldest first."""
        return self.intake.rows(NoticeMessage)

    def states(self) -> list[str]:
        """The states of the outbox, oldest first."""
        return [message.state for message in self.messages()]

    def put(self, **values: Any) -> None:
        """Change every incident."""
        with self.intake.database.transaction() as session:
            session.execute(update(IncidentRow).values(**values))

    def test(self, channel_id: int) -> str:
        """Test a channel; the state of the message."""
        with self.intake.database.transaction() as session:
            message_id = noticeoutbox.test(session, channel_id, self.intake.clock.now())
        self.courier.send(message_id)
        with self.intake.database.read() as session:
            return noticeoutbox.one(session, message_id).state
