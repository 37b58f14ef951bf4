"""Server-sent events over a real connection."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from server import auth
from server.api.deps import SESSION_COOKIE
from server.api.live import stream
from tests.support.office import Office, decide, open_office
from tests.support.process import wait_until


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def lines(answer: httpx.Response, how_many: int) -> list[str]:
    """The next lines of a stream that say something."""
    found: list[str] = []
    for line in answer.iter_lines():
        if line:
            found.append(line)
        if len(found) == how_many:
            break
    return found


def test_a_page_is_told_of_a_decision_and_catches_up_after_a_break(office: Office) -> None:
    anna, live = office.desk("anna", "officer"), office.services.live
    code, start = office.incident(), live.latest_id
    with anna.stream("GET", "/api/v1/live") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        wait_until(lambda: live.subscribers == 1, "the page to listen")
        decide(anna, code, "confirm")
        told = lines(answer, 7)
    assert told[0].startswith("retry: ")
    assert told[1:4] == [
        f"id: {start + 1}",
        "event: incident",
        f'data: {{"code":"{code}","state":"confirmed","id":1,"version":2}}',
    ]
    assert told[4:] == [f"id: {start + 2}", "event: criteria", "data: {}"]
    with anna.stream("GET", "/api/v1/live", headers={"Last-Event-ID": str(start + 1)}) as answer:
        assert lines(answer, 4)[1:] == [f"id: {start + 2}", "event: criteria", "data: {}"]
    with anna.stream("GET", f"/api/v1/live?after={start + 1}") as answer:
        assert lines(answer, 3)[1:] == [f"id: {start + 2}", "event: criteria"]


def test_a_page_from_before_a_restart_is_told_to_reload(office: Office) -> None:
    anna = office.desk("anna", "officer")
    with anna.stream("GET", "/api/v1/live", headers={"Last-Event-ID": "17"}) as answer:
        assert "event: reload" in lines(answer, 4)


def test_streams_end_by_themselves_when_the_server_stops(office: Office) -> None:
    anna, live = office.desk("anna", "officer"), office.services.live
    with anna.stream("GET", "/api/v1/live") as answer:
        wait_until(lambda: live.subscribers == 1, "the page to listen")
        live.close()
        assert [line for line in answer.iter_lines() if line and not line.startswith("retry")] == []
    wait_until(lambda: live.subscribers == 0, "the stream to be forgotten")


def test_a_stream_ends_with_its_session_even_when_there_is_always_something_to_tell(office: Office) -> None:
    anna = office.desk("anna", "officer")
    token = auth.token_sha256(anna.cookies[SESSION_COOKIE])

    async def heard() -> list[str]:
        told: list[str] = []
        async for text in stream(office.services, token, None, look_s=0.0):
            told.append(text)
            if len(told) == 3:
                assert await asyncio.to_thread(anna.delete, "/api/v1/session")
            office.services.live.publish("criteria")
            assert len(told) < 20, "a signed-out browser still hears"
        return told

    assert len(asyncio.run(heard())) == 3


def test_open_pages_hear_of_a_hold_and_of_its_end(office: Office) -> None:
    chief, live = office.desk("chief", "supervisor"), office.services.live
    code, start = office.incident(), live.latest_id
    assert chief.put(f"/api/v1/incidents/{code}/hold", json={"reason": "Viện kiểm sát yêu cầu"}).status_code == 200
    assert chief.delete(f"/api/v1/incidents/{code}/hold").status_code == 204
    with chief.stream("GET", f"/api/v1/live?after={start}") as answer:
        told = [line for line in lines(answer, 7) if line.startswith("data: ")]
    assert told == [f'data: {{"id":1,"code":"{code}","state":"new","version":1}}'] * 2
