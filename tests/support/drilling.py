"""Every incident of a criterion's lists, page after page."""

from datetime import datetime
from itertools import chain
from typing import Any

import httpx
from sqlalchemy.orm import Session

from server.criteria.definition import Definitions
from server.criteria.period import Period
from server.schemas import CriterionDetail
from server.store import criteria
from server.store.drilling import Drill, Part

AT_ONCE = 3
"""Incidents on a page: few, so that most lists have several."""


def every(found: Drill, part: Part, check: str | None) -> list[str]:
    """Codes of one of its lists; newest first, each once."""
    listed: list[tuple[datetime, int, str]] = []
    after: tuple[datetime, int] | None = None
    while True:
        rows = found.rows(part, AT_ONCE + 1, after, check)
        listed += [(row.occurred_at, row.id, row.code) for row in rows[:AT_ONCE]]
        if len(rows) <= AT_ONCE:
            break
        after = listed[-1][:2]
    assert listed == sorted(set(listed), reverse=True)
    return [code for _, _, code in listed]


def lists(
    session: Session, definitions: Definitions, detail: CriterionDetail, period: Period, now: datetime
) -> dict[str, list[str]]:
    """By check what it counted, and what ``others`` and ``waiting`` list; checked against each other and ``detail``."""

    drilled = criteria.drilled(session, definitions, detail.code, period, now)

    def listed(part: Part, check: str | None = None) -> list[str]:
        return every(drilled, part, check)

    found = {key: listed(Part.COUNTED, key) for key in detail.counted_by}
    assert {key: len(codes) for key, codes in found.items()} == detail.counted_by, "each figure leads to its incidents"
    others, waiting = listed(Part.OTHERS), listed(Part.WAITING)
    first = found.get(detail.checks[0].key, []) if detail.checks else []
    assert set(others) == set(chain(*found.values())) - set(first)
    assert len(waiting) == detail.logged
    for page, codes in ((detail.counted, first), (detail.others, others), (detail.waiting, waiting)):
        assert [each.code for each in page.items] == codes[: criteria.PAGE]
        assert (page.next_cursor is None) == (len(codes) <= criteria.PAGE)
    return {**found, "others": others, "waiting": waiting}


def counted(client: httpx.Client, code: str, period: str | None = None, **more: str) -> list[dict[str, Any]]:
    """The same of what was counted, over HTTP. ``more``: part, check."""
    asked: dict[str, str | int] = {"limit": AT_ONCE, **({"period": period} if period else {}), **more}
    found: list[dict[str, Any]] = []
    while True:
        answer = client.get(f"/api/v1/criteria/{code}/incidents", params=asked)
        answer.raise_for_status()
        found += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return found
        asked["cursor"] = answer.json()["next_cursor"]
