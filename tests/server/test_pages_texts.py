"""Every word of the pages: whole in English, none left over, and legible."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from contract.event import Mode, Severity, Status
from contract.health import CameraState, PictureState
from server.criteria.vocabulary import Basis
from server.deed import Deed
from server.role import ROLES
from server.ui import i18n, words
from server.ui.i18n import FOLDER, SCRIPT_KEYWORDS, Texts, catalogues, texts
from server.verdict import Category, Move, Source, State

KEYWORDS = {"gettext": None, "speak": None, "ngettext": (1, 2), "N_": None, "NN_": (1, 1)}
CATALOG = FOLDER / "locale" / "en" / "LC_MESSAGES"


def sources() -> Iterator[tuple[str, Path]]:
    """Every marked string and where it stands."""
    for pattern, method in (("**/*.py", "python"), ("templates/*.html", "jinja2"), ("static/js/*.js", "javascript")):
        keywords = SCRIPT_KEYWORDS if method == "javascript" else KEYWORDS
        paths = sorted(FOLDER.glob(pattern))
        if method == "python":
            paths += sorted((FOLDER.parent / "reports").glob("*.py"))
        for path in paths:
            with path.open("rb") as file:
                for _line, message, _comments, _context in extract(method, file, keywords=keywords):
                    yield message if isinstance(message, str) else message[0], path


def test_every_string_has_an_english_text() -> None:
    known = texts("en").strings
    missing = {(text, path.name) for text, path in sources() if text not in known}
    assert not missing, f"add them to {CATALOG}"


def test_no_english_text_is_left_over() -> None:
    used = {text for text, _path in sources()}
    assert not set(texts("en").strings) - used, f"remove them from {CATALOG}"


def test_a_translation_fills_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)s", text))

    wrong = [
        source for source, forms in texts("en").strings.items() for form in forms if places(form) != places(source)
    ]
    assert not wrong


def test_the_catalogue_is_sound() -> None:
    seen: set[str] = set()
    for path in catalogues("en"):
        with path.open("rb") as file:
            catalog = read_po(file, locale="en", abort_invalid=True)
        assert not [error for message in catalog for error in message.check(catalog)], path.name
        ids = {str(message.id) for message in catalog if message.id}
        assert not ids & seen, f"{path.name}: said in another file already"
        seen |= ids


def test_no_template_holds_a_bare_vietnamese_word() -> None:
    """Text outside gettext would stay Vietnamese on an English page."""
    accented = re.compile("[àáảãạăâđèéẻẽẹêìíỉĩịòóỏõọôơùúủũụưỳýỷỹỵ]", re.IGNORECASE)
    marked = re.compile(r"gettext\((\"[^\"]*\"|'[^']*')", re.DOTALL)
    allowed = ("Tiếng Việt", '("vụ", "điểm")')
    for path in (FOLDER / "templates").glob("*.html"):
        rest = marked.sub("", path.read_text(encoding="utf-8"))
        for words_ in allowed:
            rest = rest.replace(words_, "")
        assert not accented.search(rest), f"{path.name}: {rest[max(0, accented.search(rest).start() - 40) :][:90]}"  # type: ignore[union-attr]


def test_a_string_without_translation_is_shown_as_written() -> None:
    assert Texts("en", {}).gettext("Duyệt") == "Duyệt"
    assert Texts("en", {}).ngettext("vụ", "vụ", 2) == "vụ"


def test_english_bends_by_number_and_vietnamese_does_not() -> None:
    assert [texts("en").ngettext("người", "người", n) for n in (1, 2)] == ["person", "people"]
    assert [texts("vi").ngettext("người", "người", n) for n in (1, 2)] == ["người", "người"]


def test_scripts_are_handed_their_texts_and_no_others() -> None:
    handed = i18n.script_texts("en")
    assert "vừa xong" in handed
    assert "Máy biên" not in handed
    assert not i18n.script_texts("vi")


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (words.STATES, [*State]),
        (words.MOVES, [*Move, Deed.MERGE, Deed.SPLIT]),
        (words.SOURCES, [*Source]),
        (words.CATEGORIES, [*Category]),
        (words.SEVERITIES, [*Severity]),
        (words.MODES, [*Mode]),
        (words.STATUSES, [status for status in Status if status is not Status.ACTUAL]),
        (words.CAMERA_STATES, [*CameraState, "silent"]),
        (words.PICTURES, [*PictureState]),
        (words.ROLES, ROLES),
        (words.BASES, Basis.model_fields["mark"].annotation.__args__),  # type: ignore[union-attr]
    ],
    ids=[
        "states",
        "moves",
        "sources",
        "categories",
        "severities",
        "modes",
        "statuses",
        "camera states",
        "pictures",
        "roles",
        "bases",
    ],
)
def test_every_code_has_its_word(table: dict[str, str], codes: list[str]) -> None:
    assert {str(code) for code in codes} == set(table)


PAIRS = [
    ("ink", "canvas"),
    ("ink", "surface"),
    ("ink", "sunken"),
    ("ink", "accent-soft"),
    ("ink-2", "canvas"),
    ("ink-2", "surface"),
    ("ink-2", "sunken"),
    ("ink-2", "accent-soft"),
    ("accent", "canvas"),
    ("accent", "surface"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("room-ink", "room"),
    ("room-ink-2", "room-2"),
    *((tone, f"{tone}-soft") for tone in ("todo", "doing", "paused", "done", "late", "quiet")),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground(theme: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1."""
    colours = _colours("tokens.css") | (_colours("dark.css") if theme == "dark" else {})
    weak = {pair: round(_contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in PAIRS}
    assert not {pair: found for pair, found in weak.items() if found < 4.5}


def test_the_dark_theme_changes_colours_only() -> None:
    assert set(_colours("dark.css")) <= set(_colours("tokens.css"))


def _colours(sheet: str) -> dict[str, str]:
    text = (FOLDER / "static" / "css" / sheet).read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", text))


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
