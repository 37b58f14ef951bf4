"""An incident as officers see it, from events that really came in: evidence, counts, and what a verdict keeps."""

import hashlib
from zoneinfo import ZoneInfo

import pytest

from contract.event import Phase
from server.criteria.definition import load
from server.schemas import IncidentDetail, UserOut, VerdictIn
from server.store import evidence, incidents
from server.store.casefile import Writer
from server.store.errors import ConflictError, NotFoundError
from server.tables import UserRow, VerdictRow
from tests.support.intake import Intake
from tests.support.messages import Story, evidence_of
from tests.support.needs import ROOT

CRITERIA = load(ROOT / "configs" / "criteria.yaml")
CLIP, EARLY, BETTER = b"a clip", b"an early picture", b"a better picture"


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


@pytest.fixture
def anna(intake: Intake) -> UserOut:
    with intake.database.transaction() as session:
        row = UserRow(
            username="anna",
            display_name="Anna",
            password_hash="none",
            role="officer",
            created_at=intake.clock.now(),
        )
        session.add(row)
        session.flush()
        return UserOut.model_validate(row)


def only(intake: Intake, user: UserOut) -> IncidentDetail:
    """The one incident there is."""
    with intake.database.read() as session:
        (waiting,) = incidents.review_queue(session, CRITERIA, intake.clock.now())
        found = incidents.detail(session, CRITERIA, waiting.code, user, intake.clock.now())
    assert waiting.model_dump() == found.model_dump(include=set(type(waiting).model_fields))
    return found


def arrive(intake: Intake, body: bytes) -> None:
    with intake.database.transaction() as session:
        evidence.store(session, sha(body), intake.clock.now())


def test_evidence_has_an_address_once_its_bytes_are_here_and_a_reason_when_they_never_come(
    intake: Intake, anna: UserOut
) -> None:
    story = Story(evidence=(evidence_of(EARLY, "picture"),))
    intake.take(*story.life())
    shown = only(intake, anna).event_list[0].evidence
    assert [(part.kind, part.sha256, part.url, part.missing) for part in shown] == [
        ("picture", sha(EARLY), None, None),
        ("clip", None, None, "not recorded"),
    ]
    arrive(intake, EARLY)
    found = only(intake, anna)
    assert found.event_list[0].evidence[0].url == f"/api/v1/evidence/{sha(EARLY)}" == found.picture_url


def test_a_better_picture_of_a_later_revision_is_the_one_in_the_list(intake: Intake, anna: UserOut) -> None:
    first = Story(evidence=(evidence_of(EARLY, "picture"),))
    second = Story(evidence=(evidence_of(BETTER, "picture", 2.0), evidence_of(CLIP)))
    intake.take(first.tell(Phase.OPENED))
    arrive(intake, EARLY)
    intake.take(second.tell(Phase.CLOSED, revision=2))
    found = only(intake, anna)
    assert found.picture_url == f"/api/v1/evidence/{sha(EARLY)}", "the better one has not arrived yet"
    arrive(intake, BETTER)
    found = only(intake, anna)
    assert found.picture_url == f"/api/v1/evidence/{sha(BETTER)}"
    assert {part.sha256 for part in found.event_list[0].evidence} == {sha(EARLY), sha(BETTER), sha(CLIP)}


def test_events_of_one_incident_are_counted_and_listed_as_they_began(intake: Intake, anna: UserOut) -> None:
    intake.take(*Story(number=1, at_s=60).life(1), *Story(number=0).life(4))
    found = only(intake, anna)
    assert found.events == 2
    assert [event.started_at for event in found.event_list] == sorted(event.started_at for event in found.event_list)
    assert found.occurred_at == found.event_list[0].started_at
    assert found.counts_toward == ("TC03", "TC09", "TC11")


def writer(intake: Intake, user: UserOut) -> Writer:
    return Writer(definitions=CRITERIA, user=user, zone=ZoneInfo("Asia/Ho_Chi_Minh"), now=intake.clock.now())


def test_a_verdict_keeps_the_hashes_of_the_evidence_it_was_given_on(intake: Intake, anna: UserOut) -> None:
    intake.take(*Story(evidence=(evidence_of(EARLY, "picture"), evidence_of(CLIP))).life())
    found = only(intake, anna)
    with intake.database.transaction() as session:
        given = VerdictIn(move="confirm", version=found.version)
        incidents.decide(session, found.code, given, writer(intake, anna))
    (verdict,) = intake.rows(VerdictRow)
    assert set(verdict.evidence_sha256) == {sha(EARLY), sha(CLIP)}


def test_a_verdict_on_an_incident_that_another_event_joined_meanwhile_is_refused(intake: Intake, anna: UserOut) -> None:
    intake.take(*Story().life(1))
    seen = only(intake, anna)
    intake.take(*Story(number=1, at_s=60).life(4))
    given = VerdictIn(move="dismiss", reason="animal", version=seen.version)
    with intake.database.transaction() as session, pytest.raises(ConflictError) as refused:
        incidents.decide(session, seen.code, given, writer(intake, anna))
    assert refused.value.current.events == 2


def test_a_verdict_on_an_event_that_only_goes_on_is_taken(intake: Intake, anna: UserOut) -> None:
    opened, updated, closed = Story().life(1)
    intake.take(opened)
    seen = only(intake, anna)
    intake.take(updated, closed)
    with intake.database.transaction() as session:
        given = VerdictIn(move="confirm", version=seen.version)
        assert incidents.decide(session, seen.code, given, writer(intake, anna)).state == "confirmed"


def test_an_unknown_code_is_not_found(intake: Intake, anna: UserOut) -> None:
    with intake.database.read() as session, pytest.raises(NotFoundError, match="AN-0"):
        incidents.detail(session, CRITERIA, "AN-0", anna, intake.clock.now())
