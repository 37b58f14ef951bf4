"""Notifications: channels, rules, and the outbox. For admins."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from server.api.deps import Admin, Has, refused
from server.api.responses import problems
from server.courier import people, webhook
from server.courier.vault import Secret
from server.notices.values import Kind, Occasion
from server.schemas import NO_NUL, ChannelOut, NewChannel, NoticeMessageOut, NoticeRuleOut, Role
from server.services import Services
from server.store import audit, noticechannels, noticeoutbox
from server.store.errors import InvalidError, StoreError
from server.tables import HIGHEST_KEY, NoticeChannel, NoticeRule

router = APIRouter(prefix="/api/v1/notices", tags=["notices"])

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=NO_NUL)]
Minute = Annotated[int, Field(ge=0, lt=24 * 60, description="Minutes after local midnight.")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NO_NUL)]
RowId = Annotated[int, Field(ge=1, le=HIGHEST_KEY)]


class _Hours(BaseModel):
    """A span has both ends or none."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        for begin, end in (("quiet_from", "quiet_to"), ("hours_from", "hours_to")):
            given = [getattr(self, name, None) is not None for name in (begin, end)]
            if given[0] != given[1]:
                raise ValueError(f"{begin} and {end} go together")
        return self


class ChannelBody(_Hours):
    """A channel. ``address`` is needed when it is made; left out, the one that is kept stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"name": "Trực ban", "kind": "apprise", "address": "mailtos://user:password@mail.example.vn"}
        },
    )

    name: Name
    kind: Kind = Kind.APPRISE
    address: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=NO_NUL)] = ""
    username: str | None = Field(default=None, max_length=64, description="Whose it is; null: the ward's.")
    language: Annotated[str, StringConstraints(pattern="^(vi|en)$")] = "vi"
    with_picture: bool = False
    quiet_from: Minute | None = None
    quiet_to: Minute | None = None
    urgent_breaks_quiet: bool = True
    enabled: bool = True


class RuleBody(_Hours):
    """A rule. Empty ``units`` or ``rule_kinds``: all."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"name": "Ban đêm", "occasion": "opened", "severity": "high", "channel_ids": [1]}
        },
    )

    name: Name
    occasion: Occasion
    severity: Annotated[str, StringConstraints(pattern="^(low|medium|high|urgent)$")] = "high"
    units: list[Word] = Field(default_factory=list, max_length=100)
    rule_kinds: list[Word] = Field(default_factory=list, max_length=100)
    hours_from: Minute | None = None
    hours_to: Minute | None = None
    after_min: int = Field(default=10, ge=0, le=10_080)
    every_min: int = Field(default=10, ge=0, le=10_080)
    with_trial: bool = False
    role: Role | None = None
    channel_ids: list[RowId] = Field(default_factory=list, max_length=200)
    enabled: bool = True


@router.get("/channels", summary="Channels", responses=problems(401, 403))
def read_channels(_user: Admin, has: Has) -> tuple[ChannelOut, ...]:
    """Every channel; of its address only what is no secret."""
    with has.database.read() as session:
        return noticechannels.channels(session)


@router.post("/channels", summary="Make a channel", status_code=201, responses=problems(401, 403, 422))
def create_channel(body: ChannelBody, user: Admin, has: Has) -> NewChannel:
    """The address is encrypted and never shown again. A webhook's signing secret is shown now and never again."""
    row = NoticeChannel(created_at=has.clock.now(), kind=body.kind)
    try:
        signing = _address(has, row, body, is_new=True)
        with has.database.transaction() as session:
            row.user_id = noticechannels.owner_id(session, body.username)
            _fill_channel(row, body)
            noticechannels.add(session, row)
            audit.record(session, has.clock.now(), user_id=user.id, action="channel_made", subject=row.name)
    except StoreError as error:
        raise refused(error) from error
    return NewChannel(channel=noticechannels.channel_out(row, body.username), secret=signing)


@router.put("/channels/{channel_id}", summary="Change a channel", responses=problems(401, 403, 404, 422))
def change_channel(channel_id: int, body: ChannelBody, user: Admin, has: Has) -> NewChannel:
    """Its kind stays. A new address of a webhook gets a new secret."""
    try:
        with has.database.transaction() as session:
            row = noticechannels.channel(session, _key(channel_id))
            signing = _address(has, row, body.model_copy(update={"kind": Kind(row.kind)}), is_new=False)
            row.user_id = noticechannels.owner_id(session, body.username)
            _fill_channel(row, body)
            audit.record(session, has.clock.now(), user_id=user.id, action="channel_changed", subject=row.name)
    except StoreError as error:
        raise refused(error) from error
    return NewChannel(channel=noticechannels.channel_out(row, body.username), secret=signing)


@router.delete("/channels/{channel_id}", summary="Delete a channel", status_code=204, responses=problems(401, 403, 404))
def delete_channel(channel_id: int, user: Admin, has: Has) -> None:
    """With what waits for it."""
    try:
        with has.database.transaction() as session:
            row = noticechannels.channel(session, _key(channel_id))
            audit.record(session, has.clock.now(), user_id=user.id, action="channel_deleted", subject=row.name)
            noticechannels.remove(session, row)
    except StoreError as error:
        raise refused(error) from error


@router.post("/channels/{channel_id}/test", summary="Test a channel", responses=problems(401, 403, 404))
def test_channel(channel_id: int, user: Admin, has: Has) -> NoticeMessageOut:
    """Sends a message now and says what became of it: ``sent``, or ``queued`` with the reason, to be tried again."""
    now = has.clock.now()
    try:
        with has.database.transaction() as session:
            row = noticechannels.channel(session, _key(channel_id))
            message_id = noticeoutbox.test(session, row.id, now)
            audit.record(session, now, user_id=user.id, action="channel_tested", subject=row.name)
    except StoreError as error:
        raise refused(error) from error
    has.courier.send(message_id)
    with has.database.read() as session:
        return noticeoutbox.one(session, message_id)


@router.get("/rules", summary="Rules", responses=problems(401, 403))
def read_rules(_user: Admin, has: Has) -> tuple[NoticeRuleOut, ...]:
    """Every rule."""
    with has.database.read() as session:
        return noticechannels.rules(session)


@router.post("/rules", summary="Make a rule", status_code=201, responses=problems(401, 403, 422))
def create_rule(body: RuleBody, user: Admin, has: Has) -> NoticeRuleOut:
    """It tells what happens from now on."""
    now = has.clock.now()
    try:
        with has.database.transaction() as session:
            noticechannels.check_channels(session, body.channel_ids)
            row = NoticeRule(since_at=now, **body.model_dump())
            noticechannels.add(session, row)
            audit.record(session, now, user_id=user.id, action="notice_rule_made", subject=row.name)
            return NoticeRuleOut.model_validate(row)
    except StoreError as error:
        raise refused(error) from error


@router.put("/rules/{rule_id}", summary="Change a rule", responses=problems(401, 403, 404, 422))
def change_rule(rule_id: int, body: RuleBody, user: Admin, has: Has) -> NoticeRuleOut:
    """Switched on again, or for another occasion, it tells what happens from now on."""
    now = has.clock.now()
    try:
        with has.database.transaction() as session:
            row = noticechannels.rule(session, _key(rule_id))
            noticechannels.check_channels(session, body.channel_ids)
            _fill_rule(row, body, now)
            audit.record(session, now, user_id=user.id, action="notice_rule_changed", subject=row.name)
            return NoticeRuleOut.model_validate(row)
    except StoreError as error:
        raise refused(error) from error


@router.delete("/rules/{rule_id}", summary="Delete a rule", status_code=204, responses=problems(401, 403, 404))
def delete_rule(rule_id: int, user: Admin, has: Has) -> None:
    """With what it has waiting."""
    try:
        with has.database.transaction() as session:
            row = noticechannels.rule(session, _key(rule_id))
            audit.record(session, has.clock.now(), user_id=user.id, action="notice_rule_deleted", subject=row.name)
            noticechannels.remove(session, row)
    except StoreError as error:
        raise refused(error) from error


@router.get("/messages", summary="The outbox", responses=problems(401, 403))
def read_messages(
    _user: Admin,
    has: Has,
    cursor: Annotated[int | None, Query(ge=1, le=HIGHEST_KEY, description="Only what is older than this id.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> tuple[NoticeMessageOut, ...]:
    """Newest first, each with its state and, where it did not arrive, the reason."""
    with has.database.read() as session:
        return noticeoutbox.listing(session, limit, cursor)


@router.post("/messages/{message_id}/retry", summary="Send once more", responses=problems(401, 403, 404))
def retry_message(message_id: int, user: Admin, has: Has) -> NoticeMessageOut:
    """Queues a message that was given up, or waits for another attempt, for at once."""
    now = has.clock.now()
    try:
        with has.database.transaction() as session:
            noticeoutbox.again(session, _key(message_id), now)
            audit.record(session, now, user_id=user.id, action="notice_retried", subject=str(message_id))
            return noticeoutbox.one(session, message_id)
    except StoreError as error:
        raise refused(error) from error


def _address(has: Services, row: NoticeChannel, body: ChannelBody, *, is_new: bool) -> str | None:
    """Seal the address that was given; a webhook's new signing secret. Raises InvalidError."""
    if not body.address:
        if is_new:
            raise InvalidError("Hãy nhập địa chỉ của kênh. / The channel's address is missing.")
        return None
    is_webhook = body.kind is Kind.WEBHOOK
    try:
        row.shown = (webhook if is_webhook else people).check_url(body.address)[:300]
    except ValueError as error:
        raise InvalidError(f"Địa chỉ này không dùng được: {error}. / This address can't be used: {error}.") from error
    signing = webhook.new_signing() if is_webhook else None
    try:
        row.sealed = has.vault.seal(Secret(url=body.address, signing=signing))
    except (OSError, ValueError) as error:
        raise InvalidError(
            "Không dùng được tệp khoá notices.key_file. / The file notices.key_file can't be used."
        ) from error
    return signing


def _fill_channel(row: NoticeChannel, body: ChannelBody) -> None:
    for name in ("name", "language", "with_picture", "quiet_from", "quiet_to", "urgent_breaks_quiet", "enabled"):
        setattr(row, name, getattr(body, name))


def _fill_rule(row: NoticeRule, body: RuleBody, now: datetime) -> None:
    if (body.enabled and not row.enabled) or body.occasion != row.occasion:
        row.since_at = now
    for name, value in body.model_dump().items():
        setattr(row, name, value)


def _key(row_id: int) -> int:
    """A row's id, or one that no row has where a database would refuse to look."""
    return row_id if 0 < row_id <= HIGHEST_KEY else 0
