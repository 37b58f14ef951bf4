"""What a process and all its children take of the machine, read from outside."""

import contextlib
from dataclasses import dataclass

import psutil

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """``at_s``: when. ``pss_mib``: memory, what is shared with other processes divided among them; ``rss_mib``: the
    first process' resident memory alone; ``cpu_s``: processor seconds so far, children that ended included."""

    at_s: float
    pss_mib: float
    rss_mib: float
    cpu_s: float
    processes: int
    threads: int


def usage(process: psutil.Process, at_s: float) -> Usage | None:
    """The state now; None when the process is gone."""
    try:
        rss = process.memory_info().rss
        family = [process, *process.children(recursive=True)]
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return None
    pss, cpu_s, threads = 0, times.children_user + times.children_system, 0
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            pss += one.memory_full_info().pss
            cpu_s += one.cpu_times().user + one.cpu_times().system
            threads += one.num_threads()
    return Usage(at_s=at_s, pss_mib=pss / MIB, rss_mib=rss / MIB, cpu_s=cpu_s, processes=len(family), threads=threads)


def slope(points: list[tuple[float, float]]) -> float:
    """The straight line through (x, y) with the least squares: its y per x; 0 for fewer than two points."""
    count = len(points)
    if count < 2:
        return 0.0
    mean_x, mean_y = (sum(one[axis] for one in points) / count for axis in (0, 1))
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
