"""What the API and the pages show: pydantic values, made by server.store, read by api/ and ui/ alike."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from server import role
from server.criteria import judge

Role = role.Role
Result = judge.Result
NO_NUL = "^[^\\x00]*$"
"""A text without U+0000, for which PostgreSQL has no room."""


class Schema(BaseModel):
    """A frozen value of the API."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class UserOut(Schema):
    """The person who is signed in."""

    id: int
    username: str
    display_name: str
    role: Role


class AccountOut(UserOut):
    """An account, as admins see it."""

    created_at: datetime
    disabled_at: datetime | None
    password_is_one_time: bool


class NewPassword(Schema):
    """An account and its one-time password: shown once, kept nowhere."""

    account: AccountOut
    one_time_password: str


class SessionOut(Schema):
    """An open session: send ``csrf`` as X-CSRF-Token with every write."""

    user: UserOut
    csrf: str
    expires_at: datetime
    must_change_password: bool = False
    """The password was chosen by somebody else; ask for a new one."""


class EvidenceOut(Schema):
    """A picture or clip. ``url`` is None until its bytes have arrived; ``missing`` says why there will be none.

    ``play_url``: a clip as every browser plays it, where that is not ``url`` itself. ``periodic``: a picture that was
    taken because time had passed. ``gaps``: where a clip stands still, because nothing was received.
    """

    kind: Literal["picture", "clip"]
    sha256: str | None
    bytes: int | None
    media_type: str | None
    started_at: datetime | None
    ended_at: datetime | None
    url: str | None
    missing: str | None
    play_url: str | None = None
    periodic: bool = False
    codec: str | None = None
    coded_by: Literal["camera", "edge"] | None = None
    gaps: tuple[tuple[datetime, datetime], ...] = ()


class SubjectOut(Schema):
    """One track that took part; ``box`` as fractions of the picture."""

    track: int
    class_name: str
    score: float
    box: tuple[float, float, float, float]
    dwell_s: float


class EventOut(Schema):
    """One event, at its highest revision."""

    id: str
    revision: int
    phase: str
    started_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    received_at: datetime
    model: str
    subjects: tuple[SubjectOut, ...]
    evidence: tuple[EvidenceOut, ...]


class IncidentOut(Schema):
    """One incident in a list. ``picture_url``: its best picture, if one has arrived."""

    id: int
    code: str
    camera: str
    camera_label: str
    unit: str
    rule_kind: str
    rule_name: str
    place: str
    place_label: str
    """What people call the place; empty: ``place`` is all there is."""
    severity: str
    mode: str
    status: str
    state: str
    occurred_at: datetime
    last_seen_at: datetime
    events: int
    claimed_by: str | None
    picture_url: str | None
    version: int
    counts_toward: tuple[str, ...]
    """Codes of the criteria it bears on (whether or not it is confirmed)."""


class VerdictOut(Schema):
    """A verdict that was given."""

    move: str
    reason: str | None
    note: str
    officer: str
    from_state: str
    to_state: str
    decided_at: datetime


class IncidentDetail(IncidentOut):
    """One incident, whole. ``moves``: what this user may do with it now."""

    event_list: tuple[EventOut, ...]
    verdicts: tuple[VerdictOut, ...]
    moves: tuple[str, ...]


class IncidentPage(Schema):
    """A page of incidents, newest first; ``next_cursor`` is None on the last one."""

    items: tuple[IncidentOut, ...]
    next_cursor: str | None


class ReasonOut(Schema):
    """Why an incident may be dismissed, with what exactly that covers."""

    code: str
    name_vi: str
    name_en: str
    covers_vi: str
    covers_en: str


class VerdictIn(BaseModel):
    """A verdict to give. ``version``: the incident's version the officer looked at (409 when it has changed)."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"move": "dismiss", "reason": "animal", "version": 1}}
    )

    move: Literal["claim", "release", "confirm", "dismiss", "undo"]
    reason: str | None = None
    note: str = Field(default="", max_length=4000, pattern=NO_NUL)
    version: int = Field(ge=1, le=2**31 - 1)


class PeriodOut(Schema):
    """A reporting period: half-open days in the site's zone. ``key``: 2026-M03, 2026-Q1, 2026-H1, 2026-9M, 2026-Y."""

    key: str
    label: str
    label_en: str = ""
    first_day: date
    end_day: date
    """The first day that is no longer in it."""


class CriterionOut(Schema):
    """One criterion in one period. ``value``, ``baseline`` are None when there is nothing to say."""

    code: str
    name_vi: str
    name_en: str
    input: Literal["auto", "mixed", "manual"]
    basis: str
    state: Result
    why_vi: str
    why_en: str
    value: float | None
    """Confirmed incidents: the only ones that decide."""
    logged: int
    """Machine-logged incidents that wait for a verdict."""
    baseline: float | None
    """The same period a year earlier."""
    target_vi: str
    target_en: str
    uptime: float | None
    """Share of the elapsed period the cameras it rests on were up, 0..1; None: it rests on none."""
    unit: str = "vụ"
    """Of ``value`` and ``baseline``: vụ | điểm | camera | % | "" ."""
    better: Literal["lower", "higher"] | None = None
    camera_hours: float | None = None
    """Hours of pictures in the elapsed period, all cameras in service: beside every count, so that more cameras do not
    make a ward look worse. None: it rests on no cameras."""
    baseline_camera_hours: float | None = None
    """The same of the period a year earlier."""


class Scoreboard(Schema):
    """The criteria in one period."""

    period: PeriodOut
    criteria: tuple[CriterionOut, ...]
    computed_at: datetime


class CriterionDetail(CriterionOut):
    """A criterion with exactly the incidents that were counted, and those that wait."""

    period: PeriodOut
    definition_sha256: str = ""
    """Which wording of the criterion this answers."""
    legal_basis: str = ""
    counted: tuple[IncidentOut, ...]
    waiting: tuple[IncidentOut, ...]


class CameraOut(Schema):
    """A camera. ``state``: online | connecting | offline | finished | silent (its edge has not been heard).

    ``picture``, while it is online: ok | covered | moved | frozen | blurred | dark | bright; null: nobody has looked.
    ``clock_offset_ms``: its own clock minus the edge's, null where it is not known.
    """

    id: int
    site: str
    edge: str
    name: str
    label: str
    unit: str
    state: str
    picture: str | None
    clock_offset_ms: int | None
    last_frame_at: datetime | None
    error: str | None
    up_share_24h: float
    """0..1 of the last 24 hours (or since it is in service)."""
    picture_url: str | None

    @property
    def sees(self) -> bool:
        """Do its pictures come, and show the scene?"""
        return self.state == "online" and self.picture in (None, "ok")


class EdgeOut(Schema):
    """An edge box."""

    id: int
    site: str
    name: str
    status: str
    heartbeat_at: datetime | None
    session: int
    outbox_depth: int | None
    missing_messages: int
    """Sequence numbers that never came."""


class EdgeToken(Schema):
    """An edge's new token: shown once, kept nowhere."""

    site: str
    name: str
    token: str


class DeadLetterOut(Schema):
    """A message that could not be accepted. ``beginning``: its first bytes as text, whatever they are."""

    id: int
    received_at: datetime
    topic: str
    beginning: str
    payload_bytes: int
    reason: str
    detail: str
    times: int
    accepted_at: datetime | None


class DeadLetterPage(Schema):
    """A page of refused messages, newest first; ``next_cursor`` is None on the last one."""

    items: tuple[DeadLetterOut, ...]
    next_cursor: int | None


class Problem(BaseModel):
    """RFC 9457 problem+json: a safe sentence for the officer; the cause is in the log."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
