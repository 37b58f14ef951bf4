"""The audit as sentences: every action that the server's source writes has one."""

import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from server.schemas import AuditOut
from server.ui import deeds
from server.ui.i18n import texts
from server.verdict import Move
from tests.support.needs import ROOT
from tests.support.office import NOON, Office, open_office

BY_NAME: dict[str, set[str]] = {
    "action": {"view_clip", "view_picture", "sign_in", "sign_in_failed", "user_created", "user_changed"},
    "move": {str(move) for move in Move},
}
"""What stands behind a variable or attribute of this name where an action is expected."""


def actions_of(source: str) -> set[str]:
    """The actions that a module records. A call whose action can't be told from the source fails the test."""
    found: set[str] = set()
    tree = ast.parse(source)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"]
    for call in calls:
        (value,) = [each.value for each in call.keywords if each.arg == "action"]
        if isinstance(value, ast.Constant):
            found.add(str(value.value))
            continue
        name = value.attr if isinstance(value, ast.Attribute) else ast.unparse(value)
        assert name in BY_NAME, f"tell tests/server/test_deeds.py what action={ast.unparse(value)} may be"
        found |= BY_NAME[name]
    return found


def test_every_action_has_a_sentence() -> None:
    recorded: set[str] = set()
    for path in sorted(Path(ROOT / "server").rglob("*.py")):
        recorded |= actions_of(path.read_text(encoding="utf-8"))
    assert len(recorded) > 15, "the source is read"
    assert recorded - set(deeds.SENTENCES) == set()


@pytest.mark.parametrize(
    ("action", "subject", "detail", "vi", "en"),
    [
        ("dismiss", "AN-1", {"reason": "light"}, "Trần B. loại bỏ AN-1 – bóng, ánh sáng.", "dismissed AN-1 – shadow"),
        ("confirm", "AN-1", {"reason": None, "from": "new"}, "Trần B. xác nhận AN-1.", "Trần B. confirmed AN-1."),
        ("hold", "AN-1", {"reason": "VKS"}, "Trần B. giữ hồ sơ AN-1 – VKS.", "Trần B. put a hold on AN-1 – VKS."),
        ("user_changed", "le.c", {"disabled": True}, "Trần B. sửa tài khoản le.c – khoá.", "le.c – disabled."),
        ("user_changed", "le.c", {"role": "admin"}, "Trần B. sửa tài khoản le.c – quản trị.", "le.c – admin"),
        ("fly", "le.c", {}, "Trần B. làm “fly” với le.c.", "Trần B. did “fly” to le.c."),
    ],
)
def test_a_row_reads_as_a_sentence(action: str, subject: str, detail: dict[str, Any], vi: str, en: str) -> None:
    row = AuditOut(
        id=1, at=NOON, who="Trần B.", username="tran.b", action=action, subject=subject, subject_label=subject,
        detail=detail,
    )  # fmt: skip
    assert deeds.sentence(row, texts("vi")) == vi
    assert en in deeds.sentence(row, texts("en"))


@pytest.fixture
def office(tmp_path: Path) -> Any:
    with open_office(tmp_path) as opened:
        yield opened


def test_the_audit_is_read_by_who_what_and_when(office: Office) -> None:
    camera, chief = office.camera(), office.desk("chief", "admin")
    office.services.evidence.keep_picture(camera, b"\xff\xd8\xff")
    chief.get(f"/api/v1/cameras/{camera}/picture").raise_for_status()
    office.clock.turn(hours=13)
    chief = office.desk("chief.2", "admin")
    body = {"username": "le.c", "display_name": "Lê C.", "role": "viewer"}
    chief.post("/api/v1/users", json=body).raise_for_status()

    def read(query: str) -> list[str]:
        answer = chief.get(f"/api/v1/audit?{query}")
        assert answer.status_code == 200, answer.text
        return [f"{each['username']} {each['action']} {each['subject_label']}" for each in answer.json()["items"]]

    made, seen = "chief.2 user_created le.c", "chief view_picture camera kho-sau"
    assert read("") == [made, seen]
    assert read("who=chief") == [seen]
    assert read("action=user_created") == [made]
    assert read("subject=le") == [made]
    assert read("subject=%25") == [], "no wildcard of a database"
    noon, night = NOON.date(), (NOON + timedelta(days=1)).date()
    assert read(f"to_day={noon}") == [seen]
    assert read(f"from_day={night}") == [made], "01:00 local time is the next day"
    first = chief.get("/api/v1/audit?limit=1").json()
    assert read(f"limit=1&cursor={first['next_cursor']}") == [seen]


def test_who_sees_some_cameras_only_reads_no_audit(office: Office) -> None:
    chief, desk = office.desk("chief", "admin"), office.desk("le.c", "supervisor")
    assert desk.get("/api/v1/audit").status_code == 200
    chief.put("/api/v1/users/le.c/rights", json={"is_limited": True}).raise_for_status()
    assert desk.get("/api/v1/audit").status_code == 403
    assert desk.get("/admin/audit").status_code == 403
