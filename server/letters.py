"""Texts compared without case and marks, as officers type them: "mat xe" finds "Mất xe". Pure."""

import unicodedata


class _Letters(dict[int, str]):
    """Each letter's bare one, worked out when it is first met: ``str.translate`` asks for it by its number."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        # some capitals become two letters: such a one stays as it is, so that positions stay
        lower = "d" if letter in "đĐ" else unicodedata.normalize("NFD", letter)[0].lower()
        self[code] = lower if len(lower) == 1 else letter
        return self[code]


_LETTERS = _Letters()


def plain(text: str) -> str:
    """Lower case without marks, as long as the text itself (which must be NFC): đ → d, ế → e."""
    return text.translate(_LETTERS)


def composed(text: str) -> str:
    """The same letters, each with its marks in one code point (NFC)."""
    return unicodedata.normalize("NFC", text)
