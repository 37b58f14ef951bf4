"""Real HTTP cameras for tests: MJPEG as a multipart stream, and a live HLS playlist, coded as it goes."""

import base64
import threading
import time
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame

from tests.support.process import free_port, wait_until

SIZE = (320, 180)
FPS = 10
CREDENTIALS = "admin:s3cret"


def picture(number: int) -> np.ndarray:
    """A block that moves over noise, BGR."""
    image = np.random.default_rng(7).integers(0, 60, (SIZE[1], SIZE[0], 3), np.uint8)
    image[60:120, number * 5 % SIZE[0] :][:, :30] = 240
    return image


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    is_silent = False
    """While set, connections stay open and nothing is sent."""


class _Mjpeg(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        wanted = "Basic " + base64.b64encode(CREDENTIALS.encode()).decode()
        if self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="camera"')
            self.end_headers()
            return
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number = 0
        try:
            while True:
                if not self.server.is_silent:
                    jpeg = cv2.imencode(".jpg", picture(number))[1].tobytes()
                    head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                    self.wfile.write(head.encode() + jpeg + b"\r\n")
                    number += 1
                time.sleep(1 / FPS)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody reads it."""


class HttpCamera:
    """An MJPEG camera on a port of its own; wants ``CREDENTIALS``. May be killed and started again."""

    path = "/video?user=admin"

    def __init__(self) -> None:
        self.port = free_port()
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def url(self) -> str:
        """With the credentials in it."""
        return f"http://{CREDENTIALS}@127.0.0.1:{self.port}{self.path}"

    def start(self) -> None:
        """Serve."""
        self._server = self._serving()
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def fall_silent(self, is_silent: bool) -> None:
        """Keep connections open and send nothing."""
        assert self._server is not None
        self._server.is_silent = is_silent

    def kill(self) -> None:
        """Power off."""
        server, self._server = self._server, None
        if server is not None:
            server.is_silent = True
            server.shutdown()
            server.server_close()

    def _serving(self) -> _Server:
        return _Server(("127.0.0.1", self.port), _Mjpeg)


class HlsCamera(HttpCamera):
    """An HLS camera: one-second segments of H.264, five in the playlist, coded in real time."""

    path = "/live.m3u8"

    def __init__(self, folder: Path) -> None:
        """``folder``: where the segments lie while they are served."""
        super().__init__()
        self._folder = folder / "hls"
        self._folder.mkdir()
        self._is_over = threading.Event()
        self._coder: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def start(self) -> None:
        self._is_over.clear()
        self._coder = threading.Thread(target=self._code, daemon=True)
        self._coder.start()
        playlist = self._folder / "live.m3u8"
        wait_until(lambda: playlist.exists() and playlist.read_text().count("#EXTINF") >= 2, "the first segments")
        super().start()

    def kill(self) -> None:
        super().kill()
        self._is_over.set()
        if self._coder is not None:
            self._coder.join(timeout=5)
            self._coder = None
        for left in self._folder.iterdir():
            left.unlink()

    def _code(self) -> None:
        options = {"hls_time": "1", "hls_list_size": "5", "hls_flags": "delete_segments+omit_endlist"}
        with av.open(str(self._folder / "live.m3u8"), "w", format="hls", options=options) as container:
            stream = container.add_stream("libx264", rate=FPS, width=SIZE[0], height=SIZE[1])
            stream.pix_fmt = "yuv420p"
            stream.options = {"g": str(FPS), "preset": "ultrafast", "tune": "zerolatency"}
            number, began_s = 0, time.monotonic()
            while not self._is_over.wait(max(0.0, began_s + number / FPS - time.monotonic())):
                container.mux(stream.encode(VideoFrame.from_ndarray(picture(number), format="bgr24")))
                number += 1
            container.mux(stream.encode(None))

    def _serving(self) -> _Server:
        folder = str(self._folder)

        class Files(SimpleHTTPRequestHandler):
            def __init__(self, *args: object, **more: object) -> None:
                super().__init__(*args, directory=folder, **more)  # type: ignore[arg-type]

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nobody reads it."""

        return _Server(("127.0.0.1", self.port), Files)
