"""A search read: ``camera:kho-sau -rule:intrusion unit:"Khóm 4" before:2026-03-01 xe tải``.

Tokens narrow the list one after the other; several values of one token (``state:new,claimed``, or the token again)
widen it; ``-`` turns a token or word around. Reading never fails: what makes no sense is told as a ``Fault``.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from server.letters import plain
from server.search import dates, words
from server.search.words import CODES_BY_NAME, DATES, KEYS_BY_NAME, RULES_BY_NAME, Key, fold

LONGEST: Final = 500
"""Characters of a search that are read."""
MOST_VALUES: Final = 40
"""Values of all tokens together, and words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One token: the incident's ``key`` is (not) one of ``values``, which are codes where the key has a closed list."""

    key: Key
    values: tuple[str, ...]
    is_not: bool = False

    def text(self) -> str:
        """The token as it is read again."""
        return f"{'-' if self.is_not else ''}{self.key}:{','.join(_quoted(value) for value in self.values)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A free word or a quoted phrase."""

    text: str
    is_not: bool = False

    def written(self) -> str:
        """The word as it is read again."""
        return f"{'-' if self.is_not else ''}{_quoted(self.text, is_word=True)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What was not understood, with the cure, in both languages."""

    at: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search, understood. With faults it must not be run: it would find what was not asked for."""

    terms: tuple[Term, ...] = ()
    words: tuple[Word, ...] = ()
    faults: tuple[Fault, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Does it ask for nothing?"""
        return not (self.terms or self.words or self.faults)

    def text(self) -> str:
        """One way to write it: reading it gives the same search (without its faults)."""
        return " ".join([*(term.text() for term in self.terms), *(word.written() for word in self.words)])

    def only(self, key: Key, value: str) -> "Search":
        """The same with this value for the key, instead of all that it said of it."""
        return Search(terms=(*self.without(key).terms, Term(key=key, values=(value,))), words=self.words)

    def without(self, *keys: Key) -> "Search":
        """The same without these keys."""
        return Search(terms=tuple(term for term in self.terms if term.key not in keys), words=self.words)

    def values(self, key: Key) -> tuple[str, ...]:
        """What is asked for of a key."""
        return next((term.values for term in self.terms if term.key is key and not term.is_not), ())


_BY_LENGTH: Final = sorted((name for key in Key for name in (key, *words.ALIASES[key])), key=len, reverse=True)
_KNOWN: Final = re.compile("|".join(re.sub(r"\\? ", r"[ _-]", re.escape(plain(name))) for name in _BY_LENGTH))
_ANY_KEY: Final = re.compile(r"[^\W\d_][\w-]*")
_ITEM: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s,"]+)')
_WORD: Final = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)')


def parse(text: str) -> Search:
    """What the text asks for. Never raises."""
    text = unicodedata.normalize("NFC", text.replace("\x00", " "))
    if len(text) > LONGEST:
        return Search(
            faults=(
                Fault(
                    at=f"{text[:20]}…",
                    vi=f"Câu tìm dài quá {LONGEST} ký tự; hãy bỏ bớt.",
                    en=f"The search has more than {LONGEST} characters; leave some out.",
                ),
            )
        )
    reader = _Reader(text)
    reader.read()
    return reader.search()


class _Reader:
    """Walks through the text once, left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._plain = plain(text)
        self._at = 0
        self._terms: dict[tuple[Key, bool], tuple[str, ...]] = {}
        self._words: list[Word] = []
        self._faults: list[Fault] = []

    def search(self) -> Search:
        """What was read."""
        count = sum(len(values) for values in self._terms.values()) + len(self._words)
        if count > MOST_VALUES:
            many = Fault(
                at="…",
                vi=f"Câu tìm có hơn {MOST_VALUES} điều kiện; hãy bỏ bớt.",
                en=f"The search has more than {MOST_VALUES} conditions; leave some out.",
            )
            return Search(faults=(many,))
        return Search(
            terms=tuple(
                Term(key=key, values=values, is_not=is_not)
                for (key, is_not), values in sorted(
                    self._terms.items(), key=lambda item: (tuple(Key).index(item[0][0]), item[0][1])
                )
            ),
            words=tuple(dict.fromkeys(self._words)),
            faults=tuple(dict.fromkeys(self._faults)),
        )

    def read(self) -> None:
        """All of it."""
        while self._at < len(self._text):
            if self._text[self._at].isspace():
                self._at += 1
                continue
            is_not = self._text[self._at] == "-" and not self._text[self._at + 1 : self._at + 2].isspace()
            start = self._at
            self._at += is_not
            if not self._token(start, is_not=is_not):
                self._word(start, is_not=is_not)

    def _token(self, start: int, *, is_not: bool) -> bool:
        """Read ``key:values`` if there is one here."""
        known = _KNOWN.match(self._plain, self._at)
        if known is None or self._plain[known.end() : known.end() + 1] != ":":
            known = _ANY_KEY.match(self._text, self._at)
            if known is None or self._text[known.end() : known.end() + 1] != ":":
                return False
        name = self._text[self._at : known.end()]
        key = KEYS_BY_NAME.get(fold(name))
        self._at = known.end() + 1
        items = self._items()
        token = self._text[start : self._at]
        if key is None:
            self._fault(
                token,
                f"Không có từ khoá “{name}:”. Dùng một trong: {', '.join(Key)}; hoặc đặt cả cụm trong ngoặc kép.",
                f"There is no key “{name}:”. Use one of: {', '.join(Key)}; or put it all in quotation marks.",
            )
        elif not items:
            self._fault(
                token,
                f"“{name}:” thiếu giá trị; viết ngay sau dấu hai chấm, ví dụ {_EXAMPLES[key]}.",
                f"“{name}:” lacks a value; write it right after the colon, e.g. {_EXAMPLES[key]}.",
            )
        else:
            values = [self._value(key, item, token) for item in items]
            kept = [value for value in values if value is not None]
            if len(kept) == len(values):
                self._terms[key, is_not] = tuple(dict.fromkeys((*self._terms.get((key, is_not), ()), *kept)))
        return True

    def _items(self) -> list[str]:
        """``a,"b c",d``."""
        items: list[str] = []
        while found := _ITEM.match(self._text, self._at):
            self._at = found.end()
            items.append(_unquoted(found))
            if self._text[self._at : self._at + 1] != ",":
                break
            self._at += 1
        return [item for item in items if item.strip()]

    def _word(self, start: int, *, is_not: bool) -> None:
        found = _WORD.match(self._text, self._at)
        if found is None:  # a quotation mark that nothing closes
            token = self._text[start:]
            self._at = len(self._text)
            self._fault(
                token,
                f"Thiếu dấu ngoặc kép đóng sau {token}.",
                f"The quotation mark of {token} is never closed; add one at its end.",
            )
            return
        self._at = found.end()
        if word := " ".join(_unquoted(found).split()):
            self._words.append(Word(text=word, is_not=is_not))

    def _value(self, key: Key, item: str, token: str) -> str | None:
        item = " ".join(item.split())
        if key in CODES_BY_NAME:
            code = CODES_BY_NAME[key].get(fold(item))
            if code is None:
                known = ", ".join(words.VALUES[key])
                self._fault(
                    token,
                    f"“{item}” không phải giá trị của {key}; dùng một trong: {known}.",
                    f"“{item}” is no value of {key}; use one of: {known}.",
                )
            return code
        if key in DATES:
            day = dates.canonical(item)
            if day is None:
                self._fault(
                    token,
                    f"“{item}” không phải ngày; viết 2026-03-01, 01/03/2026, 03/2026, hôm nay hoặc 7d (7 ngày trước).",
                    f"“{item}” is no date; write 2026-03-01, 01/03/2026, 2026-03, today or 7d (7 days ago).",
                )
            return day
        if key is Key.RULE:
            return RULES_BY_NAME.get(fold(item), item)
        return item.upper() if key in {Key.CODE, Key.CRITERION} else item

    def _fault(self, token: str, vi: str, en: str) -> None:
        self._faults.append(Fault(at=token, vi=vi, en=en))


_EXAMPLES: Final = {
    Key.STATE: "state:confirmed",
    Key.RULE: "rule:intrusion",
    Key.CAMERA: "camera:kho-sau",
    Key.UNIT: 'unit:"Khóm 4"',
    Key.CRITERION: "criterion:TC17",
    Key.CATEGORY: "category:traffic",
    Key.SOURCE: "source:tip",
    Key.SEVERITY: "severity:high",
    Key.OFFICER: "officer:tran.b",
    Key.MODE: "mode:trial",
    Key.OVERDUE: "overdue:yes",
    Key.ON: "on:2026-03-01",
    Key.AFTER: "after:2026-03-01",
    Key.BEFORE: "before:2026-03-01",
    Key.CODE: "code:AN-2026-000412",
    Key.NUMBER: "number:12/TB",
}
"""A token of each key, for the errors and the help."""
EXAMPLES: Final = _EXAMPLES


def _unquoted(found: "re.Match[str]") -> str:
    return found[2] if found[1] is None else re.sub(r"\\(.)", r"\1", found[1])


def _quoted(text: str, *, is_word: bool = False) -> str:
    """Within quotation marks where it would be read otherwise without them."""
    is_safe = re.fullmatch(r'[^\s,"]+', text) is not None
    if is_safe and is_word:
        is_safe = not text.startswith("-") and ":" not in text
    if is_safe:
        return text
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
