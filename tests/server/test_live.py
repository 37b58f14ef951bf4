"""Open pages: everything in order, a reconnecting page catches up, a slow one is told to reload."""

import asyncio
import threading

import pytest

from server.live import KEPT, WAITING, Live, LiveMessage


def drain(queue: "asyncio.Queue[LiveMessage]") -> list[LiveMessage]:
    """What waits in the queue."""
    return [queue.get_nowait() for _ in range(queue.qsize())]


def test_a_page_hears_what_is_published_on_another_thread_in_order() -> None:
    live = Live()

    def publish() -> None:
        for number in range(50):
            live.publish("incident", id=number)

    async def listen() -> list[str | int]:
        async with live.subscribe() as queue:
            thread = threading.Thread(target=publish)
            thread.start()
            heard = [(await queue.get()).fields["id"] for _ in range(50)]
            thread.join()
            return heard

    assert asyncio.run(listen()) == list(range(50))


def test_a_page_that_comes_back_hears_what_it_missed() -> None:
    live = Live(first_id=100)
    for number in range(5):
        live.publish("incident", id=number)

    async def listen() -> list[int]:
        async with live.subscribe(last_id=102) as queue:
            return [message.id for message in drain(queue)]

    assert asyncio.run(listen()) == [103, 104]


@pytest.mark.parametrize(
    ("last_id", "why"),
    [
        (99, "from before the server's start"),
        (5, "older than what is kept"),
        (10**9, "from another server's future"),
        (100 + KEPT - 2 * WAITING, "more than may wait"),
    ],
)
def test_a_page_that_missed_too_much_reloads(last_id: int, why: str) -> None:
    live = Live(first_id=101)
    for number in range(KEPT):
        live.publish("incident", id=number)

    async def listen() -> list[str]:
        async with live.subscribe(last_id=last_id) as queue:
            return [message.kind for message in drain(queue)]

    assert asyncio.run(listen()) == ["reload"], why


def test_a_slow_page_is_told_to_reload_and_holds_up_nobody() -> None:
    live = Live()

    async def listen() -> tuple[list[str], int]:
        async with live.subscribe() as slow, live.subscribe() as quick:
            heard = 0
            for number in range(WAITING + 10):
                live.publish("incident", id=number)
                await quick.get()
                heard += 1
            return [message.kind for message in drain(slow)], heard

    slow, quick = asyncio.run(listen())
    assert slow == ["reload", *["incident"] * 9]
    assert quick == WAITING + 10


def test_a_page_that_is_gone_is_forgotten() -> None:
    live = Live()

    async def listen() -> None:
        async with live.subscribe():
            assert live.subscribers == 1

    asyncio.run(listen())
    assert live.subscribers == 0
    live.publish("criteria")
