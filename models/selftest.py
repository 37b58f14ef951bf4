"""Is it blind? A model that loads proves nothing: `check` runs pictures through it before a camera relies on it."""

import numpy as np

from models.errors import ModelError
from models.network import NetworkDetector

BLANK_MOST = 3
"""So many boxes on an empty grey picture are noise; more come from a model that answers whatever it is shown."""


def check(detector: NetworkDetector, where: str) -> None:
    """Return when ``detector`` sees; raise ModelError with the reason when it does not."""
    grey = np.full((480, 640, 3), 128, np.uint8)
    if not all(np.isfinite(output).all() for output in detector.raw(grey)):
        raise ModelError(where, "answers with numbers that are not finite; export it again")
    if len(detector.detect([grey])[0]) > BLANK_MOST:
        raise ModelError(where, "finds things on an empty picture: it answers whatever it is shown")
