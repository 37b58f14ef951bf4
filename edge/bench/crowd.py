"""One edge with many cameras, in a process and on cores of its own: ``python -m edge.bench.crowd ORDER``, as JSON.

Everything is real but the cameras, which are recordings that play like cameras (`edge.bench.newest`), and the broker,
which is not there: events wait in the journal.
"""

import json
import logging
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract.health import CameraState

if TYPE_CHECKING:
    from edge.bench.newest import Newest
    from edge.camera import Camera
    from edge.clock import Clock
    from edge.supervisor import Edge

LOOK_S = 0.25
"""The queues are looked at this often."""
BEGIN_S = 60.0
"""No longer is waited for cameras that neither begin nor fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrowdOrder:
    """What is to run. ``videos``: played by the cameras in rotation; ``spread_s``: the cameras begin over so many
    seconds; ``warm_s``: what follows before counting, once every camera has begun or failed; ``seconds``: what is
    counted."""

    videos: list[str]
    cameras: int
    seconds: float
    spread_s: float
    warm_s: float
    model: str
    weights: str | None
    detect_fps: float
    cores: list[int]


def main() -> None:
    """Read a `CrowdOrder`; print the line ``counting`` when it begins to count, and at last what was found."""
    order = CrowdOrder(**json.loads(sys.argv[1]))
    # Before anything is imported that counts the cores it may use.
    if order.cores:
        os.sched_setaffinity(0, order.cores)
    from edge import log
    from edge.supervisor import StartError

    log.configure(level=logging.ERROR)
    try:
        with tempfile.TemporaryDirectory(prefix="anninh-bench-") as folder:
            found = run(order, Path(folder), lambda: print("counting", flush=True))  # noqa: T201 - its protocol
    except StartError as error:
        sys.stderr.write(f"{log.masked(str(error))}\n")
        sys.exit(2)
    sys.stdout.write(json.dumps(found) + "\n")


def run(order: CrowdOrder, folder: Path, counting: Callable[[], None]) -> dict[str, Any]:
    """Run the edge for as long as is asked. Raises StartError."""
    from edge.bench.newest import Newest
    from edge.capture import open_source
    from edge.clock import Clock, SystemClock
    from edge.settings import CameraSettings
    from edge.supervisor import Edge

    clock, stop = SystemClock(), threading.Event()
    sources: dict[str, Newest] = {}

    def opened(camera: CameraSettings, clock: Clock, stop: threading.Event) -> Newest:
        begin_s = order.spread_s * int(camera.name.rpartition("-")[2]) / order.cameras
        sources[camera.name] = Newest(open_source(camera, clock, stop, in_own_process=True), clock, stop, begin_s)
        return sources[camera.name]

    edge = Edge(settings(order, folder), clock, stop, sources=opened)
    thread = threading.Thread(target=edge.run, name="edge")
    thread.start()
    try:
        clock.sleep(order.spread_s)
        _begun(edge, clock)
        clock.sleep(order.warm_s)
        begun = {camera.camera: _counts(camera) for camera in edge.cameras}
        for source in sources.values():
            source.latencies.clear()
        counting()
        began_s = clock.mono_s()
        queues = _queues(edge, order.seconds, clock.sleep)
        passed_s = clock.mono_s() - began_s
        cameras = [_camera(one, sources[one.camera], begun[one.camera], passed_s) for one in edge.cameras]
    finally:
        stop.set()
        thread.join()
    return {"seconds": round(passed_s, 2), "queues": queues, "cameras": cameras}


def settings(order: CrowdOrder, folder: Path) -> Any:
    """An edge whose broker and server are not there."""
    from edge.defaults import default_camera
    from edge.settings import EdgeSettings, ModelSettings

    videos = [order.videos[at % len(order.videos)] for at in range(order.cameras)]
    return EdgeSettings.model_validate(
        {
            "site": "bench",
            "edge": "bench",
            "data_dir": folder,
            # The discard port: nobody listens.
            "broker": {"url": "mqtt://127.0.0.1:9"},
            "server": {"url": "http://127.0.0.1:9"},
            "model": ModelSettings(name=order.model, weights=Path(order.weights) if order.weights else None),
            "cameras": [
                default_camera(f"camera-{at}", video, loop=True, detect_fps=order.detect_fps)
                for at, video in enumerate(videos)
            ],
        }
    )


def _begun(edge: "Edge", clock: "Clock") -> None:
    """Wait for every camera's first frame, or its failure: what starting takes is no part of the measurement."""
    until_s = clock.mono_s() + BEGIN_S
    while clock.mono_s() < until_s and any(camera.state is CameraState.CONNECTING for camera in edge.cameras):
        clock.sleep(LOOK_S)


def _queues(edge: "Edge", seconds: float, sleep: Callable[[float], None]) -> dict[str, Any]:
    """Look at every queue until the time is over."""
    looks = round(seconds / LOOK_S)
    waiting, shares, depths = 0, [], []
    for look in range(looks):
        sleep(LOOK_S)
        waiting = max(waiting, edge.turns.waiting if edge.turns else 0)
        shares.append(edge.turns.share if edge.turns else 1.0)
        if look in (0, looks // 2, looks - 1):
            depths.append(edge.outbox.depth().messages)
    return {
        "looks_waiting_most": waiting,
        "detect_share_mean": round(sum(shares) / len(shares), 3),
        "detect_share_least": round(min(shares), 3),
        "journal_messages": depths,
    }


def _counts(camera: "Camera") -> dict[str, int]:
    return {name: int(getattr(camera, name)) for name in ("frames", "dropped", "inferences", "detections_dropped")}


def _camera(camera: "Camera", source: "Newest", begun: dict[str, int], passed_s: float) -> dict[str, Any]:
    counts = {name: count - begun[name] for name, count in _counts(camera).items()}
    return {
        "camera": camera.camera,
        "state": camera.state.value,
        "error": camera.error,
        **counts,
        "detections_per_s": round(counts["inferences"] / passed_s, 2),
        "frames_per_s": round(counts["frames"] / passed_s, 2),
        "latency_p50_ms": source.latencies.at(0.5),
        "latency_p95_ms": source.latencies.at(0.95),
        "latency_max_ms": source.latencies.at(1.0),
        "packets_waiting_most": source.most_packets,
    }


if __name__ == "__main__":
    main()
