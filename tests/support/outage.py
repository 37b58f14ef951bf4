"""The frames either side of an outage, whenever the source hands them over."""

import time
from collections.abc import Callable, Sequence

from edge.clock import SystemClock
from edge.values import Frame
from tests.support.process import wait_until

HALF_S = 1.0
"""More than a frame's time is off by."""


def outlived(given: Sequence[Frame], start: Callable[[], object]) -> tuple[Frame, Frame]:
    """``start`` a camera again that is known to be away: the last frame before the outage, the first one after it.

    Told apart by when they were captured: a frame that was read before the camera was missed may be handed over later.
    """
    time.sleep(HALF_S)
    middle = SystemClock().now()
    time.sleep(HALF_S)
    start()
    wait_until(lambda: given[-1].captured_at > middle, "frames after the outage", 60)
    first = next(index for index, frame in enumerate(given) if frame.captured_at > middle)
    return given[first - 1], given[first]
