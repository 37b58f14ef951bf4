"""What a request may use: built once by app.py, carried by the application."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from fastapi import Request

from server.clock import Clock
from server.courier.courier import Courier
from server.courier.vault import Vault
from server.criteria.definition import Definitions
from server.criteria.period import Calendar
from server.database import Database
from server.dispatch import Dispatch
from server.evidence import EvidenceFiles
from server.live import Live
from server.metrics import Metrics
from server.playback import WorkingCopies
from server.reports.style import Speech
from server.settings import Settings
from server.sweeper import Sweeper
from server.unitwatch import UnitWatch
from server.yardsticks import Yardsticks


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything thread-safe, alive as long as the application."""

    settings: Settings
    clock: Clock
    database: Database
    live: Live
    evidence: EvidenceFiles
    working_copies: WorkingCopies
    sweeper: Sweeper
    unitwatch: UnitWatch
    metrics: Metrics
    dispatch: Dispatch
    yardsticks: Yardsticks
    """Which text of the criteria holds."""
    started_at: datetime
    vault: Vault
    """Seals the addresses of notification channels."""
    courier: Courier
    calendar: Calendar
    """The site's reporting calendar."""
    speech: Callable[[str], Speech]
    """What reports speak in a language: vi | en."""

    @property
    def definitions(self) -> Definitions:
        """The criteria in force: as saved last, or as the site's file has them. Ask once a request."""
        return self.yardsticks.definitions


def services(request: Request) -> Services:
    """The application's services: ``Depends(services)``, or call it with a request."""
    return cast(Services, request.app.state.services)
