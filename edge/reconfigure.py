"""What the server draws on the cameras' pictures: checked like the file, kept on disk, handed to the walks.

Zones, lines, masks and rules of a camera that the server has configured come from there; all else of it, and every
other camera, from the edge's own file. A camera's configuration is taken whole or not at all: a refused one changes
nothing, and the next heartbeat says why. What was taken is kept beside the journal, so that an edge that starts
without a broker has it. Versions only grow; one without a drawing is the way back to the file.
"""

import os
import threading
from collections.abc import Sequence
from pathlib import Path

import structlog
from pydantic import ValidationError

from contract import codec, config
from contract.configuration import CameraConfig, CameraSettingsTold, Config, ConfigData, SettingsData
from contract.drawing import Drawing
from contract.health import ConfigState
from contract.receipt import Refusal
from edge.clock import Clock
from edge.settings import MANUAL, CameraSettings, EdgeSettings

log = structlog.get_logger(__name__)

FILE = "config.json"


class Reconfigure:
    """The settings in force of every camera. Any thread may read them; ``heed`` belongs to one."""

    def __init__(self, settings: EdgeSettings, clock: Clock) -> None:
        """Reads what was kept in ``data_dir``. What does not fit the file any more is refused, and the file holds."""
        self._settings = settings
        self._clock = clock
        self._path = settings.data_dir / FILE
        self._lock = threading.Lock()
        self._own = {camera.name: camera for camera in settings.cameras}
        self._now = dict(self._own)
        self._taken: dict[str, CameraConfig] = {}
        self._states: dict[str, ConfigState] = {}
        self.refused = ""
        """Why the latest message could not be read at all; empty: it could."""
        for kept in self._kept():
            self._decide(kept)
        ours = sorted(name for name, taken in self._taken.items() if taken.drawing is not None)
        if ours:
            log.info("cameras_configured_by_server", cameras=ours, file=str(self._path))

    def camera(self, name: str) -> CameraSettings:
        """A camera's settings in force: the same object until they change."""
        return self._now[name]

    @property
    def cameras(self) -> Sequence[CameraSettings]:
        """All of them, in the file's order."""
        return tuple(self._now.values())

    def state(self, name: str) -> ConfigState | None:
        """Which version of the server's is in force for a camera; None: it never sent one."""
        return self._states.get(name)

    def heed(self, payload: bytes) -> tuple[str, ...]:
        """Take what came on the configuration's topic, or say in the next heartbeat why it could not be read. The names
        of the cameras of which it said something new."""
        if not payload:
            return ()  # the retained message was cleared: what is in force stays so
        try:
            return self.take(read(payload))
        except codec.ContractError as error:
            log.warning("configuration_not_understood", reason=str(error))
            self.refused = str(error)[:500]
            return ()

    def told(self, name: str) -> bytes:
        """A camera's settings as the server is told of them. Raises ContractError: more than a message holds."""
        camera, taken = self._now[name], self._taken.get(name)
        message = CameraSettingsTold(
            id=f"settings-{name}",
            source=self._settings.source_name(name),
            time=self._clock.now(),
            data=SettingsData(
                drawing=Drawing.model_construct(
                    masks=camera.masks, zones=camera.zones, lines=camera.lines, rules=camera.rules
                ),
                version=taken.version if taken else None,
                is_calibrated=camera.calibration is not None,
            ),
        )
        return codec.encode(message)

    def take(self, data: ConfigData) -> tuple[str, ...]:
        """Put in force what the server wants. The names of the cameras of which it said something new."""
        with self._lock:
            self.refused = ""
            taken = dict(self._taken)
            news = tuple(wanted.camera for wanted in data.cameras if self._decide(wanted))
            if taken != self._taken:
                self._keep()
        return news

    def _decide(self, wanted: CameraConfig) -> bool:
        """Take one camera's configuration, or refuse it; whether it was new."""
        name = wanted.camera
        own, known = self._own.get(name), self._states.get(name, ConfigState())
        if own is None:
            log.warning("configuration_of_unknown_camera", camera=name, known=sorted(self._own))
            return False
        if wanted.version <= max(known.version or 0, known.refused_version or 0):
            return False
        try:
            camera = applied(own, wanted.drawing)
        except config.SettingsError as error:
            log.warning("configuration_refused", camera=name, version=wanted.version, reason=str(error))
            refusal = {"refused_version": wanted.version, "refused": str(error)[:500]}
            self._states[name] = known.model_copy(update=refusal)
            return True
        self._taken[name] = wanted
        # The walk looks here with every frame; what has not changed stays the very same object.
        if camera != self._now[name]:
            self._now[name] = camera
        self._states[name] = ConfigState(version=wanted.version)
        log.info("configuration_taken", camera=name, version=wanted.version, from_file=wanted.drawing is None)
        return True

    def _kept(self) -> Sequence[CameraConfig]:
        """What was taken before the restart; nothing, and a line in the log, where it cannot be read:
        then the edge's own file holds until the broker tells again."""
        try:
            return ConfigData.model_validate_json(self._path.read_bytes()).cameras
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            log.warning(
                "configuration_unreadable",
                file=str(self._path),
                reason=str(error)[:300],
                cure="the edge's own settings hold",
            )
            return ()

    def _keep(self) -> None:
        """Write what was taken: whole or not at all, whenever the power goes."""
        fresh = self._path.with_suffix(".new")
        kept = ConfigData(cameras=tuple(self._taken.values()))
        try:
            with fresh.open("wb") as file:
                file.write(kept.model_dump_json().encode())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
            _sync(self._path.parent)
        except OSError as error:
            # It is in force all the same; the broker holds it for the next start.
            log.warning("configuration_not_kept", file=str(self._path), reason=str(error))


def applied(own: CameraSettings, drawing: Drawing | None) -> CameraSettings:
    """A camera of the file with the server's drawing on it. Raises SettingsError as the file itself would."""
    if drawing is None:
        return own
    document = {name: getattr(own, name) for name in CameraSettings.model_fields} | {
        "masks": drawing.masks,
        "zones": drawing.zones,
        "lines": drawing.lines,
        "rules": drawing.rules,
    }
    return config.check(document, CameraSettings, MANUAL, f"camera {own.name}")


def read(payload: bytes) -> ConfigData:
    """The configuration in a message. Raises ContractError."""
    message = codec.decode(payload)
    if not isinstance(message, Config):
        raise codec.ContractError(Refusal.TOPIC_MISMATCH, f"{message.type} is no configuration", message.id)
    return message.data


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
