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

pytestmark = pytest.mark.django_db
NAMES = [
    "login", "resident", "sessions", "acting", "encounter_new", "referral_new", "referral_edit", "referral", "book", "booking_done",
    "booking_cancel", "arrive", "arrive_undo", "visit_fulfil", "visit_report", "return_new", "return_accept", "return_decline",
    "return_assign", "return_follow_up", "return_close", "right.suspend", "right.revoke", "right.reinstate", "right.grant", "right_new",
]  # fmt: skip
# What makes the field itself right again on a page: blanks around it are taken away, an empty box was not ticked.
BLANKS = " \t\r\n\u3000"
SURROGATE = re.compile("[\ud800-\udfff]")


def pages_that_take_a_form() -> set[str]:
    """The names of all pages with a POST, from the addresses of the product."""
    patterns = [one for entry in get_resolver().url_patterns for one in getattr(entry, "url_patterns", [entry])]
    return {
        one.name for one in patterns if one.name and hasattr(getattr(one.callback, "view_class", None), "post") and "api" not in one.name
    }


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
        for field, value in trials(form):
            found = faults_of(send(stage, form, {field: value.given}))
            faults += [f"{name} {field} {value}: {fault}" for fault in found]
        faults += [f"wrote to {table}" for table, digest in written().items() if digest != before[table]]

    assert not faults, "\n" + "\n".join(faults)


def trials(form: Form) -> Iterator[tuple[str, Value]]:
    """What to try in which field: texts only, as a form holds nothing else."""
    for field, kind in form.kinds.items():
        for value in corpus.refused(kind):
            text = value.given
            if isinstance(text, str) and not SURROGATE.search(text) and text == text.strip(BLANKS):
                yield field, value


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


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("raw", "content_type"),
    [
        (b"", "application/x-www-form-urlencoded"),
        (b"\xff\xfe%00=%00&version=%ed%a0%80", "application/x-www-form-urlencoded"),
        (b"version=1&version=%00&version=2", "application/x-www-form-urlencoded"),
        (b"x" * (64 * 1024 + 1), "application/x-www-form-urlencoded"),
        (b"&".join(b"a%d=1" % number for number in range(400)), "application/x-www-form-urlencoded"),
        (b"version=1", "application/x-www-form-urlencoded; charset=utf-16"),
        (b"{}", "application/json"),
        (b"--x\r\nnonsense", "multipart/form-data; boundary=x"),
        (b"--x\r\n", "multipart/form-data"),
    ],
    ids=["empty", "not-utf8", "twice", "too-large", "too-many", "utf-16", "json", "half", "no-boundary"],
)
def test_a_body_that_is_no_form_is_refused_with_a_page(stage: Stage, name: str, raw: bytes, content_type: str) -> None:
    form, before = forms_of(stage)[name], written()
    with taken_back():
        answer = Client(raise_request_exception=False).generic("POST", form.path, raw, content_type, headers=stage.login(form.who))

        assert faults_of(answer) == []
        assert written() == before
