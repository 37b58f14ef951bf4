"""A ward's years, lived day by day through the doors that the product has: officers work over the HTTP API, cameras
speak through the server's ingest in their edge's messages. What happens stands in a document: see
``tests/server/data/worked_year.yaml``."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx

from contract.event import Event, Mode, Phase, Status
from contract.health import CameraHealth, CameraState, Health
from server.ingest import Ingest
from tests.support.messages import BEGIN, EDGE, SITE, Story, camera_health, deliver, heartbeat
from tests.support.office import Office, decide

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
_TOLD_ON: Final = (1, 8, 15, 22)
"""Days of a month that begin with a heartbeat; with the 15th begins a month of reports."""
Page = tuple[datetime, Callable[[], object]]
"""Of the diary: when, and what happens then."""


def noon(day: date) -> datetime:
    """Noon of a day in Vietnam."""
    return datetime.combine(day, time(12), ZONE)


def midnight(day: date) -> datetime:
    """The beginning of a day in Vietnam."""
    return datetime.combine(day, time(), ZONE)


class Ward:
    """An officer, a supervisor and an admin at work in an office, and an edge with its cameras."""

    def __init__(self, office: Office, story: dict[str, Any]) -> None:
        self.office = office
        self.anna = office.desk("anna", "officer")
        self.chief = office.desk("chief", "supervisor")
        self.root = office.desk("root", "admin")
        self.incidents: dict[str, dict[str, Any]] = {}
        """As they were answered last, by what the story calls them: ``tips 0``, ``spots 3``."""
        self._story = story
        self._sequence = 0
        has = office.services
        self._ingest = Ingest(has.settings, database=has.database, clock=has.clock, live=has.live, metrics=has.metrics)

    def live(self) -> None:
        """All of it, in the order of time."""
        parts = (self._begin, self._cameras, self._outage, self._register, self._tips, self._seen, self._merger)
        pages = [page for part in (*parts, self._papers) for page in part()]
        for at, happens in sorted(pages, key=lambda page: page[0]):
            self.office.clock.at = at
            happens()

    def hear(self, *messages: Event | Health) -> None:
        """A batch of the edge's messages; each event comes twice, as QoS 1 may bring it."""
        again = [message for message in messages if isinstance(message, Event)]
        replies = self._ingest.take([deliver(message) for message in (*messages, *again)])
        assert not [reply for reply in replies if reply.refused or reply.resend], replies

    def enter(self, source: str, at: date, **facts: Any) -> dict[str, Any]:
        """An incident entered by hand, of noon of its day."""
        body = {"source": source, "title": "Vụ việc", "occurred_at": noon(at).isoformat(), **facts}
        entered: dict[str, Any] = ok(self.anna.post("/api/v1/incidents", json=body))
        return entered

    def decide(self, name: str, move: str, **more: str) -> None:
        """The officer's move on an incident as they saw it last."""
        seen = self.incidents[name]
        answer = decide(self.anna, seen["code"], move, version=seen["version"], note="đã làm rõ", **more)
        self.incidents[name] = ok(answer)

    def entry(self, code: str, period: str, figures: dict[str, float]) -> None:
        """A figure of the officer's, approved by the supervisor."""
        body = {"period": period, "figures": figures, "note": "Theo sổ của phường"}
        made = ok(self.anna.post(f"/api/v1/criteria/{code}/entries", json=body))
        done = ok(self.chief.post(f"/api/v1/criteria/entries/{made['id']}/decision", json={"approve": True}))
        assert done["state"] == "approved"

    def _begin(self) -> Iterator[Page]:
        yield midnight(self._story["begins"]), self._set_up

    def _set_up(self) -> None:
        ok(self.root.post("/api/v1/edges", json={"site": SITE, "name": EDGE}))
        for name in self._story["merger"]["units"]:
            ok(self.chief.post("/api/v1/units", json={"name": name, "kind": "khom", "valid_from": "2008-01-01"}))

    def _cameras(self) -> Iterator[Page]:
        """Once a week through the year: the seconds of pictures of each camera since the edge's run began.

        An edge tells them every ten seconds; the server credits what was added since the heartbeat before to the hours
        between, so days that are alike need none of their own. The first day of the year and of the outage has one, and
        so has the first day after each.
        """
        year = self.office.services.calendar.period(self._story["year"])
        day = began = year.first_day
        session, up_s = 1, dict.fromkeys(self._story["cameras"], 0.0)
        while day <= year.end_day:
            if day.day in _TOLD_ON:
                told = [self._told(name, seconds, day) for name, seconds in up_s.items()]
                yield midnight(day), partial(self.hear, heartbeat(*told, session=session, started_at=midnight(began)))
            if day == self._story["outage"]["last"] + DAY:
                session, began, up_s = session + 1, day, dict.fromkeys(up_s, 0.0)
            for name in up_s:
                up_s[name] += 0.0 if self._is_out(name, day) else self._story["cameras"][name]["up_s"]
            day += DAY

    def _told(self, name: str, up_s: float, day: date) -> CameraHealth:
        """Of one camera, at the midnight with which ``day`` begins; a khóm's only camera is called like the khóm."""
        is_out = self._is_out(name, day - DAY)
        state = CameraState.OFFLINE if is_out else CameraState.ONLINE
        seen = midnight(self._story["outage"]["first"] if is_out else day)
        label = self._story["cameras"][name]["label"]
        return camera_health(name, up_s=up_s, state=state, label=label, unit=label, last_frame_at=seen)

    def _is_out(self, camera: str, day: date) -> bool:
        outage = self._story["outage"]
        return bool(camera == outage["camera"] and outage["first"] <= day <= outage["last"])

    def _outage(self) -> Iterator[Page]:
        """The edge's own event of it: opened within the hour, closed when the pictures are back."""
        outage = self._story["outage"]
        begin, end = midnight(outage["first"]), midnight(outage["last"] + DAY)
        lasts_s = (end - begin).total_seconds()
        event = _event(begin, outage["camera"], rule="camera-offline", kind="camera_offline", lasts_s=lasts_s)
        yield begin + HOUR, partial(self._see, "outage", event, (Phase.OPENED,), "confirm")
        yield end + HOUR, lambda: self.hear(event.tell(Phase.CLOSED, revision=2, sequence=self._next()))
        yield noon(outage["last"] + DAY), partial(self.decide, "outage", "resolve")

    def _register(self) -> Iterator[Page]:
        """Cases of the legal register."""
        for each in self._story["official"]:
            yield noon(each["at"]), partial(self.enter, "official", **each)

    def _tips(self) -> Iterator[Page]:
        for number, each in enumerate(self._story["tips"]):
            yield noon(each["at"]), partial(self._tip, f"tips {number}", each)
            if "handled" in each:
                yield noon(each["handled"]), partial(self.decide, f"tips {number}", "resolve")

    def _tip(self, name: str, told: dict[str, Any]) -> None:
        entered = self.incidents[name] = self.enter("tip", told["at"], category="economic")
        if "same_as" in told:
            whole = self.incidents[f"tips {told['same_as']}"]
            body = {"version": entered["version"], "into": whole["code"], "note": "một việc"}
            self.incidents[name] = ok(self.anna.post(f"/api/v1/incidents/{entered['code']}/merge", json=body))
        else:
            self.decide(name, "confirm")

    def _seen(self) -> Iterator[Page]:
        for which, usual in (("spots", "confirm"), ("never", None)):
            for number, each in enumerate(self._story[which]):
                begin, name, verdict = noon(each["at"]), f"{which} {number}", each.get("verdict", usual)
                mode, status = Mode(each.get("mode", "active")), Status(each.get("status", "actual"))
                event = _event(begin, each["camera"], rule=each["name"], kind=each["kind"], mode=mode, status=status)
                phases = (Phase.OPENED, Phase.CLOSED if verdict else Phase.CANCELLED)
                yield begin + HOUR, partial(self._see, name, event, phases, verdict)
                if "handled" in each:
                    yield noon(each["handled"]), partial(self.decide, name, "remind")

    def _see(self, name: str, event: Story, phases: tuple[Phase, ...], verdict: str | None) -> None:
        """Revisions of an event come; the officer finds it in the review queue, where nothing else waits, and judges.

        ``verdict``: None when the edge takes it back, and nothing is to be judged.
        """
        self.hear(*(event.tell(phase, revision=1 + at, sequence=self._next()) for at, phase in enumerate(phases)))
        queue = ok(self.anna.get("/api/v1/review"))
        assert [each["rule_kind"] for each in queue] == ([event.kind] if verdict else []), name
        if verdict:
            (self.incidents[name],) = queue
            self.decide(name, verdict, **({"reason": "light"} if verdict == "dismiss" else {}))

    def _papers(self) -> Iterator[Page]:
        """What officers enter for a whole period."""
        for day, entries in self._story["entries"].items():
            for each in entries:
                yield noon(day), partial(self.entry, **each)

    def _merger(self) -> Iterator[Page]:
        yield noon(self._story["merger"]["day"]), self._merge

    def _merge(self) -> None:
        """The ward's area changes; two khóm become one, and their cameras are its cameras."""
        merger = self._story["merger"]
        day = str(merger["day"])
        ok(self.chief.post("/api/v1/mergers", json={"day": day, "note": merger["note"]}))
        ids = {unit["name"]: unit["id"] for unit in ok(self.chief.get("/api/v1/units"))}
        new = {"name": merger["into"], "kind": "khom", "valid_from": day}
        ok(self.chief.post("/api/v1/units", json=new | {"replaces": [ids[name] for name in merger["units"]]}))

    def _next(self) -> int:
        """The edge's next sequence number."""
        self._sequence += 1
        return self._sequence


def ok(answer: httpx.Response) -> Any:
    """What was answered; it must be no refusal."""
    assert answer.status_code < 300, answer.text
    return answer.json()


def _event(begin: datetime, camera: str, *, lasts_s: float = 1800.0, **more: Any) -> Story:
    at_s = (begin - BEGIN).total_seconds()
    return Story(at_s=at_s, lasts_s=lasts_s, camera=camera, place="toan-canh", **more)
