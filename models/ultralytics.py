"""The optional library that reads ``.pt`` files, quietened: it installs nothing by itself and reports to nobody.

Loading a ``.pt`` unpickles it, which runs whatever code the file carries. Only `models.export` and `models.fetch` do
it, and only when a person asks for it.
"""

import os
from pathlib import Path
from typing import Any

from models.errors import ModelError

INSTALL = "make setup EXTRAS=ultralytics, or: pip install 'camera-an-ninh[ultralytics]'"


def load(weights: Path | str, *, may_download: bool = False) -> Any:
    """``ultralytics.YOLO`` of a ``.pt`` you trust. ``may_download``: a bare name such as ``yolo26n.pt`` is fetched.

    Raises ModelError if the library is missing or the file can't be used.
    """
    # read when the library is imported, so they must stand before
    os.environ.update(YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false", YOLO_OFFLINE="false" if may_download else "true")
    try:
        import ultralytics
    except ImportError as error:
        raise ModelError(weights, f"needs the ultralytics extra ({error}); install it: {INSTALL}") from error
    ultralytics.settings.update({"sync": False})
    try:
        return ultralytics.YOLO(str(weights))
    except Exception as error:  # unpickling may raise anything
        # its messages carry pictograms, which not every terminal has
        plain = str(error).encode("ascii", "ignore").decode().strip()
        reason = (plain.splitlines() or [type(error).__name__])[0].rstrip(". ")
        cure = "; fetch it where there is a network and copy models/weights/ here" if may_download else ""
        raise ModelError(weights, f"ultralytics can't load it ({reason}){cure}") from error
