"""A configuration of the server's: taken whole or refused, kept, and taken up by a walk that goes on."""

import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contract import codec
from contract.codec import ContractError
from contract.configuration import CameraConfig, CameraSettingsTold, ConfigData, SettingsData
from contract.drawing import Drawing
from contract.event import Phase
from contract.health import ConfigState
from contract.zones import Zone
from edge import reconfigure
from edge.clock import SystemClock
from edge.mqtt import Link
from edge.outbox import Outbox
from edge.reconfigure import Reconfigure
from edge.settings import CameraSettings, EdgeSettings, RuleSettings, parse
from edge.worker import Worker
from tests.edge.test_mqtt import health_of
from tests.edge.test_worker import Notes, Reel
from tests.support.driven_clock import DrivenClock
from tests.support.fixtures import Mosquitto
from tests.support.process import wait_until
from tests.support.receiver import Receiver
from tests.support.walk import LEFT_HALF, WHOLE, Eye, detections, frame, times

RIGHT_HALF = Zone(points=((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)))
STANDS = detections((30, 20, 44, 60))
"""In the left half of a picture of 160 × 90."""


def ruled(name: str, zone: str, **more: object) -> RuleSettings:
    return RuleSettings.model_validate({"name": name, "kind": "intrusion", "zone": zone, "dwell_s": 1.0, **more})


OWN = Drawing(zones={"left": LEFT_HALF, "whole": WHOLE}, rules=(ruled("a", "left"), ruled("b", "whole")))


def edge_of(folder: Path, url: str = "mqtt://127.0.0.1:1", **camera: object) -> EdgeSettings:
    document = {"name": "kho-sau", "source": "sim:street", **OWN.model_dump(mode="json"), **camera}
    other = {"name": "cong", "source": "sim:street"}
    return parse(
        {
            "site": "hoa-thuan",
            "edge": "khom4",
            "data_dir": str(folder),
            "broker": {"url": url},
            "heartbeat_s": 600,
            "cameras": [document, other],
        }
    )


def sent(version: int, drawing: Drawing | None, camera: str = "kho-sau") -> ConfigData:
    return ConfigData(cameras=(CameraConfig(camera=camera, version=version, drawing=drawing),))


def told(found: Reconfigure) -> SettingsData:
    message = codec.decode(found.told("kho-sau"))
    assert isinstance(message, CameraSettingsTold)
    return message.data


MOVED = Drawing(zones={"left": RIGHT_HALF, "whole": WHOLE}, rules=(ruled("a", "left"), ruled("b", "whole")))


def test_without_a_word_of_the_server_the_file_holds(tmp_path: Path) -> None:
    found = Reconfigure(edge_of(tmp_path), DrivenClock())
    assert found.camera("kho-sau").zones == OWN.zones
    assert found.state("kho-sau") is None
    assert told(found).drawing == OWN


def test_a_configuration_replaces_what_is_drawn_and_nothing_else(tmp_path: Path) -> None:
    found = Reconfigure(edge_of(tmp_path, label="Kho", detect_fps=2.0), DrivenClock())
    other = found.camera("cong")
    assert found.take(sent(3, MOVED)) == ("kho-sau",)
    camera = found.camera("kho-sau")
    assert (camera.zones, camera.rules) == (MOVED.zones, MOVED.rules)
    assert (camera.label, camera.detect_fps, camera.source) == ("Kho", 2.0, "sim:street")
    assert found.state("kho-sau") == ConfigState(version=3)
    assert found.camera("cong") is other
    assert told(found).version == 3


@pytest.mark.parametrize(
    ("drawing", "says"),
    [
        (Drawing(rules=(ruled("camera-moved", "z"),), zones={"z": WHOLE}), "a rule about the camera itself"),
        (
            Drawing(
                zones={"z": WHOLE}, rules=(RuleSettings.model_validate({"name": "q", "kind": "speeding", "zone": "z"}),)
            ),
            "speeding needs the camera's `calibration`",
        ),
    ],
)
def test_a_refused_configuration_changes_nothing_and_says_why(tmp_path: Path, drawing: Drawing, says: str) -> None:
    found = Reconfigure(edge_of(tmp_path), DrivenClock())
    found.take(sent(1, MOVED))
    before = found.camera("kho-sau")
    assert found.take(sent(2, drawing)) == ("kho-sau",)
    assert found.camera("kho-sau") is before
    state = found.state("kho-sau")
    assert state is not None
    assert (state.version, state.refused_version) == (1, 2)
    assert says in state.refused
    found.take(sent(3, OWN))
    assert found.state("kho-sau") == ConfigState(version=3), "the next good one clears it"


def test_one_refused_camera_does_not_hold_up_another(tmp_path: Path) -> None:
    found = Reconfigure(edge_of(tmp_path), DrivenClock())
    bad = Drawing(zones={"z": WHOLE}, rules=(ruled("camera-moved", "z"),))
    both = ConfigData(
        cameras=(
            CameraConfig(camera="kho-sau", version=1, drawing=bad),
            CameraConfig(camera="nowhere", version=1, drawing=MOVED),
            CameraConfig(camera="cong", version=1, drawing=MOVED),
        )
    )
    assert found.take(both) == ("kho-sau", "cong")
    assert found.camera("cong").zones == MOVED.zones


def test_a_late_message_is_no_way_back_and_a_repeat_is_no_news(tmp_path: Path) -> None:
    found = Reconfigure(edge_of(tmp_path), DrivenClock())
    found.take(sent(5, MOVED))
    camera = found.camera("kho-sau")
    assert found.take(sent(4, OWN)) == ()
    assert found.take(sent(5, MOVED)) == ()
    assert found.camera("kho-sau") is camera


def test_a_restarted_edge_without_a_broker_has_what_it_was_given(tmp_path: Path) -> None:
    Reconfigure(edge_of(tmp_path), DrivenClock()).take(sent(7, MOVED))
    again = Reconfigure(edge_of(tmp_path), DrivenClock())
    assert again.camera("kho-sau").zones == MOVED.zones
    assert again.state("kho-sau") == ConfigState(version=7)


def test_a_version_without_a_drawing_is_the_way_back_to_the_file(tmp_path: Path) -> None:
    found = Reconfigure(edge_of(tmp_path), DrivenClock())
    own = found.camera("kho-sau")
    found.take(sent(1, MOVED))
    found.take(sent(2, None))
    assert found.camera("kho-sau") == own
    again = Reconfigure(edge_of(tmp_path, zones={"x": {"points": WHOLE.points}}, rules=[]), DrivenClock())
    assert set(again.camera("kho-sau").zones) == {"x"}, "and the file may change afterwards"
    assert again.state("kho-sau") == ConfigState(version=2)


def test_what_no_longer_fits_the_file_is_refused_at_the_start(tmp_path: Path) -> None:
    calibrated = {
        "points": [
            {"image": [0, 0], "ground": [0, 9]},
            {"image": [1, 0], "ground": [9, 9]},
            {"image": [1, 1], "ground": [9, 0]},
            {"image": [0, 1], "ground": [0, 0]},
        ]
    }
    fast = Drawing(
        zones={"z": WHOLE}, rules=(RuleSettings.model_validate({"name": "q", "kind": "speeding", "zone": "z"}),)
    )
    found = Reconfigure(edge_of(tmp_path, calibration=calibrated), DrivenClock())
    assert told(found).is_calibrated
    found.take(sent(1, fast))
    again = Reconfigure(edge_of(tmp_path), DrivenClock())
    state = again.state("kho-sau")
    assert state is not None
    assert (state.version, state.refused_version) == (None, 1)
    assert again.camera("kho-sau").zones == OWN.zones


@pytest.mark.parametrize("rubbish", [b"", b"{", b'{"cameras": 7}', b"\xff"])
def test_a_torn_file_leaves_the_edge_its_own_settings(tmp_path: Path, rubbish: bytes) -> None:
    (tmp_path / reconfigure.FILE).write_bytes(rubbish)
    found = Reconfigure(edge_of(tmp_path), DrivenClock())
    assert found.camera("kho-sau").zones == OWN.zones
    found.take(sent(1, MOVED))
    assert Reconfigure(edge_of(tmp_path), DrivenClock()).camera("kho-sau").zones == MOVED.zones


@pytest.mark.parametrize(
    "payload", [b"{", b"null", b'{"type": "vn.anninh.config.v2"}', b'{"type": "vn.anninh.receipt.v1"}']
)
def test_what_is_no_configuration_is_told_apart(payload: bytes) -> None:
    with pytest.raises(ContractError):
        reconfigure.read(payload)


class Changing:
    """The wanted settings of a walk: others from a second on."""

    def __init__(self, before: CameraSettings, after: CameraSettings, at_s: float) -> None:
        self.now_s = 0.0
        self._before, self._after, self._at_s = before, after, at_s

    def __call__(self) -> CameraSettings:
        return self._after if self.now_s >= self._at_s else self._before


def walked(before: CameraSettings, after: CameraSettings, seconds: float) -> tuple[Notes, bool]:
    """Somebody stands in the left half all the time; the settings change after half of it."""
    notes, wanted = Notes(), Changing(before, after, seconds / 2)
    reel = [frame(at) for at in times(0, seconds)]

    class Ticking(Reel):
        def frames(self):  # type: ignore[no-untyped-def]  # the source's own
            for one in self.reel:
                wanted.now_s = one.pts_s
                yield one

    walk = Worker(
        before,
        Ticking(reel),
        Eye([STANDS]),
        notes,
        site_source="anninh:a/b/kho",
        timezone=ZoneInfo("Asia/Ho_Chi_Minh"),
        wanted=wanted,
    )
    return notes, walk.run(threading.Event())


def changed(drawing: Drawing) -> CameraSettings:
    return CameraSettings.model_validate({"name": "kho", "source": "sim:street", **drawing.model_dump()})


def test_open_events_of_changed_rules_close_and_the_others_go_on_with_their_tracks() -> None:
    notes, _ = walked(changed(OWN), changed(MOVED), 12.0)
    told = [(change.data.rule.name, change.data.phase, round(change.now_s, 1)) for change in notes.changes]
    moved_s = 6.0
    assert [line for line in told if line[0] == "a"][1] == ("a", Phase.CLOSED, moved_s)
    of_b = [change for change in notes.changes if change.data.rule.name == "b"]
    assert [change.data.phase for change in of_b if change.data.phase is not Phase.UPDATED] == [
        Phase.OPENED,
        Phase.CLOSED,
    ]
    assert of_b[-1].now_s > 11.0, "the rule that stayed as it was is told to the end"
    assert len({change.data.event_id for change in of_b}) == 1
    assert len({one.track for change in notes.changes for one in change.data.subjects}) == 1, "the track is the same"
    closed = next(change for change in notes.changes if change.data.rule.name == "a" and change.data.ended_at)
    assert {part.kind for part in closed.data.evidence} == {"picture", "clip"}


def test_a_new_rule_asks_from_the_next_frame_on_and_is_another_event_with_another_version() -> None:
    silent = Drawing(zones=OWN.zones, rules=(ruled("a", "left", mode="off"),))
    notes, _ = walked(changed(silent), changed(OWN), 12.0)
    opened = [change for change in notes.changes if change.data.phase is Phase.OPENED]
    assert {change.data.rule.name for change in opened} == {"a", "b"}
    assert all(6.9 <= change.now_s <= 7.3 for change in opened), "a dwell of one second after the change"
    assert len({change.data.config_version for change in opened}) == 1


def test_a_changed_rule_is_not_silenced_by_what_it_told_before() -> None:
    """The same zone, another dwell: the officer who changed it sees it at work, whatever ``cool_s`` says."""
    after = Drawing(zones=OWN.zones, rules=(ruled("a", "left", dwell_s=2.0), ruled("b", "whole")))
    notes, _ = walked(changed(OWN), changed(after), 12.0)
    of_a = [change.data for change in notes.changes if change.data.rule.name == "a"]
    assert len({data.event_id for data in of_a}) == 2
    assert len({data.rule.version for data in of_a}) == 2


def test_other_privacy_masks_ask_for_another_worker_before_a_frame_is_seen() -> None:
    masked = OWN.model_copy(update={"masks": (((0.0, 0.0), (0.2, 0.0), (0.2, 0.2)),)})
    notes, again = walked(changed(OWN), changed(masked), 12.0)
    assert again
    assert max(at for what, at in notes.told if what == "frame") < 6.0
    assert notes.is_finished
    assert notes.changes[-1].data.phase is Phase.CLOSED


@pytest.mark.broker
def test_the_edge_answers_a_configuration_at_once_though_its_heartbeat_is_slow(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    settings = edge_of(tmp_path, mosquitto.url)
    configured = Reconfigure(settings, SystemClock())
    with (
        Outbox(tmp_path / "outbox.db", site="hoa-thuan", edge="khom4") as outbox,
        Receiver(mosquitto.url) as server,
    ):
        link = Link(
            settings,
            outbox,
            SystemClock(),
            health=lambda: health_of(outbox).model_copy(update={"config_refused": configured.refused}),
            take_picture=lambda _: None,
            configure=configured.heed,
            settings_of=configured.told,
        )
        link.start()
        try:
            wait_until(lambda: len(server.settings) == 2, "what both cameras have")
            assert server.settings[0].data.drawing == OWN
            server.configure(CameraConfig(camera="kho-sau", version=2, drawing=MOVED))
            wait_until(lambda: len(server.settings) == 3, "what the camera has now", 5)
            assert (server.settings[-1].data.version, server.settings[-1].data.drawing) == (2, MOVED)
            assert len(server.health) == 2
            server._client.publish("anninh/v1/hoa-thuan/khom4/config", b'{"type": "vn.anninh.config.v9"}', qos=1)
            wait_until(lambda: server.health[-1].data.config_refused, "the refusal", 5)
            assert "vn.anninh.config.v9" in server.health[-1].data.config_refused
        finally:
            link.stop()
        assert configured.camera("kho-sau").zones == MOVED.zones
