"""One language for whatever speaks outside a page (reports): its texts, and the officers' words for codes."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.ui import words
from server.ui.i18n import Texts, texts


@dataclass(frozen=True, slots=True)
class Words:
    """A language's texts and words: server.reports.style.Speech."""

    texts: Texts

    @property
    def language(self) -> str:
        """vi | en."""
        return self.texts.language

    def gettext(self, text: str) -> str:
        """A text, written in Vietnamese, in this language."""
        return self.texts.gettext(text)

    def word(self, table: str, code: str) -> str:
        """The word for a code of a table in server.ui.words; the code itself when nobody gave it one."""
        known: Mapping[str, str] = getattr(words, table)
        return self.texts.gettext(known.get(code, code))


def words_of(language: str) -> Words:
    """The language's."""
    return Words(texts(language))
