"""``anninh bench cameras VIDEO…``: one edge with many cameras on few cores: what they get and what it takes."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean
from time import monotonic
from typing import Annotated, Any

import psutil
import typer
from rich.console import Console
from rich.table import Table

from edge.bench.crowd import CrowdOrder
from edge.bench.usage import Usage, slope, usage
from edge.evaluate import tell

SAMPLE_S = 1.0


def cameras(
    videos: Annotated[list[Path], typer.Argument(metavar="VIDEO…", help="Recordings, played in a loop in rotation.")],
    count: Annotated[int, typer.Option("--cameras", min=1, help="So many cameras.")] = 16,
    seconds: Annotated[float, typer.Option(min=1.0, help="Count for so long.")] = 60.0,
    cores: Annotated[int, typer.Option(min=1, help="The edge may use so many processor cores.")] = 2,
    model: Annotated[str, typer.Option(help="A model's name or its weights.")] = "yolo11n_int8",
    detect_fps: Annotated[float, typer.Option(min=0.1, help="Each camera asks for so many looks a second.")] = 5.0,
    spread: Annotated[float, typer.Option(min=0.0, help="The cameras begin over so many seconds.")] = 10.0,
    warm: Annotated[float, typer.Option(min=0.0, help="So many seconds after all have begun are not counted.")] = 10.0,
    one: Annotated[bool, typer.Option("--one/--no-one", help="Run one camera, too: memory per extra camera.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the JSON here, too.")] = None,
) -> None:
    """Detections, drops, latency, queues, memory and processor share of one edge with many cameras.

    Everything is the real edge, without a broker; the recordings play at their own speed and the newest frame wins.
    """
    console = Console(stderr=True)
    _there(videos)
    is_file = Path(model).exists()
    order = CrowdOrder(
        videos=[str(video.resolve()) for video in videos],
        cameras=count,
        seconds=seconds,
        spread_s=spread,
        warm_s=warm,
        model="auto" if is_file else model,
        weights=str(Path(model).resolve()) if is_file else None,
        detect_fps=detect_fps,
        cores=sorted(os.sched_getaffinity(0))[-cores:] if hasattr(os, "sched_getaffinity") else [],
    )
    found: dict[str, Any] = {
        "videos": [video.name for video in videos],
        "cores": len(order.cores) or None,
        "model": model,
    }
    found |= {"asked_detections_per_s": detect_fps, "load_1min": round(os.getloadavg()[0], 2)}
    console.print(f"{count} cameras, {seconds:g} s", highlight=False)
    found |= _run(order)
    if one and count > 1:
        console.print("one camera", highlight=False)
        alone = _run(CrowdOrder(**asdict(order) | {"cameras": 1, "spread_s": 0.0, "seconds": min(20.0, seconds)}))
        extra = (found["memory"]["end_mib"] - alone["memory"]["end_mib"]) / (count - 1)
        found["memory"] |= {"one_camera_mib": alone["memory"]["end_mib"], "per_extra_camera_mib": round(extra, 1)}
        found["cpu_one_camera"] = alone["cpu_share"]
    tell.document(found, out)
    if as_json:
        tell.print_json(found)
    else:
        for table in _tables(found):
            tell.print_table(table)


def _there(videos: Sequence[Path]) -> None:
    for video in videos:
        if not video.is_file():
            typer.echo(f"{video}: no such file", err=True)
            raise typer.Exit(2)


def _run(order: CrowdOrder) -> dict[str, Any]:
    """Run the edge in a child, and read what it takes while it counts."""
    arguments = [sys.executable, "-m", "edge.bench.crowd", json.dumps(asdict(order))]
    samples: list[Usage] = []
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as child:
        ended = threading.Event()
        sampler = threading.Thread(target=_sample, args=(child.pid, samples, ended), daemon=True)
        lines = iter(child.stdout or ())
        if next(lines, "").strip() == "counting":
            sampler.start()
        line = next(lines, "")
        ended.set()
        if sampler.ident is not None:
            sampler.join()
    if child.returncode != 0 or not line:
        typer.echo(f"the edge ended with status {child.returncode}", err=True)
        raise typer.Exit(2)
    document: dict[str, Any] = json.loads(line)
    within = [one for one in samples if one.at_s - samples[0].at_s <= document["seconds"]]
    return _together(document["cameras"]) | {"memory": _memory(within), "cpu_share": _cpu(within)} | document


def _sample(pid: int, samples: list[Usage], ended: threading.Event) -> None:
    process = psutil.Process(pid)
    while (now := usage(process, monotonic())) is not None:
        samples.append(now)
        if ended.wait(SAMPLE_S):
            return


def _together(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All cameras' figures in one row: sums, the mean, and the worst of them."""
    looks = [one["detections_per_s"] for one in found]
    frames, dropped = (sum(one[name] for one in found) for name in ("frames", "dropped"))
    return {
        "detections_per_s_mean": round(mean(looks), 2),
        "detections_per_s_least": min(looks),
        "detections_dropped": sum(one["detections_dropped"] for one in found),
        "frames": frames,
        "frames_dropped_share": round(dropped / frames, 4) if frames else None,
        "latency_p50_ms_worst": max((one["latency_p50_ms"] or 0 for one in found), default=None),
        "latency_p95_ms_worst": max((one["latency_p95_ms"] or 0 for one in found), default=None),
        "packets_waiting_most": max(one["packets_waiting_most"] for one in found),
        "faulty": [f"{one['camera']}: {one['error']}" for one in found if one["error"]],
    }


def _memory(samples: Sequence[Usage]) -> dict[str, Any]:
    """Of all processes together (PSS), at begin, middle and end; the slope over the second half."""
    half = samples[len(samples) // 2 :]
    return {
        "begin_mib": round(samples[0].pss_mib, 1),
        "middle_mib": round(half[0].pss_mib, 1),
        "end_mib": round(samples[-1].pss_mib, 1),
        "main_rss_end_mib": round(samples[-1].rss_mib, 1),
        "slope_mib_per_min": round(slope([(one.at_s / 60, one.pss_mib) for one in half]), 2),
        "processes": samples[-1].processes,
        "threads": samples[-1].threads,
    }


def _cpu(samples: Sequence[Usage]) -> float | None:
    """Cores' worth of processor time."""
    passed_s = samples[-1].at_s - samples[0].at_s
    return round((samples[-1].cpu_s - samples[0].cpu_s) / passed_s, 3) if passed_s else None


def _tables(found: dict[str, Any]) -> list[Table]:
    memory, queues = found["memory"], found["queues"]
    whole = Table(title=f"{len(found['cameras'])} cameras, {found['seconds']:g} s, {found['cores']} cores")
    whole.add_column("")
    whole.add_column("")
    for name, value in (
        (
            "detections a second, mean and least camera",
            (found["detections_per_s_mean"], found["detections_per_s_least"]),
        ),
        ("detections dropped", found["detections_dropped"]),
        (
            "share of the asked looks that was granted, mean and least",
            (queues["detect_share_mean"], queues["detect_share_least"]),
        ),
        ("frames, and the share of them dropped", (found["frames"], found["frames_dropped_share"])),
        ("latency ms, worst camera's p50 and p95", (found["latency_p50_ms_worst"], found["latency_p95_ms_worst"])),
        ("looks waiting at most", queues["looks_waiting_most"]),
        ("coded packets waiting at most, one camera", found["packets_waiting_most"]),
        ("journal messages at begin, middle, end", queues["journal_messages"]),
        ("memory MiB (PSS) at begin, middle, end", (memory["begin_mib"], memory["middle_mib"], memory["end_mib"])),
        ("memory slope MiB a minute, second half", memory["slope_mib_per_min"]),
        (
            "memory MiB of one camera, per extra camera",
            (memory.get("one_camera_mib"), memory.get("per_extra_camera_mib")),
        ),
        ("processes, threads", (memory["processes"], memory["threads"])),
        ("cores' worth of processor time", found["cpu_share"]),
    ):
        shown = value if isinstance(value, (tuple, list)) else (value,)
        whole.add_row(name, " / ".join("–" if one is None else str(one) for one in shown))
    each = Table("camera", "frames/s", "dropped", "detections/s", "not granted", "p50 ms", "p95 ms", "max ms", "state")
    for one in found["cameras"]:
        names = (
            "frames_per_s",
            "dropped",
            "detections_per_s",
            "detections_dropped",
            "latency_p50_ms",
            "latency_p95_ms",
        )
        each.add_row(one["camera"], *(str(one[name]) for name in (*names, "latency_max_ms", "state")))
    return [whole, each]
