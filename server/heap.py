"""How often Python looks for garbage that only cycles keep alive: rarely, as a batch of messages makes next to none.

The default looks after every 700 new objects, and through everything there is again and again while a batch is read:
half of the ingest's time.
"""

import gc
from typing import Final

_YOUNG: Final = 100_000
"""New objects before the young ones are looked at: about one batch of messages."""
_MIDDLE, _OLD = 20, 100


def settle() -> None:
    """Call once, when a process of the server has made what it keeps: modules, routes, models. It is not looked at
    again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
