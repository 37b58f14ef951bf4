"""``python -m edge.working_copy MASTER COPY``: a copy of a clip that every browser plays. The master is only read.

A program of its own, so that a server can have one made without holding a decoder, and outlives whatever a damaged
clip does to one. It writes COPY whole or not at all, says on standard error why not, and ends when its parent does.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import av
from av.container import InputContainer
from av.video.frame import VideoFrame

from edge.coder import CLOCK, MUXER, StoppedError, encode

LONGEST_SIDE = 1920
"""Pixels. A copy is for looking at on a screen; who needs every pixel takes the master."""
_NICE = 10
"""A copy takes the processor time that nobody else wants."""


class CopyError(RuntimeError):
    """There is nothing in the master that could be shown; the text says why."""


def make(master: Path, copy: Path, is_stopping: Callable[[], bool] = lambda: False) -> str:
    """Write the copy: the same pictures at the same times, as H.264. Returns its codec (RFC 6381).

    Raises CopyError, StoppedError, OSError.
    """
    draft = copy.with_name(f"{copy.name}.part")
    try:
        with av.open(str(master)) as source, av.open(str(draft), "w", format="mp4", options=MUXER) as target:
            codec = encode(target, _pictures(source), longest_side=LONGEST_SIDE, is_stopping=is_stopping)
            if codec is None:
                raise CopyError("no picture of it can be decoded")
        draft.replace(copy)
        return codec
    except av.FFmpegError as error:
        raise CopyError(error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)


def _pictures(source: InputContainer) -> Iterator[tuple[VideoFrame, int]]:
    """Each picture and when it is shown, in ticks of ``CLOCK``; damaged ones are left out."""
    if not source.streams.video:
        raise CopyError("it holds no video")
    stream = source.streams.video[0]
    stream.thread_type = "AUTO"
    at = 0
    for packet in source.demux(stream):
        try:
            pictures = packet.decode()
        except av.FFmpegError:
            continue
        for picture in pictures:
            if picture.pts is not None and picture.time_base is not None:
                at = round(picture.pts * picture.time_base / CLOCK)
            if isinstance(picture, VideoFrame):
                yield picture, at


def main(arguments: list[str]) -> int:
    """0: the copy is there. Else the reason is on standard error."""
    if len(arguments) != 2:
        print("usage: python -m edge.working_copy MASTER COPY", file=sys.stderr)  # noqa: T201
        return 2
    os.nice(_NICE)
    parent = os.getppid()
    try:
        make(Path(arguments[0]), Path(arguments[1]), lambda: os.getppid() != parent)
    except (CopyError, StoppedError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or type(error).__name__
        print(why, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
