"""One day of a hospital's system, hour by hour: what it pushes, reads, acknowledges and reports, and what has to be true of it."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.sim.line import Line
from bench.sim.receiver import Receiver

EVENTS = ["booking.booked", "booking.cancelled", "booking.changed", "places.returned", "session.stopped"]
BATCH = 40
FORTNIGHT = 14
BEIJING = timedelta(hours=8)
HALVES = (("am", "08:00", "11:30"), ("pm", "13:30", "16:30"))
PATIENCE = 40.0  # seconds until a message that was given up once has to be here


@dataclass
class Story:
    """What was seen, as sentences; a false one is a fault."""

    say: Callable[[str], None]
    checks: int = 0
    faults: list[str] = field(default_factory=list)

    def holds(self, sentence: str, is_true: bool) -> None:
        self.checks += 1
        self.say(f"  {'ok ' if is_true else 'NOT'} {sentence}")
        if not is_true:
            self.faults.append(sentence)


@dataclass
class Day:
    """The hospital's program with its line, its receiver and its memory."""

    line: Line
    receiver: Receiver
    story: Story
    first: date
    run: str
    service: str = ""
    begins: date = date.min
    cursor: str = ""
    bookings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def live(self) -> None:
        """The whole day."""
        for hour, what, act in self.hours():
            self.story.say(f"{hour} {what}")
            act()

    def hours(self) -> Iterator[tuple[str, str, Callable[[], None]]]:
        yield "06:30", "reads the codes and names its receiver", self.begin
        yield "07:00", "pushes two weeks of sessions, one row wrong, the last batch twice", self.push
        yield "08:00", "reads the bookings and says which it has", self.read
        yield "09:00", "reads what may be offered to residents and at the window", self.offer
        yield "10:00", "reports who came", self.report
        yield "11:00", "stops one session", self.stop
        yield "15:05", "takes over the places that came back", self.take_over
        yield "18:00", "looks whether everything it was told arrived", self.look

    def begin(self) -> None:
        services = self.line.good("GET", "/feed/services")["results"]
        clinics = [one for one in services if one["kind"] == "clinic"]
        self.story.holds(f"{len(services)} services have codes of both sides", bool(clinics))
        service, self.begins = self.free(clinics)
        self.service = service["code"] or service["id"]
        if self.line.good("GET", "/feed/webhooks")["results"]:
            self.line.good("DELETE", "/feed/webhooks")
        made = self.line.good("POST", "/feed/webhooks", {"url": self.receiver.url, "events": EVENTS})
        self.receiver.secret = made["secret"]
        self.receiver.answer = lambda call: 503 if call == 1 else 204  # the first knock is not opened, on purpose
        self.line.good("POST", "/feed/webhooks/test")

    def free(self, clinics: list[dict[str, Any]]) -> tuple[dict[str, Any], date]:
        """A clinic and the nearest fortnight after the frozen week in which nobody has published sessions of it yet."""
        begins = self.first + timedelta(days=8)
        for _fortnight in range(3):
            last = begins + timedelta(days=FORTNIGHT - 1)
            bands = self.line.good("GET", f"/feed/places?from={begins.isoformat()}&to={last.isoformat()}")["results"]
            idle = [one for one in clinics if one["id"] not in {band["service"] for band in bands}]
            if idle:
                return idle[0], begins
            begins = last + timedelta(days=1)
        return clinics[0], begins

    def push(self) -> None:
        rows = list(self.rows())
        rows[3] = {**rows[3], "ends": "07:00"}
        told: list[dict[str, Any]] = []
        for start in range(0, len(rows), BATCH):
            told += self.pushed(rows[start : start + BATCH])
        again = self.pushed(rows[-BATCH:])
        wrong = [one for position, one in enumerate(told) if position != 3 and one["outcome"] == "refused"]
        why = f" but {wrong[0]}" if wrong else ""
        self.story.holds(f"{len(rows) - 1} sessions stand, none of them refused{why}", not wrong)
        self.story.holds("the wrong row alone was refused", told[3]["outcome"] == "refused")
        self.story.holds("the batch sent again changed nothing", {one["outcome"] for one in again} <= {"unchanged", "refused"})

    def rows(self) -> Iterator[dict[str, Any]]:
        """Mornings and afternoons of two weeks."""
        for number in range(FORTNIGHT):
            day = (self.begins + timedelta(days=number)).isoformat()
            for half, starts, ends in HALVES:
                yield {
                    "key": f"{self.run}-{day}-{half}", "service": self.service, "date": day, "half_day": half, "starts": starts,
                    "ends": ends, "capacity": 24,
                }  # fmt: skip

    def pushed(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = self.line.good("PUT", "/feed/sessions", {"sessions": rows})["results"]
        return told

    def read(self) -> None:
        more = True
        while more:
            told = self.line.good("GET", f"/feed/bookings?since={self.cursor}")
            self.bookings |= {one["id"]: one for one in told["results"]}
            self.cursor, more = told["cursor"], told["more"]
        names = [one["name"] for one in self.bookings.values()]
        self.story.holds(f"{len(names)} bookings read, every name masked", all("*" in name or "＊" in name for name in names))
        if self.bookings:
            known = [{"id": one["id"], "version": one["version"]} for one in self.bookings.values()][:500]
            self.line.good("POST", "/feed/bookings/acknowledge", {"bookings": known})
            again = self.line.good("POST", "/feed/bookings/acknowledge", {"bookings": known})
            self.story.holds("saying it twice notes nothing twice", again["new"] == 0)

    def offer(self) -> None:
        last = (self.first + timedelta(days=8 + FORTNIGHT)).isoformat()
        bands = self.line.good("GET", f"/feed/places?from={self.first.isoformat()}&to={last}")["results"]
        open_ones = [one for one in bands if not one["blocked"] and not one["returned"]]
        whole = all(one["community_referral"] + one["resident_direct"] + one["window"] == one["capacity"] for one in open_ones)
        self.story.holds(f"of {len(bands)} bands every place is somebody's", bool(bands) and whole)

    def report(self) -> None:
        now = datetime.now(UTC)
        due = [
            one for one in self.bookings.values() if one["status"] == "booked" and one["visit_date"] == (now + BEIJING).date().isoformat()
        ]
        rows = [
            {"key": f"{self.run}-{one['id']}", "booking": one["id"], "status": "arrived", "at": now.isoformat(timespec="seconds")}
            for one in due
        ]
        rows.append({"key": f"{self.run}-nobody", "code": "ABCDEFGH", "status": "arrived", "at": now.isoformat(timespec="seconds")})
        first = self.line.good("POST", "/feed/attendance", {"attendance": rows})["results"]
        again = self.line.good("POST", "/feed/attendance", {"attendance": rows})["results"]
        came = [one["outcome"] for one in first[:-1]]
        self.story.holds(
            f"{len(due)} of today arrived, a code nobody has was refused", set(came) <= {"created"} and first[-1]["outcome"] == "refused"
        )
        self.story.holds("reported twice nobody arrives twice", all(one["outcome"] == "unchanged" for one in again[:-1]))

    def stop(self) -> None:
        session = list(self.rows())[-1]["key"]
        row = {"key": f"{self.run}-stop", "session": session, "reason": "equipment"}
        first = self.line.good("POST", "/feed/stops", {"stops": [row]})["results"][0]
        again = self.line.good("POST", "/feed/stops", {"stops": [row]})["results"][0]
        self.story.holds(
            "the session is stopped, and said twice stopped once", (first["status"], again["outcome"]) == ("in_force", "unchanged")
        )

    def take_over(self) -> None:
        days = self.line.good("GET", "/feed/released")["results"]
        waiting = [one for one in days if one["waiting"]]
        for one in waiting:
            self.line.good("POST", "/feed/released/acknowledge", {"visit_date": one["visit_date"], "up_to": one["up_to"]})
        left = [one for one in self.line.good("GET", "/feed/released")["results"] if one["waiting"]]
        places = sum(one["waiting"] for one in waiting)
        self.story.holds(f"{places} places of {len(waiting)} days taken over, none waits", not left)

    def look(self) -> None:
        end = time.monotonic() + PATIENCE
        wanted = {"endpoint.test", "session.stopped"}
        while not wanted <= set(self.receiver.types()) and time.monotonic() < end:
            time.sleep(0.1)
        self.story.holds("the knock that was not opened came again", self.receiver.failed == 1 and "endpoint.test" in self.receiver.types())
        self.story.holds("the stop was told to the receiver", "session.stopped" in self.receiver.types())
        self.story.holds("every message bore a good signature", self.receiver.refused == 0)
        self.story.holds("no message holds a name", all(set(one["data"]) <= NO_NAMES for one in self.receiver.taken.values()))
        dead = self.line.good("GET", "/feed/webhooks/deliveries?state=dead")["results"]
        self.story.holds("nothing was given up", not dead)


NO_NAMES = {"id", "version", "status", "visit_date", "date", "half_day", "places"}
