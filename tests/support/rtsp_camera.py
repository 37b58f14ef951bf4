"""A real RTSP camera for tests: GStreamer's server in a child process, H.264 with a keyframe a second, over TCP."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.process import free_port, wait_for_port

PYTHON = "/usr/bin/python3"
"""Debian's interpreter: the GObject bindings are its packages, not ours."""


@dataclass
class RtspCamera:
    """Serves moving test pictures, 320×180 at 10 a second, until it is killed; may be started again."""

    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/camera"

    def start(self) -> None:
        """Serve."""
        self.process = subprocess.Popen([PYTHON, str(Path(__file__).with_name("rtsp_server.py")), str(self.port)])
        wait_for_port(self.port)

    def kill(self) -> None:
        """Power off."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def rtsp_camera() -> RtspCamera:
    """A camera on a port of its own, not started."""
    return RtspCamera(free_port())
