"""The ward's plan: which pictures are taken, and where things may lie on it."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.picturefile import NoPictureError, look
from tests.support.office import Office, open_office

URL = "/api/v1/plan"
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0001108012c019003012200021101031101ffd9")
"""A JPEG's head: 400 × 300."""


def png(width: int = 4, height: int = 3) -> bytes:
    """A white PNG."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff" * 3 * min(width, 9) for _ in range(min(height, 9)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


def test_the_picture_comes_back_as_it_was_sent_and_may_do_nothing(office: Office) -> None:
    admin, viewer = office.desk("quan.tri", "admin"), office.desk("anna", "viewer")
    assert viewer.get(f"{URL}/picture").status_code == 404
    assert viewer.get(URL).json()["picture_url"] is None
    plan = admin.put(URL, content=png()).json()
    assert (plan["width"], plan["height"]) == (4, 3)
    shown = viewer.get(plan["picture_url"])
    assert (shown.content, shown.headers["content-type"]) == (png(), "image/png")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert admin.put(URL, content=JPEG).json()["width"] == 400, "another one takes its place"
    assert viewer.get(f"{URL}/picture").headers["content-type"] == "image/jpeg"


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HOSTILE = [
    (SVG, 422, "an SVG, with a script or without"),
    (b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]>" + SVG, 422, "entities"),
    (b"GIF89a" + b"\0" * 40, 422, "another kind of picture"),
    (b"", 422, "nothing"),
    (b"not a picture at all", 422, "words"),
    (png()[:30], 422, "torn off"),
    (JPEG[:20], 422, "a JPEG that ends before its size"),
    (png(100_000, 100_000), 422, "a bomb: small in bytes, huge in pixels"),
    (png(0, 5), 422, "no pixels"),
    (png() + b"\0" * (8 << 20), 413, "too many bytes"),
]


@pytest.mark.parametrize(("body", "status", "reason"), HOSTILE)
def test_what_is_no_plan_is_refused_with_a_sentence(office: Office, body: bytes, status: int, reason: str) -> None:
    answer = office.desk("quan.tri", "admin").put(URL, content=body)
    assert answer.status_code == status, reason
    assert " / " in answer.json()["detail"]
    assert office.desk("anna", "viewer").get(URL).json()["picture_url"] is None


@given(st.binary(max_size=80).map(lambda tail: b"\xff\xd8\xff" + tail) | st.binary(max_size=40))
def test_any_bytes_are_a_picture_or_refused(body: bytes) -> None:
    try:
        seen = look(body)
    except NoPictureError as error:
        seen, said = None, str(error)
    assert " / " in said if seen is None else seen.width > 0


def test_a_camera_and_a_unit_lie_where_a_supervisor_put_them(office: Office) -> None:
    camera = office.camera()
    chief = office.desk("chief", "supervisor")
    for kind, name, x, y in (("camera", str(camera), 0.2, 0.3), ("unit", "Khóm 4", 0.7, 0.1)):
        assert chief.put(f"{URL}/spots", json={"kind": kind, "name": name, "x": x, "y": y}).status_code == 200
    chief.put(f"{URL}/spots", json={"kind": "camera", "name": f"0{camera}", "x": 1.0, "y": 0.0})
    spots = chief.get(URL).json()["spots"]
    assert [(spot["kind"], spot["name"], spot["x"]) for spot in spots] == [
        ("camera", str(camera), 1.0),
        ("unit", "Khóm 4", 0.7),
    ]
    assert chief.delete(f"{URL}/spots", params={"kind": "unit", "name": "Khóm 4"}).status_code == 204
    assert chief.delete(f"{URL}/spots", params={"kind": "unit", "name": "Khóm 4"}).status_code == 404
    assert len(chief.get(URL).json()["spots"]) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "camera", "name": "99", "x": 0.5, "y": 0.5}, 404),
        ({"kind": "camera", "name": "kho", "x": 0.5, "y": 0.5}, 404),
        ({"kind": "camera", "name": "9" * 40, "x": 0.5, "y": 0.5}, 404),
        ({"kind": "unit", "name": "Khóm 99", "x": 0.5, "y": 0.5}, 404),
        ({"kind": "river", "name": "x", "x": 0.5, "y": 0.5}, 422),
        ({"kind": "camera", "name": "1", "x": 1.01, "y": 0.5}, 422),
        ({"kind": "camera", "name": "1", "x": 0.5, "y": -0.1}, 422),
    ],
)
def test_nothing_lies_off_the_plan_or_is_not_there(office: Office, body: dict[str, object], status: int) -> None:
    assert office.desk("chief", "supervisor").put(f"{URL}/spots", json=body).status_code == status
