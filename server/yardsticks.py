"""Which criteria hold: the text saved last, or the site's file. Every server process follows, without a restart."""

from dataclasses import dataclass

import structlog
from sqlalchemy.orm import Session

from server.criteria.definition import Definitions, check
from server.criteria.faults import Fault
from server.store import criteriatext

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    version: int
    definitions: Definitions
    faults: tuple[Fault, ...] = ()


class Yardsticks:
    """The criteria in force. Thread-safe: what holds is one value, replaced whole."""

    def __init__(self, file_text: str, file_definitions: Definitions) -> None:
        """``file_text``: the site's file as the server found it at its start; ``file_definitions``: what it says."""
        self.file_text = file_text
        self._of_file = file_definitions
        self._held = _Held(version=0, definitions=file_definitions)

    @property
    def definitions(self) -> Definitions:
        """What is counted by."""
        return self._held.definitions

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Why the version saved last can't be used: it was written for another release of the server. The one before
        holds meanwhile."""
        return self._held.faults

    def follow(self, session: Session) -> None:
        """Take up a version that was saved meanwhile, perhaps by another server process. One key is read, mostly."""
        held = self._held
        newest = criteriatext.newest(session)
        if newest <= held.version:
            return
        text = criteriatext.text_of(session, newest)
        found = check(text) if text else self._of_file
        if isinstance(found, Definitions):
            self._held = _Held(version=newest, definitions=found)
            log.info("criteria_in_force", version=newest, from_file=not text)
            return
        self._held = _Held(version=newest, definitions=held.definitions, faults=found)
        reason = "; ".join(str(fault) for fault in found[:3])
        log.error("criteria_unreadable", version=newest, reason=reason, cure="save the criteria anew in Quản trị")
