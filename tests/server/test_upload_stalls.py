"""An edge that loses its power in the middle of an upload: its bytes are kept and the next upload is not locked out."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.server.test_evidence_upload import CLIP, HASH, URL
from tests.support.intake import DrivenClock, Intake
from tests.support.messages import Story, evidence_of
from tests.support.office import Office, open_office
from tests.support.process import wait_until


@dataclass
class Uploads:
    """A server that waits half a second for the rest of a body; CLIP has been named by an event."""

    office: Office
    token: str

    def begin(self) -> socket.socket:
        """A connection that has sent the head and the first half of CLIP, and then nothing."""
        parts = urlsplit(self.office.url)
        connection = socket.create_connection((parts.hostname, parts.port or 80), timeout=10)
        head = f"PUT {URL} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.token}\r\n"
        connection.sendall(f"{head}Content-Length: {len(CLIP)}\r\n\r\n".encode() + CLIP[: len(CLIP) // 2])
        return connection

    def rest(self) -> int:
        """Send from where it broke off; the status."""
        headers = {"Authorization": f"Bearer {self.token}"}
        browser = self.office.browser()
        here = int(browser.head(URL, headers=headers).headers["upload-offset"])
        span = f"bytes {here}-{len(CLIP) - 1}/{len(CLIP)}"
        return browser.put(URL, content=CLIP[here:], headers={**headers, "Content-Range": span}).status_code

    def has_half(self) -> bool:
        return self.office.services.evidence.offset(HASH) == len(CLIP) // 2


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Uploads]:
    with open_office(tmp_path, stall_s=0.5) as office:
        services = office.services
        intake = Intake(services.database, clock=DrivenClock(), live=services.live, settings=services.settings).know()
        intake.take(*Story(evidence=(evidence_of(CLIP),)).life())
        yield Uploads(office, intake.token)


def test_an_upload_whose_sender_fell_silent_can_be_resumed(uploads: Uploads) -> None:
    with uploads.begin():  # still open: nobody tells a server that the other end has no power
        wait_until(uploads.has_half, "the first half to be kept")
        assert uploads.rest() == 201


def test_an_upload_whose_sender_hung_up_can_be_resumed_and_is_no_error(uploads: Uploads) -> None:
    uploads.begin().close()
    wait_until(lambda: uploads.rest() == 201, "the upload to be resumed")
