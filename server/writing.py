"""What a batch of letters does to the database, inside one transaction of server.ingest."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from contract.configuration import CameraSettingsTold
from contract.event import Event
from contract.health import Health, StatusMessage
from contract.receipt import Refusal
from server.inbox import Delivery, Letter, read, untimely
from server.outcome import Outcome
from server.store import cameras, camerasettings, deadletters, edges, events, evidence, placements
from server.tables import EdgeRow

_Seen = tuple[Letter, events.Sighting]


def write(session: Session, letters: Sequence[Letter], *, window: timedelta, zone: ZoneInfo, now: datetime) -> Outcome:
    """Write a batch. ``window``: how far apart events of one incident may lie; ``zone``: whose year codes carry."""
    known = edges.find(session, {(letter.topic.site, letter.topic.edge) for letter in letters if letter.topic})
    batch = _Batch(session=session, now=now, known=known)
    sound = batch.sort_out(letters)
    batch.camera_ids = cameras.ids_of(session, [edge.id for edge in known.values()])
    revived = batch.hear(sound)
    sightings = [seen for letter in [*revived, *sound] if (seen := batch.sight(letter)) is not None]
    batch.count(letters)
    batch.add_events(sightings, window, year=now.astimezone(zone).year)
    batch.outcome.withhold(deadletters.put(session, batch.outcome.refusals, now, known))
    return batch.outcome


def refuse(session: Session, letter: Letter, reason: Refusal, detail: str, now: datetime) -> Outcome:
    """Write nothing of a letter but that it was refused."""
    outcome = Outcome()
    outcome.refuse(letter, reason, detail)
    deadletters.put(session, outcome.refusals, now)
    return outcome


@dataclass(slots=True, kw_only=True)
class _Batch:
    """One batch in its transaction: the edges and cameras it is about, and what it comes to."""

    session: Session
    now: datetime
    known: dict[edges.Name, EdgeRow]
    camera_ids: dict[tuple[int, str], int] = field(default_factory=dict)
    """By edge id and name."""
    outcome: Outcome = field(default_factory=Outcome)

    def sort_out(self, letters: Sequence[Letter]) -> list[Letter]:
        """The letters that were read and whose edge is registered; the others are refused."""
        sound: list[Letter] = []
        for letter in letters:
            if letter.refused is not None:
                self.outcome.refuse(letter, letter.refused.reason, letter.refused.detail)
            elif self._edge(letter) is None:
                detail = "this edge is not registered; an admin can register it"
                self.outcome.refuse(letter, Refusal.UNKNOWN_EDGE, detail)
            else:
                sound.append(letter)
        return sound

    def hear(self, letters: Sequence[Letter]) -> list[Letter]:
        """Heartbeats and statuses, in the order they came. Returns letters that waited for a camera now known."""
        revived: list[Letter] = []
        telling = [letter for letter in letters if not isinstance(letter.news, Event)]
        speakers = {edge.id for letter in telling if (edge := self._edge(letter)) is not None}
        have = cameras.of_edges(self.session, speakers) if speakers else {}
        for letter in telling:
            edge = self._edge(letter)
            if edge is None:
                continue
            if isinstance(letter.news, Health) and edges.hear(self.session, edge, letter.news, self.now):
                new, changed = cameras.hear(self.session, edge, have, letter.news, self.now)
                have |= {(edge.id, row.name): row for row in new}
                self.camera_ids |= {(edge.id, row.name): row.id for row in new}
                self.outcome.cameras |= {row.id: row.state for row in changed}
                if any(cameras.is_behind(row) for (edge_id, _), row in have.items() if edge_id == edge.id):
                    self.outcome.behind.add(edge.id)
                if new:
                    revived += self._revive(edge, {row.name for row in new})
            elif isinstance(letter.news, CameraSettingsTold):
                # one of a camera that no heartbeat has named yet comes again, in turn
                row = have.get((edge.id, (letter.source.camera if letter.source else None) or ""))
                if row is not None and camerasettings.tell(row, letter.news.data):
                    self.outcome.cameras[row.id] = row.state
            elif isinstance(letter.news, StatusMessage) and edges.say(edge, letter.news):
                is_online = edge.status == "online"
                mine = [row for row in have.values() if row.edge_id == edge.id]
                self.outcome.cameras |= {row.id: row.state if is_online else "silent" for row in mine}
        return revived

    def sight(self, letter: Letter) -> _Seen | None:
        """The letter's event with its camera; None when it is no event, or refused as nobody knows the camera."""
        edge = self._edge(letter)
        if edge is None or letter.source is None or not isinstance(letter.news, Event):
            return None
        camera_id = self.camera_ids.get((edge.id, letter.source.camera or ""))
        if camera_id is None:
            detail = f"camera {letter.source.camera} is in no heartbeat of this edge yet; it is taken in when it is"
            self.outcome.refuse(letter, Refusal.UNKNOWN_CAMERA, detail)
            return None
        wrong = untimely(letter.news.data, self.now)
        if wrong is not None:
            self.outcome.refuse(letter, Refusal.INVALID, wrong)
            return None
        sighting = events.Sighting(
            event=letter.news,
            event_id=letter.news.event_id,
            camera_id=camera_id,
            site=edge.site,
            document=letter.delivery.payload.decode(),
        )
        return letter, sighting

    def count(self, letters: Sequence[Letter]) -> None:
        """Sequence numbers, also of what was refused: it did come."""
        numbers: dict[edges.Name, list[int]] = defaultdict(list)
        for letter in letters:
            edge = self._edge(letter)
            if edge is not None and letter.sequence is not None:
                numbers[edge.site, edge.name].append(letter.sequence)
        for name, came in numbers.items():
            missing = edges.count(self.session, self.known[name], came, self.now)
            if missing:
                self.outcome.reply(*name).resend += missing

    def add_events(self, sightings: Sequence[_Seen], window: timedelta, *, year: int) -> None:
        """Revisions, events, evidence and incidents."""
        have = events.known(self.session, [sighting for _, sighting in sightings])
        fresh = self._fresh(sightings, have)
        if not fresh:
            return
        events.add_revisions(self.session, fresh, self.now)
        latest = events.latest(fresh, have)
        new = [sighting for sighting in latest if sighting.event_id not in have.events]
        placed = placements.place(self.session, new, window, year=year, now=self.now)
        events.write(self.session, latest, have, placed.chosen, self.now)
        evidence.name(self.session, fresh)
        made = {row.id for row in placed.made}
        joined = set(placed.chosen.values()) - made
        touched = set(joined)
        for sighting in latest:
            kept = have.events.get(sighting.event_id)
            if kept is not None and kept.incident_id is not None:
                touched.add(kept.incident_id)
        for row in [*placed.made, *placements.refresh(self.session, touched, joined)]:
            self.outcome.incidents[row.id] = (row.code, row.state, row.version)
            self.outcome.bears_on_criteria |= row.is_new_state
        self.outcome.incidents_made += len(placed.made)

    def _fresh(self, sightings: Sequence[_Seen], have: events.Known) -> list[events.Sighting]:
        """The messages that came for the first time; a repeat is accepted again, an event of two cameras refused."""
        seen = set(have.messages)
        cameras_of = {event_id: kept.camera_id for event_id, kept in have.events.items()}
        fresh: list[events.Sighting] = []
        for letter, sighting in sightings:
            key = (sighting.event.source, sighting.event.id)
            if key in seen:
                self.outcome.repeated += 1
            elif cameras_of.setdefault(sighting.event_id, sighting.camera_id) != sighting.camera_id:
                self.outcome.refuse(letter, Refusal.INVALID, f"event {sighting.event_id} is another camera's")
                continue
            else:
                seen.add(key)
                fresh.append(sighting)
            self.outcome.accept(letter)
        return fresh

    def _revive(self, edge: EdgeRow, names: set[str]) -> list[Letter]:
        """Letters of these cameras that were refused while nobody knew them: they are taken in after all."""
        revived: list[Letter] = []
        for row in deadletters.waiting(self.session, edge.site, edge.name):
            letter = read(Delivery(topic=row.topic, payload=row.payload))
            if letter.source is not None and letter.source.camera in names:
                row.accepted_at = self.now
                revived.append(letter)
        return revived

    def _edge(self, letter: Letter) -> EdgeRow | None:
        return self.known.get((letter.topic.site, letter.topic.edge)) if letter.topic else None
