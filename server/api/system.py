"""How the machines are: edges, queues, receipts, disks, versions. For supervisors."""

import shutil
from importlib.metadata import PackageNotFoundError, version
from platform import python_version
from typing import Final

from fastapi import APIRouter

from server.api.deps import Has, Supervisor
from server.api.responses import problems
from server.schemas import SystemOut
from server.services import Services
from server.store import systemview

router = APIRouter(prefix="/api/v1", tags=["system"])

_PACKAGES: Final = ("fastapi", "sqlalchemy", "pydantic", "paho-mqtt", "uvicorn")


@router.get("/system", summary="How the machines are", responses=problems(401, 403))
def read_system(_user: Supervisor, has: Has) -> SystemOut:
    """Edges as of their latest heartbeats, the server as of now."""
    return system_of(has)


def system_of(has: Services) -> SystemOut:
    """The server and its edges."""
    now = has.clock.now()
    with has.database.read() as session:
        edges = systemview.edges(session, now)
        files, size = systemview.evidence_sum(session)
        disk = shutil.disk_usage(has.evidence.folder)
        return SystemOut(
            edges=edges,
            broker_connected=has.metrics.value("anninh_broker_connected") > 0,
            ingest_waiting=int(has.metrics.value("anninh_ingest_waiting")),
            receipts_lag_s=max(
                (each.outbox_oldest_s for each in edges if each.outbox_oldest_s is not None), default=None
            ),
            messages_dropped=int(has.metrics.value("anninh_messages_dropped_total")),
            dead_letters=systemview.dead_letters(session),
            database_bytes=systemview.database_bytes(session),
            database="SQLite" if has.database.is_sqlite else "PostgreSQL",
            evidence_bytes=size,
            evidence_files=files,
            disk_total_bytes=disk.total,
            disk_free_bytes=disk.free,
            live_pages=has.live.subscribers,
            started_at=has.started_at,
            versions={"anninh": _version("camera-an-ninh"), "python": python_version()}
            | {name: _version(name) for name in _PACKAGES},
            computed_at=now,
        )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
