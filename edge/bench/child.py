"""A measurement in a process of its own, on one core: ``python -m edge.bench.child ORDER``, an order as JSON.

Of its own, because what one variant warmed or left spinning would be charged to the next. The core is taken before
anything is imported that counts the cores it may use.
"""

import json
import os
import sys


def main() -> None:
    """Read an `edge.bench.measure.Order`, print a `Measured`; a refusal is one line on standard error and status 2."""
    order = json.loads(sys.argv[1])
    if order["core"] is not None:
        os.sched_setaffinity(0, {order["core"]})
    import logging

    import av

    from edge import log
    from edge.bench.measure import Order, measure
    from edge.evaluate.mot import TruthError
    from models.errors import ModelError

    log.configure(level=logging.ERROR)
    try:
        document = measure(Order(**order)).document()
    except (ModelError, TruthError, av.FFmpegError, OSError) as error:
        sys.stderr.write(f"{log.masked(str(error))}\n")
        sys.exit(2)
    sys.stdout.write(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
