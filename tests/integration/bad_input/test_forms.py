"""Every bad value in every form of the pages: the page says so in a sentence, what was typed is escaped, nothing is written."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from tests.integration.bad_input import corpus
from tests.integration.bad_input.corpus import Value
from tests.integration.bad_input.forms import WITHOUT_TEXT, Form, forms_of
from tests.integration.bad_input.proof import CHINESE, taken_back, written
from tests.integration.bad_input.stage import Stage
from tests.thorough import THOROUGH

pytestmark = pytest.mark.django_db
NAMES = [
    "login", "resident", "sessions", "acting", "patient_new", "patient_new.child", "encounter_new", "referral_new", "referral_edit",
    "referral", "book", "booking_done", "booking_cancel", "booking_move", "booking_release", "booking_undo_cancel", "booking_resend",
    "visit_undo", "next_visit", "arrive", "arrive_undo", "visit_fulfil", "visit_report", "return_new",
    "return_accept", "return_decline", "return_assign", "return_follow_up", "return_close", "right.suspend", "right.revoke",
    "right.reinstate", "right.grant", "right_new",
    "referral_amend", "referral_answer", "review_accept", "review_case.accept", "review_case.undo", "review_case.read", "review_case.ask",
    "review_case.go_on", "review_redirect", "review_return",
    "book.ask", "referral_withdraw", "review_request.accept", "review_request.return",
    "handover", "handover.contracts", "handover_post", "handover_post.move", "conduct_month",
    "nomination_new", "nomination.again", "nomination.detach", "nomination.withdraw",
    "imports", "import.confirm", "import.discard",
    "judgement.verify", "judgement.send_back", "judgement.grant", "worklist_grant",
    "resident_correct", "contract_new", "contract_renew", "contract_end", "resident_move", "care_teams", "care_team",
    "institution_new", "institution_new.station", "institution_edit", "department_new", "department", "alliances", "alliance",
    "booking_rules", "facts",
    "pools", "pool_shares", "released", "exchange_deliveries",
    "suspension.suspend", "suspension.revoke", "suspension.reinstate", "attestation", "dispute_new", "dispute.uphold", "dispute.reject",
    "dispute.withdraw", "rights_decide", "rights_decide.extend",
    "duties", "administrators", "administrator", "account", "live_session",
    "policy_value", "policy_row.approve", "policy_row.reject", "policy_row.end", "calendar", "calendar.seed", "calendar.known",
    "policy_set", "policy_set.try", "policy_choice.approve", "policy_choice.reject", "policy_choice.undo", "policy_choice.end",
    "criteria_new", "criteria_copy", "criteria_set", "criteria_set.paste", "criteria_set.correct", "criteria_set.send_back",
    "criteria_set.undo", "criteria_set.end", "criterion",
    "alliance_members", "person_new", "person_post", "person_name", "post_edit",
    "template_new", "template", "template_end", "week_publish", "week_publish.copy", "clinic_session_new", "clinic_session.places",
    "clinic_session.band", "clinic_session.block", "clinic_session.unblock", "clinic_session.doctor",
    "login_other", "person_access", "person_access.phone",
    "stop_new", "stop.approve", "stop.decline", "stop.withdraw", "disruption", "disruption.settle", "disruption_of_booking",
    "practitioner_new", "practitioner_edit", "practitioner_leave", "practitioner_back",
    "notices_read_all",
    "service_new", "service_new.clinic", "service_edit", "service_end", "service_back",
    "control_new", "control.approve", "control.reject", "control.withdraw", "control.ask_lift", "control.lift", "control.keep",
    "exception_new", "exception.grant", "exception.refuse", "exception.withdraw",
    "resident_priority", "resident_priority.end", "resident_guardian", "resident_guardian.document",
    "finding_new", "finding.sign", "finding.reject", "finding.withdraw", "finding.settle", "finding.reopen",
    "absent", "absent_call", "absent_report", "absent_undo", "breach_appeal", "appeal_decide", "evasion", "restrictions", "restriction",
    "error_ask", "error_decide",
    "referral_again", "referral_close",
]  # fmt: skip
# What makes the field itself right again on a page: blanks around it are taken away, an empty box was not ticked.
BLANKS = " \t\r\n\u3000"
ALONE = ("甲\u0000乙", "甲\u202e乙")
SURROGATE = re.compile("[\ud800-\udfff]")


def pages_that_take_a_form() -> set[str]:
    """The names of all pages with a POST, from the addresses of the product."""
    patterns = [one for entry in get_resolver().url_patterns for one in getattr(entry, "url_patterns", [entry])]
    named = [one for one in patterns if getattr(one, "name", None)]
    return {one.name for one in named if hasattr(getattr(one.callback, "view_class", None), "post")}


def test_no_page_that_takes_a_form_is_left_out(stage: Stage) -> None:
    listed = set(forms_of(stage))

    assert listed == set(NAMES)
    assert {name.partition(".")[0] for name in listed} | set(WITHOUT_TEXT) == pages_that_take_a_form()


@pytest.mark.parametrize("name", NAMES)
def test_the_form_is_right_before_it_is_bent(stage: Stage, name: str) -> None:
    with taken_back():
        answer = send(stage, forms_of(stage)[name], {})

        assert answer.status_code == 302, answer.content.decode()


@pytest.mark.parametrize("name", NAMES)
def test_a_bad_value_is_refused_on_the_page_and_nothing_is_written(stage: Stage, name: str) -> None:
    form, before, faults = forms_of(stage)[name], written(), []
    with taken_back():
        for change, value in trials(form):
            found = faults_of(send(stage, form, change))
            faults += [f"{name} {', '.join(change)} {value}: {fault}" for fault in found]
        faults += [f"wrote to {table}" for table, digest in written().items() if digest != before[table]]

    assert not faults, "\n" + "\n".join(faults)


def trials(form: Form) -> Iterator[tuple[dict[str, str], Value]]:
    """What to try: texts only, as a form holds nothing else. One hidden character goes into each field alone, the others into all.

    One value of a kind in twelve goes into a field and one of those for every text in five into a form, the others into the next forms' and
    fields'; by night all of them.
    """
    for place, (field, kind) in enumerate(form.kinds.items(), NAMES.index(form.name)):
        values = [value for value in corpus.refused_only(kind) if is_typed(value)]
        yield from [({field: value.given}, value) for value in (values if THOROUGH else values[place % 12 :: 12])]
    texts = [field for field, kind in form.kinds.items() if "unprintable" in corpus.FIELDS[kind].get("also", ())]
    shared = [value for kind in ("string", "unprintable") for value in corpus.refused_only(kind) if texts and is_typed(value)]
    for value in shared if THOROUGH else shared[NAMES.index(form.name) % 5 :: 5]:
        alone = value.given in ALONE
        yield from [({field: value.given}, value) for field in texts] if alone else [(dict.fromkeys(texts, value.given), value)]


def is_typed(value: Value) -> bool:
    """Whether a form can hold it, and a page does not put it right by taking blanks away."""
    text = value.given
    return isinstance(text, str) and not SURROGATE.search(text) and text == text.strip(BLANKS)


def send(stage: Stage, form: Form, change: dict[str, Any]) -> Any:
    """The form with another value in one field."""
    return Client(raise_request_exception=False).post(form.path, form.data | change, headers=stage.login(form.who))


def faults_of(answer: Any) -> list[str]:
    """What is wrong with a page that refuses."""
    if not 400 <= answer.status_code < 500:
        return [f"status {answer.status_code}"]
    text = answer.content.decode()
    faults = [] if answer["Content-Type"].startswith("text/html") and CHINESE.search(text) else ["no page"]
    return faults + (["NUL in the page"] if "\0" in text else []) + (["not escaped"] if "<script>alert" in text else [])


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"


@pytest.mark.parametrize("name", NAMES)
def test_what_was_typed_comes_back_escaped(stage: Stage, name: str) -> None:
    form = forms_of(stage)[name]
    with taken_back():
        answer = send(stage, form, {**dict.fromkeys(form.kinds, HOSTILE), "version": "x"})
        text = answer.content.decode()

        assert 400 <= answer.status_code < 500
        assert "<script>alert(1)" not in text
        assert "<img src=x" not in text


NO_FORMS = {
    "empty": (b"", "application/x-www-form-urlencoded"),
    "not UTF-8": (b"\xff\xfe%00=%00&version=%ed%a0%80", "application/x-www-form-urlencoded"),
    "a field twice": (b"version=1&version=%00&version=2", "application/x-www-form-urlencoded"),
    "too large": (b"x" * (64 * 1024 + 1), "application/x-www-form-urlencoded"),
    "too many fields": (b"&".join(b"a%d=1" % number for number in range(400)), "application/x-www-form-urlencoded"),
    "UTF-16": (b"version=1", "application/x-www-form-urlencoded; charset=utf-16"),
    "JSON": (b"{}", "application/json"),
    "half a part": (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
    "no boundary": (b"--x\r\n", "multipart/form-data"),
}


def bodies_for(name: str) -> list[tuple[str, tuple[bytes, str]]]:
    """Every third for a form, the others for the next forms; by night all of them."""
    return list(NO_FORMS.items()) if THOROUGH else list(NO_FORMS.items())[NAMES.index(name) % 3 :: 3]


@pytest.mark.parametrize("name", NAMES)
def test_a_body_that_is_no_form_is_refused_with_a_page(stage: Stage, name: str) -> None:
    form, before, faults = forms_of(stage)[name], written(), []
    with taken_back():
        for what, (raw, content_type) in bodies_for(name):
            answer = Client(raise_request_exception=False).generic("POST", form.path, raw, content_type, headers=stage.login(form.who))
            faults += [f"{what}: {fault}" for fault in faults_of(answer)]
        faults += [f"wrote to {table}" for table, digest in written().items() if digest != before[table]]

    assert not faults, "\n" + "\n".join(faults)
