"""Calls a cell of the table over HTTP and says what is wrong with the answer."""

import re
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from unittest.mock import patch
from zipfile import ZipFile

from clinics.views.exporting import XLSX
from permissions.acting import Acting
from permissions.roles import DISTRICT_ROLES, Role
from tests.integration.bad_input.proof import digests, moves, taken_back
from tests.integration.bad_input.stage import Stage
from tests.integration.doors.test_doors import WORDS_OF_ILLNESS, canaries
from tests.integration.permission_table.people import LOST, People
from tests.integration.permission_table.requests import UUID, Request, requests_of, special_requests
from tests.integration.permission_table.supply import supply_names, supply_things
from tests.integration.permission_table.table import RELATIONS, Row, doors_by_name, rows

# What differs between two answers that say the same: ids, number of the request, tokens, keys of forms, the moment, what is said once.
VARYING = re.compile(
    UUID.pattern + r"|R-\d{4}-\d{6}-\w{4}|\d\d:\d\d(:\d\d[.\d]*)?|<div class=.toasts.>.*?</div>\s*</div>|\s+"
    r'|name="(csrfmiddlewaretoken|idempotency_key|key)" value="[^"]*"|nonce="[^"]*"',
    re.DOTALL,
)

MANY = 10
AT_CENTRES = frozenset({Role.FAMILY_DOCTOR, Role.REGIONAL_SPECIALIST, Role.MANAGER})


@dataclass
class Tally:
    """How many cells were called, what was wrong with which, and the seconds a hidden thing and nobody took."""

    requests: int = 0
    cells: int = 0
    faults: list[str] = field(default_factory=list)
    times: list[tuple[float, float]] = field(default_factory=list)


class Board:
    """The table set up on a stage for one role."""

    def __init__(self, stage: Stage, role: Role, *, every: bool = False) -> None:
        self.every, self.stage, self.people, self.special = every, stage, People(stage, role), special_requests(stage)
        self.secrets = [*canaries(stage), *WORDS_OF_ILLNESS]
        self.marks = [*self.secrets, *names(stage), *(str(one) for one in things(stage))]
        self.tally = Tally()

    @property
    def home(self) -> str:
        """Where people of this role work, as the table names it."""
        return "district" if self.people.role in DISTRICT_ROLES else "centre" if self.people.role in AT_CENTRES else "hospital"

    def call(self, rows: list[Row]) -> Tally:
        """Every cell of these rows; no press draws here, so nobody waits for paper."""
        with patch("referral.views.slips.PATIENCE", 0.0), patch("referral.api.slips.PATIENCE", 0.0):
            return self._called(rows)

    def _called(self, rows: list[Row]) -> Tally:
        """A relation at a time: what is lost is lost once for all of them."""
        for at in sorted({row.at for row in rows}):
            for relation in RELATIONS:
                self.people.standing(relation, at)
        before = digests()
        for at in sorted({row.at for row in rows}):
            for relation in RELATIONS:
                who = self.people.standing(relation, at)
                if who is not None:
                    with taken_back(), self.people.lost(relation, who) if relation in LOST else nullcontext():
                        self._call_as(relation, who, self._in_turn([row for row in rows if row.at == at], relation))
        if digests() != before:
            self.tally.faults.append("something stayed written")
        return self.tally

    def _in_turn(self, rows: list[Row], relation: str) -> list[Row]:
        """By day, of a role with many rows, every row's own person and every third row in the other relations, by turns."""
        number = RELATIONS.index(relation)
        return rows if self.every or relation == "own" or len(rows) < MANY else rows[number % 3 :: 3]

    def shut(self, name: str) -> list[str]:
        """What is wrong when the role's own person knocks at a door that is not hers, in the right words."""
        who = self.people.standing("own", self.home)
        assert who is not None
        with taken_back():
            request = requests_of(self.stage, name, self.special)[0]
            faults = list(self._faults(request, who, "no", {}, tells=False))
        return [f"{self.people.role}, {name}: {fault}" for fault in faults]

    @property
    def elsewhere(self) -> Acting:
        """The same role at another institution of the district; of another district for the district's own."""
        who = self.people.standing("other_district" if self.home == "district" else "same_district", self.home)
        assert who is not None
        return who

    def lists(self) -> dict[str, str]:
        """Every list of the role as somebody elsewhere sees it, whole and filtered; by day whole or filtered by turns."""
        at = "district" if self.people.role in DISTRICT_ROLES else "centre" if self.people.role in AT_CENTRES else "hospital"
        who = self.people.standing("other_district" if at == "district" else "same_district", at)
        assert who is not None
        doors = {name.partition("#")[0] for row in rows() if row.role is self.people.role for name in row.doors}
        queries, found = ("", f"?q={self.stage.patient.name}"), {}
        for number, name in enumerate(sorted(name for name in doors if name.startswith("GET") and "{}" not in name)):
            for query in queries if self.every else (queries[number % 2],):
                with taken_back():
                    request = Request(doors_by_name()[name], name.removeprefix("GET ") + query)
                    found[f"{self.people.role} {name}{query}"] = VARYING.sub("", content_of(request.send(self.stage, who)))
        return found

    def _call_as(self, relation: str, who: Acting, rows: list[Row]) -> None:
        before = digests()
        for row in rows:
            word, tells = row.word(relation), "without" in dict(row.cells).values()
            self.tally.cells += 1
            for request in self._chosen(row, relation):
                with taken_back():
                    self.tally.requests += 1
                    faults = list(self._faults(request, who, word, before, tells=tells))
                    said = f"{row.role} {relation} at {row.at}, {request.door}, expected {word}"
                    self.tally.faults += [f"{said}: {fault}" for fault in faults]

    def _chosen(self, row: Row, relation: str) -> list[Request]:
        """The requests of a cell: all of them, or one for each of its doors in turn, another one in every relation."""
        found = [request for name in row.doors for request in requests_of(self.stage, name, self.special)]
        return found if self.every else [found[RELATIONS.index(relation) % len(found)]]

    def _faults(self, request: Request, who: Acting, word: str, before: dict[str, str], *, tells: bool) -> Iterator[str]:
        moved = moves()
        began = time.perf_counter()
        answer = request.send(self.stage, who)
        took = time.perf_counter() - began
        text = content_of(answer)
        if not fits(word, answer):
            said = text[:300] if "json" in answer.headers.get("Content-Type", "") else ""
            yield f"answered {answer.status_code} {answer.headers.get('Location', '')} {said}"
            return
        if word == "yes":
            if tells and is_list(request) and not any(one in text for one in self.marks):
                yield "none of its things is in the list"
            return
        secrets = {"without": self.marks, "refused": []}.get(word, self.secrets)
        yield from (f"tells {one}" for one in self._heard(text, request, secrets, who))
        if not (word == "without" and is_list(request)) and request.door.method != "GET" and moves() != moved and digests() != before:
            yield "wrote"
        if word == "hidden":
            yield from self._differs(request, who, answer, text, took)

    def _heard(self, text: str, request: Request, words: list[str], who: Acting) -> list[str]:
        """Which of these words an answer tells, but for what the sender said herself and what she is."""
        place = who.post.institution if who.post else None
        hers = (who.user.name, str(who.user.public_id), *((place.name, str(place.public_id), str(who.post.public_id)) if place else ()))
        return [one for one in words if one in text and one not in request.said and one not in hers]

    def _differs(self, request: Request, who: Acting, answer: Any, text: str, took: float) -> Iterator[str]:
        """A hidden thing looks like one that does not exist, to the byte but for ids and tokens."""
        began = time.perf_counter()
        other = request.about_nobody().send(self.stage, who)
        self.tally.times.append((took, time.perf_counter() - began))
        if other.status_code != answer.status_code:
            yield f"answers {answer.status_code}, about nobody {other.status_code}"
        elif VARYING.sub("", content_of(other)) != VARYING.sub("", text):
            yield f"another page than about nobody: {first_difference(VARYING.sub('', content_of(other)), VARYING.sub('', text))}"


def is_list(request: Request) -> bool:
    """Whether an answer should show things; a file leaves its trace, and nobody else's batch leaves anything."""
    return request.door.method == "GET" or request.path.partition("?")[0].endswith("export/")


def things(stage: Stage) -> Iterator[Any]:
    """The ids of what the stage holds."""
    world, held = stage.world, stage.register
    for booking in (stage.booked, stage.expected, stage.arrived, stage.attended):
        yield from (booking.public_id, booking.referral.public_id, booking.patient.public_id)
    yield from (one.public_id for one in (stage.patient, stage.draft, stage.sent, stage.declined, stage.taken, stage.place, stage.team))
    yield from (one.public_id for one in (world.zhou, world.shen, world.zhou.user, world.zhou.right, world.centre, world.hospital))
    yield from (one.public_id for one in (held.alliance, held.department, held.person, held.post, stage.keeping.contract))
    yield from (one.public_id for one in (stage.watched.dispute, stage.watched.sanction.institution, stage.nominations.waiting))
    yield from (one.public_id for one in (stage.lists.checked, stage.offices.office, stage.offices.person, stage.offices.session))
    yield from (one.public_id for one in (stage.leaver.waiting, stage.leaver.orphan))
    persons = stage.personed
    yield from (one.public_id for one in (persons.waiting, persons.own, persons.standing, persons.exception, persons.proved, persons.child))
    yield from (one.public_id for one in supply_things(stage))


def names(stage: Stage) -> list[str]:
    """What a list without ids shows of them."""
    world = stage.world
    return [
        world.hospital.name,
        world.centre.name,
        world.zhou.user.name,
        stage.register.person.name,
        stage.offices.office.user.name,
        *supply_names(stage),
    ]


def fits(word: str, answer: Any) -> bool:
    """Whether a status is one of those a word stands for."""
    status, turned_away = answer.status_code, answer.headers.get("Location", "").startswith("/login/")
    return {
        "yes": status < 400 and not turned_away,
        "no": status == 403,
        "hidden": status in (302, 400, 404, 422) and not turned_away,
        "without": status == 200,
        "out": status == 401 or turned_away,
        "refused": status in (400, 403, 409, 422),
    }[word]


def first_difference(one: str, other: str) -> str:
    """Where two texts part, with a few characters of each."""
    at = next((place for place, (left, right) in enumerate(zip(one, other, strict=False)) if left != right), min(len(one), len(other)))
    return f"{one[at - 40 : at + 60]!r} / {other[at - 40 : at + 60]!r}"


def content_of(answer: Any) -> str:
    """What an answer holds to be read, a workbook's sheets too."""
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.headers.get("Content-Type") == XLSX:
        with ZipFile(BytesIO(raw)) as book:
            raw = b"".join(book.read(name) for name in book.namelist())
    return raw.decode("utf-8", "replace")
