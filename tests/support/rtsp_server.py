"""Runs under Debian's Python (not the tests'): an RTSP server on the port given, paths of MOUNTS."""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

_SMALL = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=320,height=180,framerate=10/1"
_LARGE = "videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width=640,height=360,framerate=10/1"
_H264 = "x264enc tune=zerolatency speed-preset=ultrafast key-int-max=10 bitrate=300 ! rtph264pay name=pay0 pt=96"
_H265 = (
    "x265enc tune=zerolatency speed-preset=ultrafast key-int-max=10 bitrate=300 option-string=log-level=none "
    "! rtph265pay name=pay0 pt=96"
)
MOUNTS = {
    "/camera": f"( {_SMALL} ! {_H264} )",
    "/h265": f"( {_SMALL} ! {_H265} )",
    "/main": f"( {_LARGE} ! {_H265} )",
}


def main() -> None:
    """Serve until killed. Arguments: the port, and the mounts to serve (all)."""
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[1])
    for path in sys.argv[2:] or MOUNTS:
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch(MOUNTS[path])
        factory.set_shared(True)
        server.get_mount_points().add_factory(path, factory)
    server.attach(None)
    GLib.MainLoop().run()


main()
