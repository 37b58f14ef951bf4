"""A change as text for the journal, and back."""

import json

from contract.event import EventData
from edge.values import Change


def freeze(change: Change) -> str:
    """JSON; ``thaw`` gives the same change, but for the tracks that were there at the moment."""
    return json.dumps(
        {
            "camera": change.camera,
            "data": change.data.model_dump(mode="json"),
            "opened_s": change.opened_s,
            "now_s": change.now_s,
        }
    )


def thaw(text: str) -> Change:
    """What ``freeze`` gave."""
    kept = json.loads(text)
    return Change(
        camera=kept["camera"],
        data=EventData.model_validate(kept["data"]),
        opened_s=kept["opened_s"],
        now_s=kept["now_s"],
    )
