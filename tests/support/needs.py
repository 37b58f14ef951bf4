"""What some tests need that a laptop may not have, and how to say so."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def data_dir() -> Path:
    """``ANNINH_DATA``, by default ``../shared/data`` beside the checkout."""
    return Path(os.environ.get("ANNINH_DATA", ROOT.parent / "shared" / "data"))


def postgres_bin() -> Path | None:
    """The folder of PostgreSQL's server programs."""
    found = shutil.which("postgres")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(found).parent] if found else []
    programs = ("initdb", "postgres", "pg_isready", "createdb")
    return next((folder for folder in folders if all((folder / name).exists() for name in programs)), None)


def mosquitto() -> str | None:
    """Mosquitto's program."""
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def libreoffice() -> str | None:
    """LibreOffice's program."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def chromium() -> str | None:
    """Chromium's program: its headless shell if that is here: the same engine, less around it."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@cache
def _has_rtsp_server() -> bool:
    probe = (
        "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; "
        "Gst.init(None); "
        "assert all(map(Gst.ElementFactory.find, ('x264enc', 'rtph264pay', 'x265enc', 'h265parse', 'rtph265pay')))"
    )
    python = "/usr/bin/python3"
    if not Path(python).exists():
        return False
    return subprocess.run([python, "-c", probe], capture_output=True, check=False).returncode == 0


MISSING: dict[str, Callable[[], str | None]] = {
    "broker": lambda: None if mosquitto() else "Mosquitto is not installed (apt-get install mosquitto)",
    "postgres": lambda: None if postgres_bin() else "PostgreSQL is not installed (apt-get install postgresql)",
    "browser": lambda: None if chromium() else "Chromium is not installed (apt-get install chromium)",
    "axe": lambda: (
        None
        if (ROOT / "tests" / "e2e" / "axe" / "node_modules").is_dir()
        else "axe-core is not installed (npm ci --prefix tests/e2e/axe)"
    ),
    "libreoffice": lambda: (
        None
        if libreoffice() and shutil.which("pdftotext")
        else "LibreOffice or pdftotext is not installed (apt-get install libreoffice-writer libreoffice-calc "
        "poppler-utils fonts-croscore)"
    ),
    "data": lambda: None if data_dir().is_dir() else f"{data_dir()} is not there (set ANNINH_DATA)",
    "long": lambda: (
        None
        if "1" in (os.environ.get("ANNINH_LONG"), os.environ.get("ANNINH_NO_SKIP"))
        else "minutes of footage; ANNINH_LONG=1 runs them (CI always does)"
    ),
    "ultralytics": lambda: (
        None
        if importlib.util.find_spec("ultralytics")
        else "ultralytics is not installed (make setup EXTRAS=ultralytics)"
    ),
    "rtsp": lambda: (
        None
        if _has_rtsp_server()
        else "GStreamer's RTSP server and gstreamer1.0-plugins-{good,bad,ugly} are not all installed (see .ci/run)"
    ),
}
"""Marker → the reason this machine can't run it, or None."""
