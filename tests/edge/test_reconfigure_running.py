"""A whole edge at work: its configuration changes over the broker, and no event is lost, cut or told twice."""

import json
import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from contract.configuration import CameraConfig
from contract.drawing import Drawing
from contract.event import EventData, Phase
from contract.health import CameraState, ConfigState
from edge.clock import SystemClock
from edge.settings import parse
from edge.sources.tally import Counters
from edge.supervisor import Edge
from edge.values import Frame
from tests.edge.test_reconfigure import MOVED, OWN, ruled
from tests.support.fixtures import Mosquitto
from tests.support.process import free_port, wait_until
from tests.support.receiver import Receiver
from tests.support.walk import WHOLE, frame

pytestmark = pytest.mark.broker

BOX = [30, 20, 44, 60, 0.9, 0]
"""Somebody in the left half of a picture of 160 × 90, in every picture."""
FPS = 10


@dataclass
class Stage:
    """A camera that shows what the test plays, for as many seconds of its own time as the test says."""

    counters: Counters = field(default_factory=lambda: Counters(state=CameraState.ONLINE))
    duration_s: float | None = None
    _frames: "queue.Queue[Frame | None]" = field(default_factory=queue.Queue)
    _played: int = 0

    def rest(self, is_resting: bool) -> None:
        """It decodes nothing."""

    def frames(self) -> Generator[Frame, None, None]:
        while (shown := self._frames.get()) is not None:
            yield shown

    def play(self, seconds: float) -> None:
        for _ in range(round(seconds * FPS)):
            self._frames.put(frame(self._played / FPS))
            self._played += 1

    def end(self) -> None:
        self._frames.put(None)


@contextmanager
def running(folder: Path, url: str) -> Iterator[tuple[Edge, Stage]]:
    """An edge with one camera, whose model sees somebody in every picture."""
    script = folder / "boxes.json"
    script.write_text(json.dumps({"classes": ["person"], "frames": {str(number): [BOX] for number in range(2000)}}))
    settings = parse(
        {
            "site": "hoa-thuan",
            "edge": "khom4",
            "data_dir": str(folder / "data"),
            "broker": {"url": url},
            "server": {"url": f"http://127.0.0.1:{free_port()}"},
            "model": {"name": "scripted", "weights": str(script)},
            "clip": {"before_s": 1, "after_s": 0, "longest_s": 5},
            "cameras": [{"name": "kho-sau", "source": "sim:street", **OWN.model_dump(mode="json")}],
        }
    )
    stage, stop = Stage(), threading.Event()
    (folder / "data").mkdir(exist_ok=True)
    edge = Edge(settings, SystemClock(), stop, sources=lambda *_: stage)
    thread = threading.Thread(target=edge.run, name="edge")
    thread.start()
    try:
        yield edge, stage
    finally:
        stop.set()
        stage.end()
        thread.join(timeout=15)
    assert not thread.is_alive()


def of_rule(server: Receiver, rule: str) -> list[EventData]:
    return [event.data for event in server.events if event.data.rule.name == rule]


def config(server: Receiver) -> ConfigState | None:
    return server.health[-1].data.cameras[0].config if server.health else None


def test_what_is_open_of_a_changed_rule_closes_and_all_else_goes_on(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with Receiver(mosquitto.url) as server:
        with running(tmp_path, mosquitto.url) as (_, stage):
            stage.play(3.0)
            wait_until(lambda: of_rule(server, "a") and of_rule(server, "b"), "both rules' events")
            server.configure(CameraConfig(camera="kho-sau", version=1, drawing=MOVED))
            wait_until(lambda: config(server) == ConfigState(version=1), "the answer")
            stage.play(2.0)
            wait_until(lambda: of_rule(server, "a")[-1].phase is Phase.CLOSED, "the closing")
            refused = Drawing(zones={"z": WHOLE}, rules=(ruled("camera-moved", "z"),))
            server.configure(CameraConfig(camera="kho-sau", version=2, drawing=refused))
            wait_until(lambda: (found := config(server)) is not None and found.refused_version == 2, "the refusal")
            found = config(server)
            assert found is not None
            assert (found.version, "a rule about the camera itself" in found.refused) == (1, True)
            stage.play(40.0)
            wait_until(lambda: len(of_rule(server, "b")) >= 2, "the rule that stayed tells of the same event")
            assert {data.phase for data in of_rule(server, "b")} == {Phase.OPENED, Phase.UPDATED}
        wait_until(lambda: of_rule(server, "b")[-1].phase is Phase.CLOSED, "the end of the edge")
    assert len({data.event_id for data in of_rule(server, "a")}) == 1, "nobody stands in the moved zone"
    of_b = of_rule(server, "b")
    assert len({data.event_id for data in of_b}) == 1
    assert (of_b[-1].last_seen_at - of_b[-1].started_at).total_seconds() > 25, "through both changes, at 3 s and 5 s"
    assert sorted(set(server.sequences)) == list(range(1, max(server.sequences) + 1)), "no message is missing"


def test_a_restarted_edge_whose_broker_is_away_has_what_it_was_given(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with Receiver(mosquitto.url) as server, running(tmp_path, mosquitto.url):
        wait_until(lambda: server.health, "the edge")
        server.configure(CameraConfig(camera="kho-sau", version=1, drawing=MOVED))
        wait_until(lambda: config(server) == ConfigState(version=1), "the answer")
    mosquitto.kill()
    with running(tmp_path, mosquitto.url) as (edge, stage):
        stage.play(3.0)
        wait_until(edge.outbox.open_events, "an event")
        assert {change.data.rule.name for change in edge.outbox.open_events()} == {"b"}
