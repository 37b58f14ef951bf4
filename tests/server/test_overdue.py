"""What is overdue: the search, the field and the chip say the same of every incident."""

import re
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from pathlib import Path

import pytest

from server.verdict import OPEN, State
from tests.support.office import NOON, Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_the_search_and_the_field_agree_in_every_state(office: Office) -> None:
    moment = timedelta(seconds=1)
    late = {
        office.incident(state=state, due_at=due, handled_at=handled): state in OPEN and due < NOON and handled is None
        for state, due, handled in product(State, (NOON - moment, NOON, NOON + moment), (None, NOON))
    }
    late |= {office.incident(state=state): False for state in State}
    anna = office.desk("anna", "officer")
    listed = anna.get("/api/v1/incidents", params={"limit": 200}).json()["items"]
    assert {one["code"]: one["is_overdue"] for one in listed} == late
    for value, wanted in (("yes", True), ("no", False)):
        found = anna.get("/api/v1/incidents", params={"q": f"overdue:{value}", "limit": 200}).json()["items"]
        assert {one["code"] for one in found} == {code for code, is_late in late.items() if is_late is wanted}


@pytest.mark.parametrize(
    ("late", "chip"),
    [
        (timedelta(days=3), "quá hạn 3 ngày"),
        (timedelta(seconds=1), "quá hạn 1 ngày"),
        # begun days count whole
        (timedelta(days=3, hours=1), "quá hạn 4 ngày"),
    ],
)
def test_a_row_of_the_list_says_how_late_it_is(office: Office, late: timedelta, chip: str) -> None:
    office.incident(state="confirmed", due_at=NOON - late)
    anna = office.desk("anna", "officer")
    for query in ("", "?q=overdue:yes"):
        assert chip in anna.get(f"/incidents{query}").text


def test_a_row_whose_time_still_runs_says_nothing(office: Office) -> None:
    office.incident(state="confirmed", due_at=NOON + timedelta(seconds=1))
    office.incident(state="resolved", due_at=NOON - timedelta(days=1), handled_at=NOON - timedelta(days=2))
    page = office.desk("anna", "officer").get("/incidents").text
    assert page.count('class="row"') == 2
    assert not re.search(r"quá hạn -?\d", page)
