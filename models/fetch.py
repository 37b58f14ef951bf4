"""Official weights, fetched once where there is a network, and exported to what an edge runs."""

import contextlib
import tempfile
from pathlib import Path

from models import catalog, ultralytics
from models.errors import ModelError
from models.export import export


def fetch(name: str, folder: Path, *, size: int | None = None, calibrate: Path | None = None) -> Path:
    """Get the catalogue's model ``name`` and export it into ``folder``; returns what was made (see `models.export`).

    Raises ModelError: not in the catalogue, no network, other bytes than the catalogue says.
    """
    entry = catalog.read().get(name)
    if entry is None or not entry.can_fetch:
        known = ", ".join(sorted(name for name, entry in catalog.read().items() if entry.can_fetch))
        raise ModelError(name, f"can't be fetched; these can: {known}")
    with tempfile.TemporaryDirectory() as scratch, contextlib.chdir(scratch):
        # the library downloads a bare name into the working folder
        ultralytics.load(f"{name}.pt", may_download=True)
        weights = Path(scratch) / f"{name}.pt"
        if not weights.is_file():
            raise ModelError(name, "did not arrive; is there a network here?")
        return export(weights, folder, size=size or entry.input_size[0], calibrate=calibrate)
