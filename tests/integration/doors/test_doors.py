"""Every door, tried by strangers, by people of other institutions, and by colleagues without the right: none opens, none tells."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from permissions.acting import Acting
from permissions.roles import Role
from tests.cast_loop import working
from tests.integration.bad_input.forms import forms_of
from tests.integration.bad_input.proof import taken_back, written
from tests.integration.bad_input.stage import Stage, endpoints_of
from tests.integration.doors.walk import Door, address, doors, shape_of
from tests.thorough import THOROUGH

pytestmark = pytest.mark.django_db
DOORS = list(doors())
PUBLIC_FOR_A_REASON = {
    "GET /healthz": "the process answers",
    "GET /public/clinics/": "what hospitals offer, without names (R080, R081)",
    "GET /api/v1/public/clinics": "the same for programs",
    "GET /readyz": "the machine that balances load asks",
    "GET /login/": "the way in",
    "POST /login/": "the way in",
    "GET /login/code/": "the way in",
    "POST /login/code/": "the way in",
    "GET /login/other/": "the way in without an SMS",
    "POST /login/other/": "the way in without an SMS; counted, and equal for phones nobody knows",
    "POST /logout/": "the way out; without a login it does nothing",
    "GET /r/": "the resident's page; nothing without number and code",
    "POST /r/": "the resident's page; number and code, counted",
    "POST /r/cancel/": "only after number and code, by a signed cookie",
    "POST /r/leave/": "forgets the cookie",
    "GET /r/appeal/": "only after number and code, by a signed cookie",
    "POST /r/appeal/": "only after number and code, by a signed cookie",
    "GET /r/appeal/papers/<uuid:public_id>/": "only after number and code, by a signed cookie, what she handed in herself",
    "GET /r/stopped/": "only after number and code, by a signed cookie, when the clinic was stopped",
    "POST /r/stopped/": "only after number and code, by a signed cookie, when the clinic was stopped",
    "POST /r/confirm/": "only after number and code, by a signed cookie, where the hospital asks",
    "POST /r/undo/": "only after number and code, by a signed cookie, who cancelled there",
    "GET /r/move/": "only after number and code, by a signed cookie, where the hospital lets residents",
    "POST /r/move/": "only after number and code, by a signed cookie, where the hospital lets residents",
    "GET /slips/<str:token>/": "whether a paper is good, without personal data",
    "GET /api/v1/slips/<str:token>": "whether a paper is good, without personal data",
    "POST /language/": "a cookie",
    "POST /display/": "a cookie",
    "GET /dev/inbox/": "answers 404 outside development and demonstration",
    "POST /gateways/aliyun/receipts": "answers 404 without the provider's secret",
    "GET /api/schema/": "the description of the interface",
    "GET /api/docs/": "the description of the interface",
    "POST /api/v1/auth/challenge": "the way in",
    "POST /api/v1/auth/verify": "the way in",
    "POST /api/v1/auth/alternative": "the way in without an SMS; counted, and equal for phones nobody knows",
}
# What anybody may write for herself or in her own district: her session, the trace of a list she took, an institution of her own.
OWN_AFFAIRS = {
    "POST /lock/",
    "POST /change-person/",
    "POST /api/v1/me/keys",
    "POST /api/v1/auth/proof",
    "POST /api/v1/me/factor",
    "POST /api/v1/me/factor/confirm",
    "POST /api/v1/me/factor/remove",
    "POST /api/v1/me/factor/codes",
    "POST /district/rights/export/",
    "POST /me/sessions/",
    "POST /api/v1/auth/logout",
    "POST /administrators/",
    "POST /api/v1/administrators",
    "POST /institutions/new/",
    "POST /imports/",
    "POST /institutions/export/",
    "POST /people/export/",
    "POST /residents/export/",
    "POST /messages/export/",
    "POST /inbox/read-all/",
    "POST /api/v1/inbox/read-all",
    "POST /controls/export/",
    "POST /controls/new/",
    "POST /criteria/new/",
    "POST /api/v1/criteria-sets",
    "POST /api/v1/controls",
    "POST /priorities/export/",
    "POST /contacts/export/",
    "POST /timetable/export/",
    "POST /week/export/",
    "POST /day-list/export/",
    "POST /bans/export/",
    "POST /kiosk/",
    "POST /stops/calls/export/",
    "POST /stops/special/export/",
    "POST /review/export/",
    "POST /policy/export/",
    "POST /policy-sets/export/",
    "POST /policy-sets/<slug:key>/",
    "POST /api/v1/policy-sets/<slug:key>/choices",
    "POST /api/v1/policy-sets/<slug:key>/trials",
    "POST /practitioners/export/",
    "POST /services/export/",
    "POST /compliance/export/",
    "POST /evaluation/export/",
    "POST /district/facts/",
    "POST /api/v1/institutions",
    "POST /api/v1/fact-labels",
    "POST /api/v1/feed/webhooks",
    "PUT /api/v1/calendar/<slug:day>",
}
# What has no owner: the days of the one calendar that all districts share, the documents each chooses for itself, and months.
SHARED = {
    "POST /evaluation/<str:month>/finding/",
    "PUT /api/v1/calendar/<slug:day>",
    "POST /policy-sets/<slug:key>/",
    "POST /api/v1/policy-sets/<slug:key>/preview",
    "POST /api/v1/policy-sets/<slug:key>/choices",
    "POST /api/v1/policy-sets/<slug:key>/trials",
}
# Where a manager keeps the registration of her centre's residents: who they are, never what they suffer from.
KEEPS_RESIDENTS = re.compile(r"(api/v1/)?residents/|patients/<uuid:public_id>/looks/|api/v1/patients/<uuid:patient>/looks")
# Where the hospital's window and coordinator expect the patients of a day: who they are and their codes, never what they suffer from.
EXPECTS_PATIENTS = re.compile(r"(api/v1/)?day-list")
# Where the hospital reviews what a doctor wrote about a patient booked there: its coordinator reads it, and the reading is kept.
REVIEWS_REFERRALS = re.compile(r"(api/v1/)?review")
EXPECTING = (Role.WINDOW_CLERK, Role.COORDINATOR)
# What colleagues may not read: a clerk the illness, a manager and the district neither illness nor person.
WORDS_OF_ILLNESS = ("血压控制不佳", "三药联合四周未达标", "沙库巴曲缬沙坦")


def canaries(stage: Stage) -> list[str]:
    """Name, numbers and codes of the people on the stage, none of which a person without the right may receive."""
    people = [stage.patient, stage.booked.patient, stage.arrived.patient, stage.expected.patient, stage.sent.patient]
    numbers = [identifier.number for person in people for identifier in person.identifiers.all()]
    codes = [stage.booked.confirmation_code, stage.expected.confirmation_code, stage.arrived.confirmation_code]
    return ["陈秀兰", *numbers, *(person.phone for person in people), *codes]


def ask(stage: Stage, door: Door, who: Acting | None, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    """One request at a door; a program's body where one fits, an empty form otherwise."""
    raw = b"" if body is None else json.dumps(body).encode()
    kind = "application/json" if door.is_api else "application/x-www-form-urlencoded"
    named = stage.login(who) | {"If-Match": 'W/"1"', "Idempotency-Key": "attempt-0001"} | (headers or {})
    return Client(raise_request_exception=False).generic(door.method, address(door, stage), raw, kind, headers=named)


def bodies(stage: Stage) -> dict[tuple[str, str], tuple[Any, dict[str, str]]]:
    """The right body and headers of each operation in its first form, so that only the person is wrong."""
    found: dict[tuple[str, str], tuple[Any, dict[str, str]]] = {}
    for one in endpoints_of(stage).values():
        found.setdefault((one.method, f"/api/v1{one.path}"), (one.body, one.headers))
    return found


def asked_rightly(stage: Stage, door: Door, who: Acting | None) -> Any:
    """The request as its own person would send it, with the objects it is about."""
    if not door.is_api and door.method == "POST":
        return form_sent(stage, door, who)
    shape = shape_of(door)
    fitting = (item for item in bodies(stage).items() if item[0][0] == door.method and shape.fullmatch(item[0][1]))
    (_method, path), (body, headers) = next(fitting, (("", ""), (None, {})))
    if not path:
        return ask(stage, door, who)
    raw = b"" if body is None else json.dumps(body).encode()
    return Client(raise_request_exception=False).generic(
        door.method, path, raw, "application/json", headers=stage.login(who) | headers
    )  # fmt: skip


def form_sent(stage: Stage, door: Door, who: Acting | None) -> Any:
    """The form of this page, filled in as its own person fills it."""
    shape = shape_of(door)
    form = next((one for one in forms_of(stage).values() if shape.fullmatch(one.path)), None)
    path, data = (form.path, form.data) if form else (address(door, stage), {})
    return Client(raise_request_exception=False).post(path, data, headers=stage.login(who))


def leaks(stage: Stage, answer: Any, words: list[str]) -> list[str]:
    raw = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = raw.decode("utf-8", "replace")
    return [word for word in words if word in text]


def test_what_is_open_to_everybody_is_open_for_a_reason() -> None:
    assert {str(door) for door in DOORS if door.is_public} == set(PUBLIC_FOR_A_REASON)


def test_a_stranger_is_sent_to_the_login_everywhere_else(stage: Stage) -> None:
    before, words, faults = written(), canaries(stage), []
    for door in DOORS:
        with taken_back():
            answer = asked_rightly(stage, door, None)
            if not door.is_public and not _turned_away(door, answer):
                faults.append(f"{door}: {answer.status_code}")
            faults += [f"{door} tells {word}" for word in leaks(stage, answer, words)]
            if not door.is_public and written() != before:
                faults.append(f"{door} wrote")

    assert not faults, "\n" + "\n".join(faults)


def _turned_away(door: Door, answer: Any) -> bool:
    if door.is_api:
        return bool(answer.status_code == 401 and answer["Content-Type"] == "application/problem+json")
    return bool(answer.status_code == 302 and answer["Location"].startswith("/login/"))


KINDS = ("doctor", "clerk", "cardiologist", "coordinator", "manager", "district_admin")


def tried_by(kind: str) -> list[Door]:
    """Every sixth door by day, the others by the next kinds; the table of permissions calls those of her role besides. By night all."""
    closed = [door for door in DOORS if not door.is_public]
    return closed if THOROUGH else closed[KINDS.index(kind) :: len(KINDS)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_of_another_institution_finds_nothing(stage: Stage, kind: str) -> None:
    who, before, words, faults = stage.strangers[kind], written(), canaries(stage) + list(WORDS_OF_ILLNESS), []
    for door in tried_by(kind):
        with taken_back():
            answer = asked_rightly(stage, door, who)
            if door.has_object and str(door) not in SHARED and answer.status_code not in (403, 404) and not _leads_nowhere(door, answer):
                faults.append(f"{door}: {answer.status_code}")
            if answer.status_code >= 500:
                faults.append(f"{door}: {answer.status_code}")
            faults += [f"{door} tells {word}" for word in leaks(stage, answer, words)]
            if str(door) not in OWN_AFFAIRS and written() != before:
                faults.append(f"{door} wrote")

    assert not faults, "\n" + "\n".join(faults)


def _leads_nowhere(door: Door, answer: Any) -> bool:
    """A redirect that says nothing about the object: the form it leads to answers 404 itself."""
    return door.method == "GET" and answer.status_code == 302 and door.pattern.endswith("visit/")


COLLEAGUES = (Role.WINDOW_CLERK, Role.COORDINATOR, Role.MANAGER, Role.DISTRICT_ADMIN)


def looked_at_by(kind: Role) -> list[Door]:
    """Every fourth door by day, the others by the next colleagues; by night all."""
    closed = [door for door in DOORS if door.method == "GET" and not door.is_public]
    return closed if THOROUGH else closed[COLLEAGUES.index(kind) :: len(COLLEAGUES)]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (Role.WINDOW_CLERK, WORDS_OF_ILLNESS), (Role.COORDINATOR, WORDS_OF_ILLNESS), (Role.MANAGER, WORDS_OF_ILLNESS),
        (Role.DISTRICT_ADMIN, WORDS_OF_ILLNESS),
    ],
)  # fmt: skip
def test_a_colleague_without_the_right_reads_neither_person_nor_illness(stage: Stage, kind: Role, words: tuple[str, ...]) -> None:
    hidden, faults = canaries(stage) + list(words), []
    with taken_back():
        coordinator = working("韩协调", stage.world.hospital, Role.COORDINATOR)
        stage.open_session(coordinator)
        who = {
            Role.WINDOW_CLERK: stage.loop.clerk, Role.MANAGER: stage.loop.manager, Role.DISTRICT_ADMIN: stage.world.district_admin,
            Role.COORDINATOR: coordinator,
        }[kind]  # fmt: skip
        for door in looked_at_by(kind):
            with taken_back():
                answer = ask(stage, door, who)
                keeps = kind is Role.MANAGER and KEEPS_RESIDENTS.match(door.pattern)
                secret = words if keeps or (kind in EXPECTING and EXPECTS_PATIENTS.match(door.pattern)) else hidden
                if kind is Role.COORDINATOR and REVIEWS_REFERRALS.match(door.pattern):
                    secret = ()
                faults += [f"{door} ({answer.status_code}) tells {word}" for word in leaks(stage, answer, list(secret))]
                faults += [f"{door}: {answer.status_code}"] if answer.status_code >= 500 else []

    assert not faults, "\n" + "\n".join(faults)


def test_the_canaries_sing_for_those_who_may_hear_them(stage: Stage) -> None:
    reading = [door for door in DOORS if door.method == "GET" and not door.pattern.endswith(".pdf")]

    silent = {"陈秀兰", stage.booked.confirmation_code, *WORDS_OF_ILLNESS[:2]}

    for door in reading:
        silent -= set(_heard(stage, door)) if silent else set()

    assert silent == set()


def _heard(stage: Stage, door: Door) -> list[str]:
    with taken_back():
        return leaks(stage, ask(stage, door, stage.loop.doctor), canaries(stage) + list(WORDS_OF_ILLNESS))


def test_somebody_elses_session_is_no_session_of_mine(stage: Stage) -> None:
    with taken_back():
        answer = Client().delete(f"/api/v1/me/sessions/{stage.session.public_id}", headers=stage.login(stage.loop.colleague))

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert Client().get("/api/v1/me", headers=stage.login(stage.loop.doctor)).status_code == 200
