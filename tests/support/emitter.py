"""A child process that puts numbered events into a real outbox at a steady rate and drains it over a real link.

``python -m tests.support.emitter FOLDER BROKER_URL FIRST COUNT RATE``: appends each number to FOLDER/begun before the
event is put, and to FOLDER/journalled after ``put`` returned (from then on nothing may lose it). Runs until killed.
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.event import (
    ClockReading,
    EventData,
    Evidence,
    Mode,
    ModelRef,
    Phase,
    Place,
    Rule,
    Severity,
    Subject,
)
from contract.health import CameraHealth, CameraState, HealthData
from contract.identity import event_uuid
from edge.clock import SystemClock
from edge.mqtt import Link
from edge.outbox import Outbox
from edge.settings import EdgeSettings, parse
from edge.values import Change

SITE, EDGE, CAMERA = "thu-nghiem", "hop-1", "cam-1"
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


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
    """Event ``number``: opened and closed at once, one per incident (an hour apart)."""
    at = START + timedelta(hours=number)
    return Change(
        camera=CAMERA,
        opened_s=0.0,
        now_s=1.0,
        data=EventData(
            event_id=event_uuid(at, "emitter", str(number)),
            revision=1,
            phase=Phase.CLOSED,
            rule=Rule(kind="intrusion", name="dem", mode=Mode.ACTIVE, version="0" * 64),
            place=Place(kind="zone", name="kho"),
            severity=Severity.HIGH,
            started_at=at,
            last_seen_at=at + timedelta(seconds=1),
            ended_at=at + timedelta(seconds=1),
            clock=ClockReading(basis="pts"),
            subjects=(Subject(track=number, class_name="person", score=0.9, box=(0.1, 0.1, 0.2, 0.4), dwell_s=1.0),),
            evidence=(
                Evidence(kind="picture", missing="the emitter has no camera"),
                Evidence(kind="clip", missing="the emitter has no camera"),
            ),
            model=ModelRef(name="none"),
            config_version="1",
        ),
    )


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
