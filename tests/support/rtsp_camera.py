"""A real RTSP camera for tests: GStreamer's server in a child process, a keyframe a second, over TCP."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.process import free_port, wait_for_port

PYTHON = "/usr/bin/python3"
"""Debian's interpreter: the GObject bindings are its packages, not ours."""


@dataclass
class RtspCamera:
    """Serves moving test pictures, 320×180 at 10 a second, until it is killed; may be started again.

    ``mount``: /camera is H.264, /h265 what it says; /main is the same camera's large stream, 640×360 H.265."""

    port: int
    mount: str = "/camera"
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return self.url_of(self.mount)

    def url_of(self, mount: str) -> str:
        """Another of its streams."""
        return f"rtsp://127.0.0.1:{self.port}{mount}"

    def start(self, *mounts: str) -> None:
        """Serve these mounts, or all."""
        program = str(Path(__file__).with_name("rtsp_server.py"))
        self.process = subprocess.Popen([PYTHON, program, str(self.port), *mounts])
        wait_for_port(self.port)

    def kill(self) -> None:
        """Power off."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def rtsp_camera(mount: str = "/camera") -> RtspCamera:
    """A camera on a port of its own, not started."""
    return RtspCamera(free_port(), mount)
