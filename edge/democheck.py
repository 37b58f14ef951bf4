"""What ``anninh demo --check`` does as an officer, over the API: see an event, play its clip, confirm, see it count."""

import io
import time
from collections.abc import Callable
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import av
import httpx

Json = dict[str, Any]
PATIENCE = 6
"""Looks, half a second apart, after every recording has ended: the last events may still be on their way."""
LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


class CheckFailed(RuntimeError):  # noqa: N818 (it is a verdict)
    """A step of the check did not hold; the text names it."""


class Officer:
    """A signed-in officer at the API."""

    def __init__(self, address: str, username: str, password: str) -> None:
        self._client = httpx.Client(base_url=f"{address}/api/v1", timeout=10.0)
        answer = self._client.post("/session", json={"username": username, "password": password})
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            raise CheckFailed(f"sign in: {answer.status_code} {answer.text[:300]}")
        self._client.headers["X-CSRF-Token"] = answer.json()["csrf"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def get(self, path: str, **query: str) -> Json:
        """A JSON object. Raises CheckFailed with the server's answer."""
        found: Json = self._get(path, query).json()
        return found

    def get_list(self, path: str, **query: str) -> list[Json]:
        """A JSON array of objects. Raises CheckFailed with the server's answer."""
        found: list[Json] = self._get(path, query).json()
        return found

    def _get(self, path: str, query: dict[str, str]) -> httpx.Response:
        answer = self._client.get(path, params=query)
        if answer.is_error:
            raise CheckFailed(f"GET {path}: {answer.status_code} {answer.text[:300]}")
        return answer

    def incidents(self) -> list[Json]:
        """The latest incidents, newest first; none when the server is busy for a moment."""
        try:
            items: list[Json] = self.get("/incidents")["items"]
        except httpx.TransportError:
            return []
        return items

    def has_seen_all(self) -> bool:
        """Has every camera come to the end of its recording?"""
        cameras = self.get_list("/cameras")
        return bool(cameras) and all(one["state"] == "finished" for one in cameras)

    def clip(self, url: str) -> bytes:
        """The bytes behind an evidence URL."""
        answer = self._client.get(httpx.URL(self._client.base_url).join(url))
        if answer.is_error:
            raise CheckFailed(f"clip {url}: {answer.status_code}")
        return answer.content

    def confirm(self, incident: Json) -> Json:
        """Judge it true."""
        answer = self._client.post(
            f"/incidents/{incident['code']}/verdicts", json={"move": "confirm", "version": incident["version"]}
        )
        if answer.is_error:
            raise CheckFailed(f"confirm {incident['code']}: {answer.status_code} {answer.text[:300]}")
        found: Json = answer.json()
        return found


def check_path(officer: Officer, is_over: Callable[[], bool]) -> Json:
    """The whole path once; a summary of what was seen. Raises CheckFailed that names the step."""
    began_s = time.monotonic()
    incident, clip = _with_clip(officer, is_over)
    frames = _play(officer.clip(f"{clip['play_url'] or clip['url']}?wait=30"))
    codes = incident["counts_toward"]
    if not codes:
        raise CheckFailed(f"criterion: {incident['code']} ({incident['rule_kind']}) bears on no criterion")
    period = _period(officer, incident)
    before = {code: _counted(officer, code, period) for code in codes}
    confirmed = _confirm(officer, incident, is_over)
    after = {code: _counted(officer, code, period) for code in codes}
    # others list it beside a figure of another kind
    grown = [code for code in codes if sorted(after[code]) == sorted([*before[code], incident["code"]])]
    if not grown:
        told = ", ".join(f"{code} counted {len(before[code])} before and {len(after[code])} after" for code in codes)
        raise CheckFailed(f"count: {told}")
    code = grown[0]
    return {
        "incident": incident["code"],
        "rule": incident["rule_kind"],
        "occurred_at": incident["occurred_at"],
        "last_seen_at": confirmed["last_seen_at"],
        "model": confirmed["event_list"][0]["model"],
        "clip": {"sha256": clip["sha256"], "bytes": clip["bytes"], "frames": frames},
        "criterion": code,
        "period": period,
        "counted_before": len(before[code]),
        "counted_after": len(after[code]),
        "state": officer.get(f"/criteria/{code}", period=period)["state"],
        "incidents": len(officer.incidents()),
        "seconds": round(time.monotonic() - began_s, 1),
    }


def _counted(officer: Officer, code: str, period: str) -> list[str]:
    """Codes of the incidents that a criterion counts."""
    found: list[str] = []
    query = {"period": period, "limit": "200"}
    while True:
        page = officer.get(f"/criteria/{code}/incidents", **query)
        found += [one["code"] for one in page["items"]]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


def _with_clip(officer: Officer, is_over: Callable[[], bool]) -> tuple[Json, Json]:
    """The first incident that bears on a criterion and whose clip has arrived."""
    seen = idle = 0
    while not is_over() and idle < PATIENCE:
        items = officer.incidents()
        seen = max(seen, len(items))
        for item in items:
            detail = officer.get(f"/incidents/{item['code']}")
            parts = [part for event in detail["event_list"] for part in event["evidence"]]
            clip = next((part for part in parts if part["kind"] == "clip" and part["url"]), None)
            if clip is not None and detail["counts_toward"]:
                return detail, clip
        idle += not items and officer.has_seen_all()
        time.sleep(0.5)
    raise CheckFailed("clip: incidents came, but no clip" if seen else "event: no event became an incident")


def _play(clip: bytes) -> int:
    """Decode it to its end, as a player would; the number of frames."""
    try:
        with av.open(io.BytesIO(clip), mode="r") as container:
            if container.streams.video[0].codec_context.name != "h264":
                raise CheckFailed(
                    f"clip: coded as {container.streams.video[0].codec_context.name}, no browser plays it"
                )
            frames = sum(1 for frame in container.decode(video=0) if frame.pts is not None)
    except av.FFmpegError as error:
        raise CheckFailed(f"clip: does not decode: {error}") from error
    if frames == 0:
        raise CheckFailed("clip: no frame in it")
    return frames


def _period(officer: Officer, incident: Json) -> str:
    """The key of the reporting month that the incident occurred in."""
    day = datetime.fromisoformat(incident["occurred_at"]).astimezone(LOCAL).date()
    for period in officer.get_list("/periods"):
        if "-M" in period["key"] and date.fromisoformat(period["first_day"]) <= day < date.fromisoformat(
            period["end_day"]
        ):
            key: str = period["key"]
            return key
    raise CheckFailed(f"period: no reporting month holds {day}")


def _confirm(officer: Officer, incident: Json, is_over: Callable[[], bool]) -> Json:
    """Confirm it; when it grew meanwhile (another event joined), look again as an officer would."""
    while True:
        try:
            return officer.confirm(incident)
        except CheckFailed as error:
            if " 409 " not in str(error) or is_over():
                raise
            incident = officer.get(f"/incidents/{incident['code']}")
