"""What is remembered, and what is forgotten for it."""

from concurrent.futures import ThreadPoolExecutor

from server.store.memory import Memory


def test_what_nobody_has_wanted_for_longest_is_forgotten() -> None:
    memory = Memory[str](most=2)
    memory.put("month 1", "one")
    memory.put("month 2", "two")
    assert memory.get("month 1") == "one"
    memory.put("month 3", "three")
    assert memory.get("month 2") is None
    assert (memory.get("month 1"), memory.get("month 3")) == ("one", "three")


def test_nothing_found_is_remembered_too() -> None:
    memory = Memory[list[str]]()
    memory.put("an empty month", [])
    assert memory.get("an empty month") == []


def test_many_at_once_never_make_it_larger() -> None:
    memory = Memory[int](most=10)

    def use(number: int) -> None:
        for each in range(500):
            memory.put((number, each % 20), each)
            found = memory.get((number, each % 7))
            assert found is None or found % 20 == each % 7

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(use, range(4)))
    kept = [key for key in ((number, each) for number in range(4) for each in range(20)) if memory.get(key) is not None]
    assert len(kept) == 10
