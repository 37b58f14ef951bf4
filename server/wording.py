"""Pure: figures as the ward's reports write them. "05 vụ", "1.234,5", "giảm 02 vụ (-28,57%)"."""

from typing import Final

_UNITS_EN: Final = {
    "vụ": ("case", "cases"),
    "camera": ("camera", "cameras"),
    "điểm": ("spot", "spots"),
    "tin": ("tip", "tips"),
    "đối tượng": ("person involved", "people involved"),
    "người chết": ("death", "deaths"),
    "người bị thương": ("person injured", "people injured"),
    "người": ("person", "persons"),
    "văn bản": ("document", "documents"),
    "mô hình": ("model", "models"),
    "đơn": ("complaint", "complaints"),
    "giờ": ("hour", "hours"),
}


def number_vi(value: float, decimals: int = 0) -> str:
    """With a dot every thousand and a decimal comma: 1.234,50."""
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


def number_en(value: float, decimals: int = 0) -> str:
    """With a comma every thousand and a decimal point: 1,234.50."""
    return f"{value:,.{decimals}f}"


def count_vi(value: int, unit: str = "vụ") -> str:
    """A count, with a zero before a single digit: "05 vụ", "1.204 vụ"."""
    return f"{_padded(value)} {unit}"


def count_en(value: int, unit: str = "vụ") -> str:
    """The same in English; ``unit`` is the Vietnamese word: "5 cases"."""
    one, many = _UNITS_EN.get(unit, (unit, unit))
    return f"{number_en(value)} {one if value == 1 else many}"


def units_en(unit: str) -> str:
    """A unit's English plural; ``unit`` is the Vietnamese word."""
    return _UNITS_EN.get(unit, (unit, unit))[1]


def floored(share: float) -> float:
    """A share 0..1 cut to hundredths of a per cent: 79.999 % must never read as the 80 % that it missed.

    What only the last binary digits fall short of is reached: 0.57 is 57 %, though 0.57 · 10,000 is 5,699.999… here.
    """
    return int(round(share * 10_000, 6)) / 10_000


def percent_vi(share: float, decimals: int = 0) -> str:
    """A share 0..1 as "61%" or "61,25%"."""
    return f"{number_vi(share * 100, decimals)}%"


def percent_en(share: float, decimals: int = 0) -> str:
    """A share 0..1 as "61%" or "61.25%"."""
    return f"{number_en(share * 100, decimals)}%"


def change_vi(value: int, before: int, unit: str = "vụ") -> str:
    """Against the period before: "giảm 02 vụ (-28,57%)", "tăng 02 vụ (kỳ trước 0)", "không tăng, không giảm"."""
    if value == before:
        return "không tăng, không giảm"
    word = "tăng" if value > before else "giảm"
    share = f"{_sign(value, before)}{percent_vi((value - before) / before, 2)}" if before else "kỳ trước 0"
    return f"{word} {count_vi(abs(value - before), unit)} ({share})"


def change_en(value: int, before: int, unit: str = "vụ") -> str:
    """The same in English: "down 2 cases (-28.57%)", "up 2 cases (none before)", "unchanged"."""
    if value == before:
        return "unchanged"
    word = "up" if value > before else "down"
    share = f"{_sign(value, before)}{percent_en((value - before) / before, 2)}" if before else "none before"
    return f"{word} {count_en(abs(value - before), unit)} ({share})"


def _padded(value: int) -> str:
    return f"{value:02d}" if 0 <= value < 10 else number_vi(value)


def _sign(value: int, before: int) -> str:
    return "+" if value > before else ""
