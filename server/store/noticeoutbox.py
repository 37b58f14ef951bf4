"""The outbox of notifications: queued → sending → sent | failed | dropped. Nothing is lost when the server is killed.

A message is taken (``sending``, committed) before it is sent, and marked after. Killed in between, its lease runs out
and it is sent again with the same ``uid``: at least once, and a receiver can tell the repeat.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.notices import retry, rules
from server.notices.values import Channel, Matter, Rule, State
from server.schemas import NoticeMessageOut
from server.store.errors import NotFoundError
from server.tables import NoticeChannel, NoticeItem, NoticeMessage, NoticeRule

_OPEN = (State.QUEUED, State.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message in somebody's hands. ``attempt``: 1, 2, …"""

    id: int
    uid: str
    channel_id: int
    attempt: int


def tell(session: Session, rule: Rule, channel: Channel, matter: Matter, now: datetime, zone: ZoneInfo) -> bool:
    """Put a matter into the group's waiting message, or into a new one. False: it was told already."""
    if is_told(session, rule, channel, matter):
        return False
    last = session.scalar(
        select(NoticeMessage)
        .where(
            NoticeMessage.rule_id == rule.id,
            NoticeMessage.channel_id == channel.id,
            NoticeMessage.group_key == matter.group,
            NoticeMessage.state != State.DROPPED,
        )
        .order_by(NoticeMessage.id.desc())
        .limit(1)
    )
    if last is not None and last.state == State.QUEUED:
        message = last
        before = _before(session, last)
        # what is urgent does not wait for the end of the quiet hours that its group waits for
        due_at = rules.due_at(rule, channel, matter.severity, now, before, zone)
        if message.attempts == 0 and due_at < message.due_at:
            message.due_at = due_at
    else:
        last_at = (last.sent_at or last.created_at) if last is not None else None
        message = NoticeMessage(
            uid=str(uuid4()),
            channel_id=channel.id,
            rule_id=rule.id,
            occasion=matter.occasion,
            group_key=matter.group,
            state=State.QUEUED,
            created_at=now,
            due_at=rules.due_at(rule, channel, matter.severity, now, last_at, zone),
        )
        session.add(message)
        session.flush()
    session.add(
        NoticeItem(
            message_id=message.id,
            rule_id=rule.id,
            channel_id=channel.id,
            about=matter.about,
            incident_id=matter.incident_id,
            camera_id=matter.camera_id if matter.incident_id is None else None,
        )
    )
    session.flush()
    return True


def is_told(session: Session, rule: Rule, channel: Channel, matter: Matter) -> bool:
    """Is it in a message already, whatever became of that?"""
    told = select(NoticeItem.id).where(
        NoticeItem.rule_id == rule.id, NoticeItem.channel_id == channel.id, NoticeItem.about == matter.about
    )
    return session.scalar(told) is not None


def test(session: Session, channel_id: int, now: datetime) -> int:
    """Queue a test of a channel, for at once; the message's id."""
    message = NoticeMessage(
        uid=str(uuid4()),
        channel_id=channel_id,
        rule_id=None,
        occasion="test",
        group_key="test",
        state=State.QUEUED,
        created_at=now,
        due_at=now,
    )
    session.add(message)
    session.flush()
    return message.id


def due(session: Session, now: datetime, limit: int) -> Sequence[int]:
    """The messages that may be taken now, the longest due first."""
    return session.scalars(
        select(NoticeMessage.id)
        .where(NoticeMessage.state.in_(_OPEN), NoticeMessage.due_at <= now)
        .order_by(NoticeMessage.due_at, NoticeMessage.id)
        .limit(limit)
    ).all()


def take(session: Session, message_id: int, now: datetime, lease: timedelta = retry.LEASE) -> Taken | None:
    """Take a message to send it; None when somebody else was quicker. Commit before you send."""
    row = session.execute(
        update(NoticeMessage)
        .where(NoticeMessage.id == message_id, NoticeMessage.state.in_(_OPEN), NoticeMessage.due_at <= now)
        .values(state=State.SENDING, attempts=NoticeMessage.attempts + 1, due_at=now + lease)
        .returning(NoticeMessage.uid, NoticeMessage.channel_id, NoticeMessage.attempts)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        return None
    return Taken(id=message_id, uid=row.uid, channel_id=row.channel_id, attempt=row.attempts)


def sent(session: Session, taken: Taken, text: str, now: datetime) -> None:
    """It has arrived."""
    _finish(session, taken, state=State.SENT, text=text, error="", sent_at=now)


def dropped(session: Session, taken: Taken, why: str) -> None:
    """There is nothing left to tell."""
    _finish(session, taken, state=State.DROPPED, error=why)


def failed(session: Session, taken: Taken, why: str, *, most: int, again_at: datetime) -> State:
    """It did not arrive: it waits for another attempt, or is given up after ``most`` of them."""
    state = State.FAILED if retry.is_over(taken.attempt, most) else State.QUEUED
    _finish(session, taken, state=state, error=why[:500], due_at=again_at)
    return state


def again(session: Session, message_id: int, now: datetime) -> None:
    """Let a message that was given up, or waits, go at once. Raises NotFoundError when there is none."""
    row = session.execute(
        update(NoticeMessage)
        .where(NoticeMessage.id == message_id, NoticeMessage.state.in_((State.QUEUED, State.FAILED)))
        .values(state=State.QUEUED, attempts=0, due_at=now)
        .returning(NoticeMessage.id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise NotFoundError("Không có tin nào như vậy đang chờ. / No such message waits or was given up.")


def postpone(session: Session, channel_id: int, until: datetime) -> None:
    """A channel that does not answer: what waits for it waits a little longer, so that others are not held up."""
    session.execute(
        update(NoticeMessage)
        .where(
            NoticeMessage.channel_id == channel_id,
            NoticeMessage.state == State.QUEUED,
            NoticeMessage.due_at < until,
            NoticeMessage.rule_id.is_not(None),
        )
        .values(due_at=until)
        .execution_options(synchronize_session=False)
    )


def forget(session: Session, before: datetime) -> int:
    """Delete what was done with before then, some of it; how many."""
    done = select(NoticeMessage.id).where(NoticeMessage.created_at < before, NoticeMessage.state.not_in(_OPEN))
    ids = session.scalars(done.limit(500)).all()
    session.execute(delete(NoticeItem).where(NoticeItem.message_id.in_(ids)))
    session.execute(delete(NoticeMessage).where(NoticeMessage.id.in_(ids)))
    return len(ids)


def listing(session: Session, limit: int, cursor: int | None = None) -> tuple[NoticeMessageOut, ...]:
    """Messages, newest first."""
    wanted = (
        select(NoticeMessage, NoticeChannel.name, NoticeRule.name)
        .join(NoticeChannel, NoticeChannel.id == NoticeMessage.channel_id)
        .outerjoin(NoticeRule, NoticeRule.id == NoticeMessage.rule_id)
        .order_by(NoticeMessage.id.desc())
        .limit(limit)
    )
    if cursor is not None:
        wanted = wanted.where(NoticeMessage.id < cursor)
    rows = session.execute(wanted).all()
    counts: dict[int, int] = defaultdict(int)
    for message_id in session.scalars(
        select(NoticeItem.message_id).where(NoticeItem.message_id.in_([row.id for row, _, _ in rows]))
    ):
        counts[message_id] += 1
    return tuple(out(row, channel, rule, counts[row.id]) for row, channel, rule in rows)


def one(session: Session, message_id: int) -> NoticeMessageOut:
    """One message, which there is."""
    row, channel = session.execute(
        select(NoticeMessage, NoticeChannel.name)
        .join(NoticeChannel, NoticeChannel.id == NoticeMessage.channel_id)
        .where(NoticeMessage.id == message_id)
    ).one()
    return out(row, channel, None, 0)


def out(row: NoticeMessage, channel: str, rule: str | None, items: int) -> NoticeMessageOut:
    """The message as it is shown."""
    return NoticeMessageOut(
        id=row.id,
        uid=row.uid,
        channel=channel,
        rule=rule,
        occasion=row.occasion,
        state=State(row.state),
        items=items,
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        error=row.error,
        text=row.text,
        sent_at=row.sent_at,
    )


def _before(session: Session, message: NoticeMessage) -> datetime | None:
    """When the message before this one of its group went."""
    row = session.scalar(
        select(NoticeMessage)
        .where(
            NoticeMessage.rule_id == message.rule_id,
            NoticeMessage.channel_id == message.channel_id,
            NoticeMessage.group_key == message.group_key,
            NoticeMessage.id < message.id,
            NoticeMessage.state != State.DROPPED,
        )
        .order_by(NoticeMessage.id.desc())
        .limit(1)
    )
    return (row.sent_at or row.created_at) if row is not None else None


def _finish(session: Session, taken: Taken, **values: object) -> None:
    # only while it is still ours: after its lease another sender may have it
    session.execute(
        update(NoticeMessage)
        .where(
            NoticeMessage.id == taken.id,
            NoticeMessage.state == State.SENDING,
            NoticeMessage.attempts == taken.attempt,
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
