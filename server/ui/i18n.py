"""Texts in the officer's language: source strings are Vietnamese, any other language is a catalogue in ``locale/``."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po

SOURCE = "vi"
LANGUAGES = ("vi", "en")
FOLDER = Path(__file__).parent
SCRIPT_KEYWORDS = {"t": None, "tn": (1, 2)}
"""The functions of static/js/text.js that ask for a text, as Babel's extractor wants them."""


def N_(text: str) -> str:  # noqa: N802 (gettext's own name, which extractors look for)
    """Mark a string for the catalogue where it can't be translated yet."""
    return text


def NN_(text: str) -> str:  # noqa: N802
    """The same for a noun that other languages bend by number."""
    return text


@dataclass(frozen=True, slots=True)
class Texts:
    """One language. A string without a translation is shown as it was written: in Vietnamese."""

    language: str
    strings: Mapping[str, tuple[str, ...]]
    """Source string → its translation, or its singular and plural."""

    def gettext(self, text: str) -> str:
        """The text in this language."""
        return self.strings.get(text, (text,))[0]

    def ngettext(self, one: str, many: str, number: float) -> str:
        """The text for this many. Vietnamese has one form for all numbers."""
        forms = self.strings.get(one, (one, many))
        return forms[0] if number == 1 else forms[-1]


@cache
def texts(language: str) -> Texts:
    """The language's texts, read once. Raises FileNotFoundError for a language without a catalogue."""
    if language == SOURCE:
        return Texts(SOURCE, {})
    strings: dict[str, tuple[str, ...]] = {}
    for path in catalogues(language):
        with path.open("rb") as file:
            catalog = read_po(file, locale=language)
        for message in catalog:
            if not message.id:
                continue
            source = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            if forms and all(forms):
                strings[source] = forms
    return Texts(language, strings)


def catalogues(language: str) -> list[Path]:
    """The language's files: ``messages.po`` for what many pages say, then one a page or a noun.

    Raises FileNotFoundError for a language that has none.
    """
    found = sorted((FOLDER / "locale" / language / "LC_MESSAGES").glob("*.po"))
    if not found:
        raise FileNotFoundError(f"there is no catalogue for {language}")
    return found


@cache
def script_texts(language: str) -> Mapping[str, tuple[str, ...]]:
    """What the scripts of ``static/js`` say, for the page to hand over; empty in the source language."""
    wanted = texts(language)
    return {source: wanted.strings[source] for source in _script_sources() if source in wanted.strings}


@cache
def _script_sources() -> frozenset[str]:
    sources: set[str] = set()
    for path in sorted((FOLDER / "static" / "js").glob("*.js")):
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract(
                "javascript", file, keywords=SCRIPT_KEYWORDS, options={"encoding": "utf-8"}
            ):
                sources.add(message if isinstance(message, str) else message[0])
    return frozenset(sources)
