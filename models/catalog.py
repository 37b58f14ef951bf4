"""The models that are known: whose they are, under which licence, and what they measured. Data: catalog.toml."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).parent / "catalog.toml"


class Entry(BaseModel):
    """One model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    file: str | None = None
    """Its file or folder in a weights folder; None: made by `anninh models fetch`."""
    source: str
    licence: str
    classes: str
    """``COCO`` or the names themselves."""
    input_size: tuple[int, int]
    """Height, width."""
    size_bytes: int | None = Field(default=None, ge=1)
    sha256: str | None = Field(default=None, pattern="^[0-9a-f]{64}$")
    """As `models.detector.ModelInfo` has it; None: an export differs from one machine to the next."""
    map50_95: float | None = Field(default=None, ge=0, le=1)
    """Mean average precision, measured as README.md says."""
    can_fetch: bool = False
    """`anninh models fetch` gets it."""


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    model: list[Entry]


def read(file: Path = FILE) -> dict[str, Entry]:
    """The catalogue by name. Raises pydantic.ValidationError (a ValueError) that names the key that is wrong."""
    document = _Document.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    return {entry.name: entry for entry in document.model}


def by_digest(sha256: str | None) -> Entry | None:
    """The entry of the weights with this digest, if they are known."""
    return next((entry for entry in read().values() if sha256 is not None and entry.sha256 == sha256), None)
