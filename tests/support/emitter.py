"""A child process that puts numbered events into a real outbox at a steady rate and drains it over a real link.

``python -m tests.support.emitter FOLDER BROKER_URL FIRST COUNT RATE``: appends each number to FOLDER/begun before the
event is put, and to FOLDER/journalled after ``put`` returned (from then on nothing may lose it). Runs until killed.
"""

import sys
import time
from datetime import datetime
from pathlib import Path

from contract.event import ModelRef, Phase
from contract.health import CameraHealth, CameraState, HealthData
from edge.clock import SystemClock
from edge.mqtt import Link
from edge.outbox import Outbox
from edge.settings import EdgeSettings, parse
from edge.values import Change
from tests.support.events import a_change

SITE, EDGE, CAMERA = "thu-nghiem", "hop-1", "cam-1"


def settings(broker_url: str, folder: Path) -> EdgeSettings:
    """Settings of an edge that is only its delivery side."""
    camera = {"name": CAMERA, "source": "none"}
    return parse(
        {
            "site": SITE,
            "edge": EDGE,
            "data_dir": str(folder),
            "broker": {"url": broker_url},
            "heartbeat_s": 1.0,
            "cameras": [camera],
        }
    )


def change(number: int) -> Change:
    """Event ``number``: told once, closed, an hour after the one before, so that each is an incident of its own."""
    return a_change(number * 3600, phase=Phase.CLOSED, camera=CAMERA)


def health(outbox: Outbox, started_at: datetime) -> HealthData:
    """What this edge says of itself."""

    camera = CameraHealth(
        camera=CAMERA,
        state=CameraState.ONLINE,
        up_s=(SystemClock().now() - started_at).total_seconds(),
        fps=1.0,
        frames=1,
        dropped=0,
        inferences=0,
        reconnects=0,
    )
    depth = outbox.depth()
    return HealthData(
        session=outbox.session,
        started_at=started_at,
        software="emitter",
        cameras=(camera,),
        outbox_depth=depth.messages,
        outbox_oldest_s=0.0,
        evidence_pending=depth.evidence,
        disk_free_bytes=1,
        config_version="1",
        model=ModelRef(name="none"),
    )


def main(folder: Path, broker_url: str, first: int, count: int, rate: float) -> None:
    """Put events ``first`` … ``first + count - 1``, then go on draining until killed."""
    clock = SystemClock()
    started_at = clock.now()
    with Outbox(folder / "outbox.db", site=SITE, edge=EDGE) as outbox:
        link = Link(
            settings(broker_url, folder),
            outbox,
            clock,
            health=lambda: health(outbox, started_at),
            take_picture=lambda _camera: None,
        )
        link.start()
        with (folder / "begun").open("a") as begun, (folder / "journalled").open("a") as journalled:
            for number in range(first, first + count):
                print(number, file=begun, flush=True)
                outbox.put(change(number))
                print(number, file=journalled, flush=True)
                time.sleep(1 / rate)
        while True:
            time.sleep(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
