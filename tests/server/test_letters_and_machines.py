"""Refused messages that are taken in after all, and how the machines are."""

from pathlib import Path

import pytest

from contract.health import CameraState
from server.ingest import Ingest
from server.store import edges
from tests.support.messages import EDGE, SITE, Story, deliver, heartbeat
from tests.support.office import NOON, Office, open_office
from tests.support.site import open_ward


def ingest_of(office: Office) -> Ingest:
    has = office.services
    return Ingest(has.settings, database=has.database, clock=has.clock, live=has.live, metrics=has.metrics)


def test_a_message_of_an_edge_that_was_registered_late_is_taken_in(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        admin, ingest, has = office.desk("chief", "admin"), ingest_of(office), office.services
        ingest.take([deliver(Story().tell())])
        (letter,) = admin.get("/api/v1/dead-letters").json()["items"]
        assert (letter["reason"], letter["may_be_taken"]) == ("unknown_edge", True)
        url = f"/api/v1/dead-letters/{letter['id']}/retry"
        again = admin.post(url)
        assert again.status_code == 422
        assert "not registered" in again.json()["detail"]
        assert admin.get("/api/v1/incidents").json()["items"] == []
        with has.database.transaction() as session:
            edges.register(session, SITE, EDGE, has.clock.now())
        ingest.take([deliver(heartbeat())])
        taken = admin.post(url)
        assert taken.status_code == 200, taken.text
        assert (taken.json()["accepted_at"] is not None, taken.json()["may_be_taken"]) == (True, False)
        assert len(admin.get("/api/v1/incidents").json()["items"]) == 1
        assert admin.post(url).status_code == 409, "once is enough"
        assert admin.post("/api/v1/dead-letters/999/retry").status_code == 404
        assert "Nhận lại" not in admin.get("/admin/letters").text


def test_the_machines_tell_how_they_are(tmp_path: Path) -> None:
    with open_ward(tmp_path) as ward:
        desk = ward.office.desk("chief", "supervisor")
        (edge,) = desk.get("/api/v1/system").json()["edges"]
        assert (edge["state"], edge["outbox_depth"]) == ("new", None)
        ward.hear({"kho-sau": CameraState.ONLINE, "cong": CameraState.OFFLINE})
        told = desk.get("/api/v1/system").json()
        (edge,) = told["edges"]
        assert (edge["state"], edge["cameras"], edge["cameras_online"]) == ("online", 2, 1)
        assert edge["config_version"] == "0123456789abcdef"
        assert told["receipts_lag_s"] == pytest.approx(0.0)
        assert told["database_bytes"] > 10_000
        assert told["disk_free_bytes"] <= told["disk_total_bytes"]
        assert told["started_at"] == NOON.isoformat().replace("+00:00", "Z")
        ward.office.clock.turn(minutes=2)
        assert desk.get("/api/v1/system").json()["edges"][0]["state"] == "silent"
