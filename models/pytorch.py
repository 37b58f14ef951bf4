"""What can be said of a ``.pt`` file without loading it: loading one runs whatever code it carries."""

import zipfile
from pathlib import Path

LEAST_BYTES = 1024
"""No network fits in less: such a file is a placeholder, a link or a page that says "not found"."""


def is_model(weights: Path) -> bool:
    """Has it the form of a model that PyTorch wrote? (Loading it would still run its code.)"""
    return weights.is_file() and zipfile.is_zipfile(weights) and _holds_model(weights)


def why_not(weights: Path) -> str:
    """Why this ``.pt`` file is not run as it is, with the cure."""
    if not weights.is_file():
        return "is not there"
    size = weights.stat().st_size
    with weights.open("rb") as file:
        start = file.read(512)
    if start[:2] != b"PK" and (size < LEAST_BYTES or _is_text(start)):
        return f"is {size} bytes of text, not a model; download it again"
    # PyTorch writes a ZIP archive since version 1.6; its directory is at the end, so a cut file has none
    if not zipfile.is_zipfile(weights):
        return "is cut off or damaged (a ZIP archive without its end); download it again"
    if not _holds_model(weights):
        return "is a ZIP archive without a model in it"
    return f"is a PyTorch file, which is not run as it is; export it once: anninh models export {weights.name}"


def _holds_model(archive: Path) -> bool:
    with zipfile.ZipFile(archive) as opened:
        return any(Path(name).name == "data.pkl" for name in opened.namelist())


def _is_text(start: bytes) -> bool:
    try:
        return start.decode("utf-8").isprintable() or b"\n" in start
    except UnicodeDecodeError:
        return False
