"""Evidence → server over HTTP, by hash, resumed where it broke off; and now and then a picture of each camera.

The protocol is in contract/README.md. On a thread of its own, fed by the outbox: a job leaves it only when the server
says that it has every byte.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import httpx
import structlog

from edge.clock import Clock
from edge.evidence import EvidenceFolder
from edge.outbox import EvidenceJob, Outbox, OutboxError
from edge.settings import ServerSettings

log = structlog.get_logger(__name__)

CHUNK_BYTES = 1 << 20
"""A line of 1 Mbit/s sends this in 8 s: what a cut connection costs at most."""
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
DENIED_WAIT_S = 30.0
"""Between two tries with a token that the server does not take: a person has to change it."""
_LONGEST_NAP_S = 5.0
_MOST_CONFLICTS = 3
"""The server says that often that the bytes do not have their hash: the file here is broken, and stays so."""
_MORE = frozenset({HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT, HTTPStatus.PARTIAL_CONTENT})
_GONE = "the file is no longer on the edge"


class _LaterError(Exception):
    """Not now; the text says why."""


class _DeniedError(Exception):
    """The server does not take this edge's token."""


@dataclass(slots=True)
class _Retry:
    """When a job is tried again: doubles, jittered."""

    attempts: int = 0
    due_s: float = float("-inf")

    def failed(self, now_s: float, chance: random.Random) -> None:
        wait_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**self.attempts)
        self.attempts += 1
        self.due_s = now_s + wait_s * chance.uniform(0.75, 1.25)


class Uploader:
    """Sends what the outbox says is missing at the server. ``start`` and ``stop`` run it on a thread of its own."""

    def __init__(
        self,
        settings: ServerSettings,
        outbox: Outbox,
        folder: Path,
        clock: Clock,
        chance: random.Random | None = None,
        denied_wait_s: float = DENIED_WAIT_S,
    ) -> None:
        self._denied_wait_s = denied_wait_s
        self._settings = settings
        self._outbox = outbox
        self._folder = EvidenceFolder(folder)
        self._clock = clock
        self._chance = chance or random.SystemRandom()
        # No proxies or .netrc from the environment: pictures go to the one address that was configured.
        self._client = httpx.Client(base_url=settings.url, timeout=_TIMEOUT, trust_env=False)
        self._lock = threading.Lock()
        self._pictures: dict[str, bytes] = {}
        self._retries: dict[str, _Retry] = {}
        self._line = _Retry()
        self._told = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="upload", daemon=True)

    def start(self) -> None:
        """Upload from now on. Returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End after the chunk that is under way; what is left stays in the outbox."""
        self._stopping.set()
        self._outbox.wake()
        if self._thread.ident is not None:
            self._thread.join(timeout=1.0)
        if not self._thread.is_alive():
            self._client.close()

    def offer_picture(self, camera: str, jpeg: bytes) -> None:
        """The latest picture of a camera; one that was not sent yet makes way for it. Any thread; never waits."""
        with self._lock:
            self._pictures[camera] = jpeg
        self._outbox.wake()

    def run_once(self) -> float:
        """Send what is due; returns the seconds until there may be more to do."""
        now_s = self._clock.mono_s()
        if now_s < self._line.due_s:
            return min(_LONGEST_NAP_S, self._line.due_s - now_s)
        try:
            self._send_pictures()
            self._send_evidence()
        except _DeniedError as error:
            self._line.due_s = self._clock.mono_s() + self._denied_wait_s
            self._tell("server_denies", reason=str(error), cure="check server.token_file: `anninh server edge-token`")
        except httpx.RequestError as error:
            self._line.failed(self._clock.mono_s(), self._chance)
            self._tell("server_unreachable", error=str(error) or type(error).__name__)
        else:
            self._line = _Retry()
        now_s = self._clock.mono_s()
        wake_s = min((retry.due_s for retry in self._retries.values()), default=now_s + _LONGEST_NAP_S)
        return min(_LONGEST_NAP_S, max(0.05, max(wake_s, self._line.due_s) - now_s))

    def _run(self) -> None:
        seen = -1
        while not self._stopping.is_set():
            try:
                nap_s = self.run_once()
            except OutboxError as error:
                self._tell("outbox_unusable", error=str(error))
                nap_s = _LONGEST_NAP_S
            except Exception:
                log.exception("upload_failed", server=self._settings.url)
                nap_s = _LONGEST_NAP_S
            seen = self._outbox.wait(seen, nap_s)

    def _send_pictures(self) -> None:
        with self._lock:
            waiting, self._pictures = self._pictures, {}
        for camera, jpeg in waiting.items():
            try:
                answer = self._ask("PUT", f"/api/v1/cameras/{camera}/picture", jpeg, {"Content-Type": "image/jpeg"})
            except (_DeniedError, httpx.RequestError):
                with self._lock:
                    self._pictures = {**waiting, **self._pictures}
                raise
            if answer.is_error:
                # The next one comes within a minute; by then the server knows the camera.
                log.debug("picture_not_taken", camera=camera, status=answer.status_code)

    def _send_evidence(self) -> None:
        jobs = self._outbox.evidence()
        wanted = {job.sha256 for job in jobs}
        self._retries = {sha256: retry for sha256, retry in self._retries.items() if sha256 in wanted}
        for job in jobs:
            retry = self._retries.setdefault(job.sha256, _Retry())
            if self._stopping.is_set() or self._clock.mono_s() < retry.due_s:
                continue
            try:
                self._send(job)
            except _LaterError as error:
                retry.failed(self._clock.mono_s(), self._chance)
                self._outbox.evidence_failed(job.sha256)
                log.debug("evidence_later", sha256=job.sha256, reason=str(error))

    def _send(self, job: EvidenceJob) -> None:
        """Bring one file over. Raises _LaterError, _DeniedError, httpx.RequestError."""
        url = f"/api/v1/evidence/{job.sha256}"
        path = self._folder.path(job.sha256, job.media_type)
        answer = self._ask("HEAD", url)
        if answer.status_code == HTTPStatus.OK:
            self._done(job)
            return
        if answer.is_error and "upload-offset" not in answer.headers:
            raise _LaterError(f"{answer.status_code} {answer.reason_phrase}")
        offset = _offset(answer, 0)
        try:
            with path.open("rb") as file:
                while not self._stopping.is_set():
                    file.seek(offset)
                    chunk = file.read(CHUNK_BYTES)
                    headers = {
                        "Content-Type": job.media_type,
                        "Content-Range": f"bytes {offset}-{offset + len(chunk) - 1}/{job.bytes}",
                    }
                    next_offset = self._judge(self._ask("PUT", url, chunk, headers), job, offset + len(chunk))
                    if next_offset is None:
                        return
                    if next_offset == offset or next_offset >= job.bytes:
                        raise _LaterError(f"the server stays at byte {next_offset}")
                    offset = next_offset
        except FileNotFoundError:
            self._give_up(job, _GONE)
        except OSError as error:
            raise _LaterError(f"the file cannot be read: {error.strerror}") from error

    def _judge(self, answer: httpx.Response, job: EvidenceJob, sent: int) -> int | None:
        """The byte to go on from, or None when nothing is left to do. Raises _LaterError."""
        status = answer.status_code
        if status in (HTTPStatus.OK, HTTPStatus.CREATED):
            self._done(job)
            return None
        if status in _MORE:
            return _offset(answer, sent)
        if status == HTTPStatus.CONFLICT and "upload-offset" not in answer.headers:
            if job.conflicts + 1 >= _MOST_CONFLICTS:
                self._give_up(job, "the server says that the file does not have its hash")
                return None
            self._outbox.evidence_failed(job.sha256, conflict=True)
            raise _LaterError("the hash does not agree")
        raise _LaterError(f"{status} {answer.reason_phrase}")

    def _done(self, job: EvidenceJob) -> None:
        self._outbox.evidence_done(job.sha256)
        self._folder.forget(job.sha256, job.media_type)
        log.debug("evidence_sent", sha256=job.sha256, bytes=job.bytes)

    def _give_up(self, job: EvidenceJob, error: str) -> None:
        self._outbox.evidence_lost(job.sha256, error)
        self._folder.forget(job.sha256, job.media_type)
        log.warning("evidence_given_up", sha256=job.sha256, media_type=job.media_type, reason=error)

    def _ask(
        self, method: str, url: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        answer = self._client.request(method, url, content=content, headers={**(headers or {}), **self._token()})
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise _DeniedError(f"{answer.status_code} {answer.reason_phrase}")
        self._tell("server_reached")
        return answer

    def _token(self) -> dict[str, str]:
        """Read each time, so that a new token works without a restart."""
        if self._settings.token_file is None:
            return {}
        try:
            token = self._settings.token_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or "it is not text"
            raise _DeniedError(f"{self._settings.token_file} cannot be read: {why}") from error
        if not token.isascii() or not token.isprintable():
            raise _DeniedError(f"{self._settings.token_file} holds something that is no token")
        return {"Authorization": f"Bearer {token}"}

    def _tell(self, event: str, **facts: str) -> None:
        """One log line per change of state."""
        if event == self._told:
            return
        self._told = event
        say: Callable[..., object] = log.info if event == "server_reached" else log.warning
        say(event, server=self._settings.url, **facts)


def _offset(answer: httpx.Response, otherwise: int) -> int:
    """How many bytes the server says it has."""
    text = answer.headers.get("upload-offset", "")
    return int(text) if text.isdecimal() else otherwise
