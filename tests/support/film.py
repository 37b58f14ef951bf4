"""Pictures and clips of the simulated street, coded as cameras and edges code them."""

import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from edge.sources.street import Parameters, Street

FPS = 10


@dataclass(frozen=True, kw_only=True)
class Film:
    """An MP4, a JPEG of its middle, and where the people were then (fractions x1 y1 x2 y2).

    ``codec``: of the clip, as an edge says it (None: it says nothing, and browsers play it). ``gaps_s``: seconds of the
    clip in which nothing was received. ``moments``: pictures taken on the way. ``later``: the clip of a long event's
    last part.
    """

    clip: bytes
    picture: bytes
    seconds: float
    people: tuple[tuple[float, float, float, float], ...]
    codec: str | None = None
    gaps_s: tuple[tuple[float, float], ...] = ()
    moments: tuple[bytes, ...] = ()
    later: bytes | None = None


SMALL, SMALL_FPS = (320, 180), 25


@cache
def small(number: int, seconds: float = 2.0) -> Film:
    """A little film of its own for every number: somebody crosses a plain. Cheap enough for hundreds."""
    width, height = SMALL
    drawn = []
    for frame in range(round(seconds * SMALL_FPS)):
        image = np.full((height, width, 3), (60 + number % 120, 70, 80), dtype=np.uint8)
        x = (number * 7 + frame * 3) % (width - 24)
        image[60:130, x : x + 24] = (40, 200, 220)
        drawn.append(image)
    ok, coded = cv2.imencode(".jpg", drawn[len(drawn) // 2])
    assert ok
    return Film(clip=_h264(drawn, SMALL_FPS), picture=coded.tobytes(), seconds=seconds, people=())


@cache
def street(seed: int = 7, seconds: float = 4.0) -> Film:
    """The street of this seed, filmed for so long after its first ten seconds."""
    scene = Street(Parameters(seed=seed, fps=FPS, people=4.0))
    for _ in range(10 * FPS):
        scene.draw()
    drawn = [scene.draw() for _ in range(round(seconds * FPS))]
    image, truth = drawn[len(drawn) // 2]
    clip = _h264([picture for picture, _truth in drawn])
    ok, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert ok
    people = tuple(one.box for one in truth if one.class_name == "person")
    return Film(clip=clip, picture=coded.tobytes(), seconds=seconds, people=people)


def _h264(pictures: list[NDArray[np.uint8]], fps: int = FPS) -> bytes:
    """An MP4 of these pictures, its index first."""
    height, width = pictures[0].shape[:2]
    with (
        tempfile.TemporaryDirectory() as folder,  # to put the index first, the file is read again: no BytesIO
        av.open(f"{folder}/clip.mp4", "w", options={"movflags": "+faststart"}) as container,
    ):
        stream = container.add_stream("libx264", rate=fps, width=width, height=height)
        stream.pix_fmt = "yuv420p"
        # the profile that the oldest browsers on a duty desk play: constrained baseline, avc1.42E01E
        stream.options = {"profile": "baseline", "preset": "veryfast", "g": str(fps), "level": "3.0"}
        for picture in pictures:
            container.mux(stream.encode(VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
        container.close()
        return Path(folder, "clip.mp4").read_bytes()
