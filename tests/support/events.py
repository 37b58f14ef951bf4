"""Events as a camera would tell them, for tests of what carries and keeps them."""

from datetime import UTC, datetime, timedelta

from contract.event import (
    ClockReading,
    EventData,
    Evidence,
    Mode,
    ModelRef,
    Phase,
    Place,
    Rule,
    Severity,
    Subject,
)
from contract.identity import event_uuid
from edge.values import Change

BEGIN = datetime(2026, 3, 2, 19, 14, 4, 120_000, tzinfo=UTC)
NOT_RECORDED = (Evidence(kind="picture", missing="not recorded"), Evidence(kind="clip", missing="not recorded"))


def a_change(
    number: int = 0,
    *,
    phase: Phase = Phase.OPENED,
    revision: int = 1,
    camera: str = "kho-sau",
    evidence: tuple[Evidence, ...] | None = None,
    at_s: float | None = None,
) -> Change:
    """Revision ``revision`` of event ``number``; it began ``number`` seconds after BEGIN and is told at ``at_s``
    seconds (of the stream; by default three seconds after it began)."""
    now_s = number + 3.2 if at_s is None else at_s
    closed = phase is Phase.CLOSED
    data = EventData(
        event_id=event_uuid(BEGIN + timedelta(seconds=number), camera, "kho-sau-dem", "kho_sau", str(number)),
        revision=revision,
        phase=phase,
        rule=Rule(kind="intrusion", name="kho-sau-dem", mode=Mode.ACTIVE, version="b3" * 32),
        place=Place(kind="zone", name="kho_sau"),
        severity=Severity.HIGH,
        started_at=BEGIN + timedelta(seconds=number),
        last_seen_at=BEGIN + timedelta(seconds=max(now_s, number)),
        ended_at=BEGIN + timedelta(seconds=max(now_s, number)) if closed else None,
        clock=ClockReading(basis="pts", offset_ms=12),
        subjects=(Subject(track=57, class_name="person", score=0.86, box=(0.41, 0.52, 0.47, 0.71), dwell_s=3.2),),
        evidence=evidence if evidence is not None else (NOT_RECORDED if closed else ()),
        model=ModelRef(name="yolo11n-int8", sha256="a1" * 32),
        config_version="0123456789abcdef",
    )
    return Change(camera=camera, data=data, opened_s=float(number), now_s=now_s)
