"""Pure: how a report writes figures and words in its language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from server import wording


class Speech(Protocol):
    """One language: its texts, and the officers' words for codes."""

    @property
    def language(self) -> str:
        """vi | en."""

    def gettext(self, text: str) -> str:
        """A text, written in Vietnamese, in this language."""

    def word(self, table: str, code: str) -> str:
        """The word for a code, e.g. ``word("STATES", "confirmed")``; the code itself when nobody gave it one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Figures in one language: "05 vụ", "98,34", "giảm 02 vụ (-28,57%)"."""

    speech: Speech

    @property
    def is_english(self) -> bool:
        """Vietnamese otherwise."""
        return self.speech.language == "en"

    def count(self, value: int, unit: str = "") -> str:
        """A count, with its unit when one is given (the Vietnamese word)."""
        write = wording.count_en if self.is_english else wording.count_vi
        return write(value, unit).strip()

    def number(self, value: float) -> str:
        """At most two decimals."""
        write = wording.number_en if self.is_english else wording.number_vi
        whole = round(value, 2)
        text = write(whole, 2)
        return text.rstrip("0").rstrip(",.")

    def difference(self, value: int, before: int) -> str:
        """Signed: "+02", "-03", "00"."""
        sign = {True: "+", False: "-"}[value > before] if value != before else ""
        return sign + self.count(abs(value - before))

    def against(self, figures: Sequence[tuple[int, int, str]]) -> str:
        """Each (value, before, unit) against the same period: "giảm 02 vụ (-28,57%), giảm … so với cùng kỳ"."""
        speak = self.speech.gettext
        if all(value == before for value, before, _unit in figures):
            return speak("không tăng, không giảm so với cùng kỳ")
        write = wording.change_en if self.is_english else wording.change_vi
        changes = [
            write(value, before, unit)
            if value != before
            else speak("số %(unit)s không đổi") % {"unit": self._unit(unit)}
            for value, before, unit in figures
        ]
        return speak("%(changes)s so với cùng kỳ") % {"changes": ", ".join(changes)}

    def _unit(self, unit: str) -> str:
        return wording.units_en(unit) if self.is_english else unit
