"""What may follow what an officer has typed so far: keys, and the values of a key."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from server.search import words
from server.search.query import EXAMPLES
from server.search.words import Key, fold

MOST: Final = 12
_LAST: Final = re.compile(r'(?:^|\s)(-?(?:[^\s"]|"[^"]*"?)*)$')


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """``text``: the whole search with it. ``token``: the part that is new. ``about``: what officers call it."""

    text: str
    token: str
    about: str


def completions(
    text: str, names: Mapping[Key, Sequence[tuple[str, str]]], *, in_vietnamese: bool = True
) -> tuple[Suggestion, ...]:
    """Ways to go on with the last token. ``names``: value and what it is called, of keys whose values the ward has.

    Keys and closed values are English words; ``in_vietnamese`` tells beside them what an officer calls them.
    """
    found = _LAST.search(text)
    last = found[1] if found else ""
    before = text[: len(text) - len(last)]
    sign = "-" if last.startswith("-") else ""
    name, colon, begun = last.removeprefix("-").partition(":")
    if not colon:
        offered = [(f"{sign}{key}:", _about(key, in_vietnamese=in_vietnamese)) for key in _keys(name)]
    else:
        key = words.KEYS_BY_NAME.get(fold(name))
        *done, begun = begun.split(",")
        head = f"{sign}{key}:{''.join(f'{each},' for each in done)}"
        offered = [(f"{head}{_written(code)}", label) for code, label in _values(key, begun, names)] if key else []
        if not in_vietnamese and key not in names:
            offered = [(token, "") for token, _ in offered]
    return tuple(Suggestion(text=f"{before}{token}", token=token, about=about) for token, about in offered[:MOST])


def named_key(text: str) -> Key | None:
    """The key whose value is being typed."""
    found = _LAST.search(text)
    name, colon, _ = (found[1] if found else "").removeprefix("-").partition(":")
    return words.KEYS_BY_NAME.get(fold(name)) if colon else None


def _about(key: Key, *, in_vietnamese: bool) -> str:
    return f"{words.ALIASES[key][0]} – {EXAMPLES[key]}" if in_vietnamese else EXAMPLES[key]


def _keys(begun: str) -> list[Key]:
    wanted = fold(begun)
    return [key for key in Key if any(fold(name).startswith(wanted) for name in (key, *words.ALIASES[key]))]


def _values(key: Key, begun: str, names: Mapping[Key, Sequence[tuple[str, str]]]) -> list[tuple[str, str]]:
    wanted = fold(begun.strip('"'))
    known: list[tuple[str, tuple[str, ...]]] = []
    if key in words.VALUES:
        known = list(words.VALUES[key].items())
    elif key in words.DATES:
        known = [("today", ("hôm nay",)), ("yesterday", ("hôm qua",)), ("7d", ("7 ngày trước",))]
    else:
        known = [(code, (label,)) for code, label in names.get(key, ())]
    fits = [(str(code), called) for code, called in known if any(wanted in fold(each) for each in (code, *called))]
    # what begins like it comes before what only holds it
    fits.sort(key=lambda each: not any(fold(name).startswith(wanted) for name in (each[0], *each[1])))
    return [(code, called[0] if called else "") for code, called in fits]


def _written(code: str) -> str:
    return f'"{code}"' if re.search(r'[\s,"]', code) else code
