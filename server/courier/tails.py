"""Reads a journal (new incidents, verdicts, audit) as it grows: every row at least once, over restarts too."""

from datetime import datetime

from sqlalchemy.orm import Session

from server.store import marks

PAGE = 500
PAGES = 20
"""Read in one round at most; the rest in the next."""


class Tail:
    """Two places in the journal: ``_seen``, up to which it was read once; ``_settled``, up to which it was read again
    when no lower row could appear any more. Only the second is kept over restarts. Whoever reads must not mind rows
    that come twice. One thread."""

    def __init__(self, journal: str) -> None:
        self.journal = journal
        self._seen: int | None = None
        self._settled = 0
        self._kept: int | None = None

    @property
    def has_moved(self) -> bool:
        """Is there a place to keep?"""
        return self._seen is not None and self._settled != self._kept

    def pull(self, session: Session, now: datetime, *, skip: bool = False) -> list[int]:
        """The ids of the rows that are to be looked at. ``skip``: nobody wants to know, so none.

        A journal that was never read begins at its end: what happened before is nobody's news.
        """
        if self._seen is None:
            self._kept = marks.read(session, self.journal)
            self._seen = self._settled = marks.latest(session, self.journal) if self._kept is None else self._kept
        if skip:
            self._seen = marks.latest(session, self.journal)
            self._settled = self._read(session, self._settled, before=now - marks.SETTLED)[1]
            return []
        new, self._seen = self._read(session, self._seen)
        old, self._settled = self._read(session, self._settled, before=now - marks.SETTLED)
        return sorted({*new, *old})

    def keep(self, session: Session) -> None:
        """Write down how far it was read, with what followed from it."""
        marks.write(session, self.journal, self._settled)

    def kept(self) -> None:
        """What was written is committed."""
        self._kept = self._settled

    def _read(self, session: Session, place: int, before: datetime | None = None) -> tuple[list[int], int]:
        found: list[int] = []
        for _ in range(PAGES):
            page = marks.after(session, self.journal, place, limit=PAGE, before=before)
            found += page
            place = page[-1] if page else place
            if len(page) < PAGE:
                break
        return found, place
