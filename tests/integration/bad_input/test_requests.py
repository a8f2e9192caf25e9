"""Requests that are wrong as a whole: bodies, addresses, queries, headers, cookies, methods."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve

from permissions.acting import Acting
from permissions.guards import Needs
from permissions.visit import known_browser_cookie
from tests.integration.bad_input import corpus
from tests.integration.bad_input.proof import faults_of, send, taken_back, written
from tests.integration.bad_input.schema import Operation, operations
from tests.integration.bad_input.stage import Endpoint, Stage, endpoints_of
from tests.integration.doors.walk import BLANK
from tests.thorough import THOROUGH

pytestmark = pytest.mark.django_db
BODIES, ADDRESSES, HEADERS = corpus.load("bodies")["bodies"], corpus.load("addresses"), corpus.load("headers")
WITH_BODY = sorted(name for name, operation in operations().items() if operation.leaves)
WITH_VERSION = sorted(name for name, operation in operations().items() if "If-Match" in operation.parameters_in("header"))
WITH_OBJECT = sorted(name for name, operation in operations().items() if operation.parameters_in("path"))
WITH_QUERY = sorted(name for name, operation in operations().items() if set(operation.parameters_in("query")) - {"format"})
BATCHES = {"feed_push_sessions", "feed_push_stops", "feed_report_attendance"}  # take longer bodies
COOKIES = ("session", "csrf", "ticket", "resident", "django_language", "large", known_browser_cookie())
KINDS_OF_QUERIES = {
    "page": "page", "from": "date", "to": "date", "institution": "uuid", "service": "uuid", "slot_class": "choice", "status": "choice",
    "department": "subject", "standard_code": "", "q": "search", "month": "month", "service_kind": "choice",
    "kind": "choice", "state": "choice", "name": "", "standing": "choice", "first": "date", "last": "date",
    "role": "choice", "verb": "", "object": "uuid", "trail_list.kind": "",
    "ends": "choice", "word": "choice", "rest": "choice", "team": "uuid", "doctor": "uuid",
    "bookings_at_hospital.department": "uuid", "policy_list.department": "uuid", "policy_get.department": "uuid", "year": "year",
    "compliance_list.department": "uuid", "by": "choice", "date": "date",
    "since": "cursor", "hospital": "uuid", "subject": "subject", "day": "date", "lang": "choice",
    "group": "choice", "priority": "choice", "review_list.department": "uuid", "controls_list.q": "",
    "unread": "choice", "text": "choice", "number": "", "presence": "choice", "title": "choice", "half_day": "choice", "format": "choice",
    "district": "district", "stop": "uuid", "impression": "", "focus": "choice", "asked": "date", "beyond": "choice",
}  # fmt: skip


def test_headers_are_asked_for_where_the_interface_says_so(stage: Stage) -> None:
    listed = endpoints_of(stage)

    assert {name for name in WITH_VERSION if listed[name].version is None} == set()
    with_key = {name for name, operation in operations().items() if "Idempotency-Key" in operation.parameters_in("header")}
    assert with_key - BATCHES == {
        "bookings_book",
        "bookings_move",
        "bookings_book_next",
        "referrals_redirect",
        "rights_bulk",
        "timetables_publish",
    }
    named = {parameter for name in WITH_QUERY for parameter in operations()[name].parameters_in("query")}
    assert named == {parameter for parameter in KINDS_OF_QUERIES if "." not in parameter}


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_that_is_wrong_as_a_whole_is_refused(stage: Stage, name: str) -> None:
    form, before, faults = endpoints_of(stage)[name], written(), []
    with taken_back():
        for row in BODIES if THOROUGH else BODIES[WITH_BODY.index(name) % 5 :: 5]:
            if row["note"] in ("64 KiB and one", "a megabyte") and name in BATCHES:
                continue
            answer = send(stage, form, corpus.body_of(row), content_type=row.get("type", "application/json"))
            found = faults_of(answer, "zh-hans") + (
                [] if answer.status_code == row["status"] else [f"{answer.status_code}, not {row['status']}"]
            )
            faults += [f"{row['note']}: {fault}" for fault in found]
        faults += [f"wrote to {table}" for table, digest in written().items() if digest != before[table]]

    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize(
    "row",
    [row for row in BODIES if row["note"] in ("a name twice", "64 KiB and one", "33 deep", "not UTF-8", "XML")],
    ids=lambda row: row["note"],
)
def test_the_sentence_about_a_body_is_there_in_english_too(stage: Stage, row: dict[str, Any]) -> None:
    form = endpoints_of(stage)["patients_register"]

    answer = send(stage, form, corpus.body_of(row), content_type=row.get("type", "application/json"), language="en")

    assert faults_of(answer, "en") == []


def test_a_right_body_with_a_name_twice_or_one_too_many_is_refused(stage: Stage) -> None:
    form = endpoints_of(stage)["encounters_record"]
    right = json.dumps(form.body)
    with taken_back():
        before = written()
        for wrong in (right[:-1] + ', "note": "x"}', right[:-1] + ', "institution": 1}', right[:-1] + ', "post": null}'):
            assert faults_of(send(stage, form, wrong.encode()), "zh-hans") == []
        assert written() == before


def test_a_body_of_unknown_or_too_great_length_is_refused_before_it_is_read(stage: Stage) -> None:
    form = endpoints_of(stage)["bookings_cancel"]
    headers = {**stage.login(form.who), **form.headers}

    def status(**environment: str) -> int:
        client = Client(raise_request_exception=False, headers=headers)
        return client.generic("POST", f"/api/v1{form.path}", b"{}", "application/json", **environment).status_code

    assert status(CONTENT_LENGTH="99999999999") == 413
    assert status(CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked") == 411


@pytest.mark.parametrize("name", WITH_VERSION)
def test_without_the_version_seen_nothing_changes(stage: Stage, name: str) -> None:
    form, before, faults = endpoints_of(stage)[name], written(), []
    with taken_back():
        for row in HEADERS["if_match"]:
            answer = send(stage, form, form.body, **{"If-Match": corpus.expanded(row["value"])})
            found = faults_of(answer, "zh-hans") + (
                [] if answer.status_code == row["status"] else [f"{answer.status_code}, not {row['status']}"]
            )
            faults += [f"{row}: {fault}" for fault in found]
        faults += [f"wrote to {table}" for table, digest in written().items() if digest != before[table]]

    assert not faults, "\n" + "\n".join(faults)


def test_an_attempt_needs_a_proper_name(stage: Stage) -> None:
    form, before, faults = endpoints_of(stage)["bookings_book"], written(), []
    with taken_back():
        for row in HEADERS["idempotency_key"]:
            answer = send(stage, form, form.body, **{"Idempotency-Key": corpus.expanded(row["value"])})
            refused = (answer.status_code, answer.json().get("code")) == (400, "idempotency_key_required")
            faults += [] if refused and not faults_of(answer, "zh-hans") else [f"{row}: {answer.status_code}"]
        faults += [f"wrote to {table}" for table, digest in written().items() if digest != before[table]]

    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("name", WITH_OBJECT)
def test_an_id_that_is_none_or_nobodys_looks_the_same(stage: Stage, name: str) -> None:
    operation = operations()[name]
    tokens = "token" in operation.path
    form = endpoints_of(stage).get(name) or Endpoint(name, operation.method, "", reader_of(stage, operation), version=1)
    before, faults = written(), []
    with taken_back():
        for one in ADDRESSES["tokens" if tokens else "ids"]:
            answer = send(stage, moved(form, operation, one), form.body)
            if answer.status_code != 404:
                faults.append(f"{one}: {answer.status_code}")
            elif not tokens:
                faults += [f"{one}: {fault}" for fault in faults_of(answer, "zh-hans")]
        faults += [f"wrote to {table}" for table, digest in written().items() if digest != before[table]]

    assert not faults, "\n" + "\n".join(faults)


def moved(form: Endpoint, operation: Operation, one: str) -> Endpoint:
    """The same request with another id in its address."""
    path = operation.path
    for name in operation.parameters_in("path"):
        path = path.replace("{" + name + "}", one)
    return Endpoint(form.operation, form.method, path, form.who or None, form.body, form.version, form.key)


@pytest.mark.parametrize("name", WITH_QUERY)
def test_a_bad_query_is_refused_at_its_name(stage: Stage, name: str) -> None:
    operation, faults = operations()[name], []
    for parameter in operation.parameters_in("query"):
        kind = KINDS_OF_QUERIES.get(f"{name}.{parameter}", KINDS_OF_QUERIES[parameter])
        for text in ADDRESSES["queries"].get(kind, ()):
            answer = asked(stage, operation, f"{parameter}={text}")
            said = [violation["field"] for violation in answer.json().get("violations", [])]
            found = [] if may_be(kind, text, answer) else faults_of(answer, "zh-hans") + ([] if said == [parameter] else [f"names {said}"])
            faults += [f"{parameter}={text}: {fault}" for fault in found]
    for text in ("surprise=1", "page=1&page=2", "%00=1", "ordering=-password", "%E2%80%AE=1"):
        faults += [f"{text}: {fault}" for fault in faults_of(asked(stage, operation, text), "zh-hans")]

    assert not faults, "\n" + "\n".join(faults)


def asked(stage: Stage, operation: Operation, query: str) -> Any:
    who = stage.world.district_admin if operation.name.startswith("rights") else reader_of(stage, operation)
    path = operation.path.replace("{patient}", str(stage.patient.public_id)).replace("{institution}", str(stage.world.hospital.public_id))
    path = path.replace("{key}", "reserved_share").replace("{booking}", "00000000-0000-0000-0000-000000000000")
    return Client(raise_request_exception=False).get(f"/api/v1{path}?{query}", headers=stage.login(who))


def reader_of(stage: Stage, operation: Operation) -> Acting:
    """Somebody whose role opens this door: a doctor, else the district, a manager or one of the three administrators."""
    path = "/api/v1" + re.sub(r"\{[^}]+\}", "00000000-0000-0000-0000-000000000000", operation.path)
    policy = resolve(path).func.cls.policies.get(operation.method)
    offices = (stage.offices.keeper, stage.offices.guard, stage.offices.reader)
    people = (
        stage.loop.doctor,
        stage.world.district_admin,
        stage.loop.manager,
        *offices,
        stage.watched.coordinator,
        stage.loop.cardiologist,
    )
    if not isinstance(policy, Needs):
        return stage.loop.doctor
    return next((who for who in people if any(who.can(capability) for capability in policy.capabilities)), stage.loop.doctor)


def may_be(kind: str, text: str, answer: Any) -> bool:
    """Blanks around a search are no part of it."""
    return kind in ("search", "subject", "district") and text.endswith("%0a") and answer.status_code == 200


@pytest.mark.parametrize("value", HEADERS["authorization"], ids=str)
def test_a_bad_token_is_no_login(stage: Stage, value: Any) -> None:
    for path in ("/api/v1/me", "/api/v1/patients", "/patients/", "/"):
        answer = Client(raise_request_exception=False).get(path, headers={"Authorization": corpus.expanded(value)})

        assert answer.status_code == (401 if path.startswith("/api/") else 302)


@pytest.mark.parametrize("value", HEADERS["cookies"], ids=str)
def test_a_bad_cookie_opens_nothing_and_breaks_nothing(stage: Stage, value: Any) -> None:
    client = Client(raise_request_exception=False)
    for name in COOKIES:
        client.cookies[name] = corpus.expanded(value).encode().decode("latin-1")  # as a server hands bytes on

    answers = {path: client.get(path).status_code for path in ("/login/", "/login/code/", "/lock/", "/r/", "/patients/", "/api/v1/me")}
    sent = {path: client.post(path, {"code": "123456"}).status_code for path in ("/login/code/", "/r/cancel/", "/lock/", "/logout/")}

    assert answers == {"/login/": 200, "/login/code/": 302, "/lock/": 302, "/r/": 200, "/patients/": 302, "/api/v1/me": 401}
    assert set(sent.values()) <= {302, 400, 403}


@pytest.mark.parametrize("value", HEADERS["acting_post"], ids=str)
def test_nobody_acts_under_a_post_that_is_not_hers(stage: Stage, value: str) -> None:
    headers = stage.login(stage.loop.doctor) | {"Acting-Post": value}

    assert Client(raise_request_exception=False).get("/api/v1/patients", headers=headers).status_code == 403
    theirs = stage.login(stage.loop.doctor) | {"Acting-Post": str(stage.strangers["doctor"].post.public_id)}
    assert Client(raise_request_exception=False).get("/api/v1/patients", headers=theirs).status_code == 403


@pytest.mark.parametrize("name", sorted(operations()))
def test_another_method_is_answered_with_405_and_does_nothing(stage: Stage, name: str) -> None:
    operation = operations()[name]
    path = "/api/v1" + BLANK.sub(str(stage.draft.public_id), operation.path.replace("{", "<").replace("}", ">"))
    known = {one.method for one in operations().values() if one.path == operation.path}
    before = written()
    with taken_back():
        for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"} - known):
            answer = Client(raise_request_exception=False).generic(method, path, headers=stage.login(stage.loop.doctor))
            assert (method, answer.status_code) == (method, 405), answer.content
            assert method == "TRACE" or faults_of(answer, "zh-hans") == []
        for trick in ({"X-HTTP-Method-Override": "DELETE"}, {"X-Method-Override": "PUT"}):
            answer = Client(raise_request_exception=False).get(path, headers=stage.login(stage.loop.doctor) | trick)
            assert answer.status_code in (200, 202, 403, 404, 405)
        assert Client(raise_request_exception=False).options(path, headers=stage.login(stage.loop.doctor)).status_code == 200
        assert written() == before
