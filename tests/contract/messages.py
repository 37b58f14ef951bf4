"""One message of each type, as this version of the code makes it. The golden files were written from these."""

from datetime import UTC, datetime, timedelta

from contract.codec import Message
from contract.command import Command, Resend, TakePicture
from contract.configuration import CameraConfig, CameraSettingsTold, Config, ConfigData, SettingsData
from contract.drawing import Drawing
from contract.event import (
    ClockReading,
    Event,
    EventData,
    Evidence,
    Mode,
    ModelRef,
    Phase,
    Place,
    Rule,
    Severity,
    Subject,
    message_id,
)
from contract.health import CameraHealth, CameraState, ConfigState, Health, HealthData, StatusData, StatusMessage
from contract.identity import event_uuid
from contract.incident import IncidentData, IncidentMessage
from contract.incident import message_id as incident_message_id
from contract.receipt import Receipt, ReceiptData, Refusal, Refused
from contract.rule import RuleSettings
from contract.zones import Line, Zone

AT = datetime(2026, 3, 2, 19, 14, 4, 120_000, tzinfo=UTC)
CAMERA = "anninh:hoa-thuan/khom4/kho-sau"
EDGE = "anninh:hoa-thuan/khom4"
EVENT_ID = event_uuid(AT, CAMERA, "kho-sau-dem", "kho_sau", "57")
PICTURE = Evidence(
    kind="picture", sha256="9f" * 32, bytes=84_211, media_type="image/jpeg", at=AT + timedelta(seconds=2)
)
CLIP = Evidence(
    kind="clip",
    sha256="4c" * 32,
    bytes=1_204_551,
    media_type="video/mp4",
    started_at=AT - timedelta(seconds=5),
    ended_at=AT + timedelta(seconds=21, milliseconds=480),
)

DRAWING = Drawing(
    masks=(((0.7, 0.1), (0.9, 0.1), (0.9, 0.4)),),
    zones={"kho_sau": Zone(label="Kho sau", points=((0.1, 0.5), (0.9, 0.5), (1.0, 1.0), (0.0, 1.0)))},
    lines={"cong": Line(label="Cổng", a=(0.5, 0.3), b=(0.5, 1.0))},
    rules=(
        RuleSettings.model_validate(
            {
                "name": "kho-sau-dem",
                "kind": "intrusion",
                "zone": "kho_sau",
                "hours": "22:00-05:00",
                "effective": {"from": "2026-01-01"},
                "severity": "high",
            }
        ),
        RuleSettings(name="qua-cong", kind="line_crossing", line="cong", direction="forward", mode="trial"),
    ),
)


def event(phase: Phase, revision: int, evidence: tuple[Evidence, ...], seconds: float) -> Event:
    """A revision of one event that is told ``seconds`` after it began."""
    at = AT + timedelta(seconds=seconds)
    data = EventData(
        event_id=EVENT_ID,
        revision=revision,
        phase=phase,
        rule=Rule(kind="intrusion", name="kho-sau-dem", mode=Mode.ACTIVE, version="b3" * 32),
        place=Place(kind="zone", name="kho_sau", label="Kho sau"),
        severity=Severity.HIGH,
        started_at=AT,
        last_seen_at=at,
        ended_at=at if phase is Phase.CLOSED else None,
        clock=ClockReading(basis="pts", offset_ms=12),
        subjects=(Subject(track=57, class_name="person", score=0.86, box=(0.41, 0.52, 0.47, 0.71), dwell_s=seconds),),
        evidence=evidence,
        model=ModelRef(name="yolo11n-int8", sha256="a1" * 32),
        config_version="0123456789abcdef",
    )
    return Event(id=message_id(EVENT_ID, revision), source=CAMERA, time=at, sequence=str(18_233 + revision), data=data)


MESSAGES: dict[str, Message] = {
    "event-v1-opened": event(Phase.OPENED, 1, (PICTURE,), 3.2),
    "event-v1-updated": event(Phase.UPDATED, 2, (PICTURE,), 9.0),
    "event-v1-closed": event(Phase.CLOSED, 3, (PICTURE, CLIP), 16.48),
    "event-v1-closed-without-clip": event(
        Phase.CLOSED, 3, (PICTURE, Evidence(kind="clip", missing="no keyframe was seen")), 16.48
    ),
    "event-v1-closed-long": event(
        Phase.CLOSED,
        9,
        (
            PICTURE,
            PICTURE.model_copy(update={"sha256": "77" * 32, "at": AT + timedelta(minutes=1), "periodic": True}),
            CLIP.model_copy(
                update={
                    "codec": "hvc1.1.6.L120.90",
                    "coded_by": "camera",
                    "gaps": ((AT + timedelta(seconds=4), AT + timedelta(seconds=9)),),
                }
            ),
            Evidence(
                kind="clip",
                started_at=AT + timedelta(seconds=60),
                ended_at=AT + timedelta(seconds=90),
                missing="deleted at the edge before it could be sent: its disk budget was used up",
            ),
        ),
        85.0,
    ),
    "event-v1-cancelled": event(Phase.CANCELLED, 2, (), 4.0),
    "health-v1": Health(
        id="health-7-42",
        source=EDGE,
        time=AT,
        data=HealthData(
            session=7,
            started_at=AT - timedelta(minutes=7),
            software="0.1.0",
            cameras=(
                CameraHealth(
                    camera="kho-sau",
                    label="Kho sau, cổng phụ",
                    state=CameraState.ONLINE,
                    last_frame_at=AT,
                    up_s=418.5,
                    fps=24.9,
                    frames=10_421,
                    dropped=12,
                    inferences=1_903,
                    reconnects=1,
                ),
                CameraHealth(
                    camera="cong-chinh",
                    state=CameraState.OFFLINE,
                    up_s=0.0,
                    fps=0.0,
                    frames=0,
                    dropped=0,
                    inferences=0,
                    reconnects=14,
                    error="no picture: Connection refused; check its power, network and address",
                ),
            ),
            outbox_depth=3,
            outbox_oldest_s=1.25,
            evidence_pending=2,
            disk_free_bytes=81_604_378_624,
            clock_offset_ms=12,
            config_version="0123456789abcdef",
            model=ModelRef(name="yolo11n-int8", sha256="a1" * 32),
        ),
    ),
    "health-v1-configured": Health(
        id="health-7-43",
        source=EDGE,
        time=AT,
        data=HealthData(
            session=7,
            started_at=AT - timedelta(minutes=7),
            software="0.1.0",
            cameras=(
                CameraHealth(
                    camera="kho-sau",
                    state=CameraState.ONLINE,
                    up_s=418.5,
                    fps=24.9,
                    frames=10_421,
                    dropped=12,
                    inferences=1_903,
                    reconnects=1,
                    config=ConfigState(version=2, refused_version=3, refused="rule 'qua': zone 'kho' is not among []"),
                ),
            ),
            outbox_depth=0,
            outbox_oldest_s=0.0,
            evidence_pending=0,
            disk_free_bytes=81_604_378_624,
            config_version="0123456789abcdef",
            config_refused="unknown_version: type 'vn.anninh.config.v2'",
            model=ModelRef(name="yolo11n-int8", sha256="a1" * 32),
        ),
    ),
    "status-v1-online": StatusMessage(
        id="status-7-online", source=EDGE, time=AT, data=StatusData(state="online", session=7)
    ),
    "status-v1-offline": StatusMessage(
        id="status-7-offline", source=EDGE, time=AT, data=StatusData(state="offline", session=7)
    ),
    "receipt-v1": Receipt(
        id="receipt-19",
        source="anninh:hoa-thuan/server",
        time=AT,
        data=ReceiptData(
            accepted=(message_id(EVENT_ID, 1), message_id(EVENT_ID, 2)),
            refused=(Refused(id="other.1", reason=Refusal.UNKNOWN_CAMERA, detail="no camera cong-sau"),),
            resend=((18_230, 18_233),),
        ),
    ),
    "incident-v1": IncidentMessage(
        id=incident_message_id("AN-2026-000412", 3),
        source="anninh:hoa-thuan",
        time=AT + timedelta(minutes=4),
        data=IncidentData(
            code="AN-2026-000412",
            version=3,
            counted=True,
            state="confirmed",
            source="camera",
            category="social_order",
            rule="intrusion",
            severity=Severity.HIGH,
            unit="Khóm 4",
            place="Kho sau",
            camera=CAMERA,
            occurred_at=AT,
        ),
    ),
    "incident-v1-taken-back": IncidentMessage(
        id=incident_message_id("AN-2026-000412", 4),
        source="anninh:hoa-thuan",
        time=AT + timedelta(minutes=9),
        data=IncidentData(
            code="AN-2026-000412",
            version=4,
            counted=False,
            state="new",
            source="camera",
            rule="intrusion",
            severity=Severity.HIGH,
            unit="Khóm 4",
            place="Kho sau",
            camera=CAMERA,
            occurred_at=AT,
        ),
    ),
    "command-v1-resend": Command(
        id="command-3", source="anninh:hoa-thuan/server", time=AT, data=Resend(first=18_230, last=18_233)
    ),
    "command-v1-picture": Command(
        id="command-4", source="anninh:hoa-thuan/server", time=AT, data=TakePicture(camera="kho-sau")
    ),
    "config-v1": Config(
        id="config-12",
        source="anninh:hoa-thuan/server",
        time=AT,
        data=ConfigData(
            cameras=(
                CameraConfig(camera="kho-sau", version=3, drawing=DRAWING),
                CameraConfig(camera="cong-chinh", version=2),
            )
        ),
    ),
    "settings-v1": CameraSettingsTold(
        id="settings-kho-sau", source=CAMERA, time=AT, data=SettingsData(drawing=DRAWING, version=3, is_calibrated=True)
    ),
}
