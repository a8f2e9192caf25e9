"""Every bad value at every field of every operation that writes: a clear sentence in two languages, and nothing written."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps

from bench.acts.requested import unlisted
from tests.integration.bad_input import corpus
from tests.integration.bad_input.corpus import Value
from tests.integration.bad_input.proof import faults_of, fields_in, send, sentences_of, short, taken_back, written
from tests.integration.bad_input.schema import Leaf, Operation, operations
from tests.integration.bad_input.stage import Endpoint, Stage, endpoints_of
from tests.thorough import THOROUGH

pytestmark = pytest.mark.django_db
WRITING = sorted(name for name, operation in operations().items() if operation.leaves)
WITHOUT_BODY = {
    "alliances_exclude": "takes the address only",
    "keys_end": "takes the address only",
    "auth_logout_create": "takes nothing but the session it ends",
    "bookings_undo": "takes the version only",
    "bookings_undo_cancel": "takes the version only",
    "bookings_undo_fulfil": "takes the version only",
    "bookings_fulfil": "takes the version only",
    "bookings_in_error_withdraw": "takes the version only",
    "referrals_rebook": "takes the version only",
    "rights_reinstate": "takes the version only",
    "nominations_verify": "takes the version only",
    "nominations_withdraw": "takes the version only",
    "imports_receive": "takes a form with a file; its own tests bend it",
    "imports_discard": "takes the version only",
    "papers_add": "takes the bytes of a file; its own tests bend them",
    "papers_take_away": "takes the address only",
    "appeal_papers_add": "takes the bytes of a file; its own tests bend them",
    "appeal_papers_take_away": "takes the address only",
    "institutions_reinstate": "takes the version only",
    "disputes_withdraw": "takes the version only",
    "findings_sign": "takes the version only",
    "findings_withdraw": "takes the version only",
    "controls_approve": "takes the version only",
    "controls_withdraw": "takes the version only",
    "controls_lift": "takes the version only",
    "exceptions_withdraw": "takes the version only",
    "priorities_end": "takes the address only",
    "founding_confirm": "takes nothing but who asks",
    "administrators_confirm": "takes the address only",
    "administrators_withdraw": "takes the address only",
    "inbox_read": "takes the address only",
    "referrals_accept": "takes the version only",
    "referrals_undo_accept": "takes the version only",
    "referrals_withdraw": "takes the version only",
    "referrals_read_amendment": "takes the version only",
    "referrals_go_on": "takes the version only",
    "referrals_acknowledge": "takes the address only",
    "messages_resend": "takes the address only",
    "trail_proof_ask": "takes nothing but who asks",
    "me_sessions_destroy": "takes the address only",
    "policy_approve": "takes the version only",
    "policy_withdraw": "takes the version only",
    "policy_choice_withdraw": "takes the version only",
    "criteria_hand_in": "takes the version only",
    "criteria_approve": "takes the version only",
    "criteria_withdraw": "takes the version only",
    "calendar_remove": "takes the address only",
    "hospital_calendar_remove": "takes the address only",
    "fact_labels_end": "takes the address only",
    "practitioners_bring_back": "takes the version only",
    "rebalancings_undo": "takes the address only",
    "services_bring_back": "takes the version only",
    "stops_approve": "takes the version only",
    "stops_withdraw": "takes the version only",
    "feed_webhook_end": "takes nothing but who asks",
    "feed_webhook_rotate": "takes nothing but who asks",
    "feed_webhook_test": "takes nothing but who asks",
}
FOUR_THINGS = {"when", "where", "cancelling", "not_coming"}
# What a field refuses for a reason of another field: the sentence stands there.
NAMED_ELSEWHERE = {
    ("patients_register", "sex"): {"sex"},
    ("patients_register", "contract.from"): {"contract.from", "contract.to"},
    ("bookings_told", "told"): FOUR_THINGS,
    ("bookings_told", "told[]"): FOUR_THINGS,
    ("care_teams_form", "doctors[]"): {"doctors"},
    ("care_teams_change", "doctors[]"): {"doctors"},
    ("rights_enter", "targets[].id"): {"targets"},
    ("rights_grant", "targets[].id"): {"targets"},
    ("nominations_hand_in", "targets[].id"): {"targets"},
    ("nominations_hand_in_again", "targets[].id"): {"targets"},
    ("alliances_found", "members[]"): {"members"},
    ("calendar_set", "is_working"): {"is_working", "runs_as_weekday"},
    ("hospital_calendar_set", "is_working"): {"is_working", "runs_as_weekday"},
}


def forms_of(stage: Stage, name: str) -> list[Endpoint]:
    """The bodies of one operation; two where a field excludes another."""
    return [one for key, one in endpoints_of(stage).items() if key.partition(".")[0] == name]


def test_no_operation_that_writes_is_left_out(stage: Stage) -> None:
    writing = {name for name, operation in operations().items() if operation.method != "GET"}

    listed = {name.partition(".")[0] for name in endpoints_of(stage)}

    assert set(WRITING) | set(WITHOUT_BODY) == writing
    assert set(WRITING) <= listed <= writing


@pytest.mark.parametrize("name", WRITING)
def test_no_field_is_left_out(stage: Stage, name: str) -> None:
    operation = operations()[name]

    tried = {leaf.path for form in forms_of(stage, name) for leaf in operation.leaves if values_at(form.body, leaf.path)}

    assert tried == {leaf.path for leaf in operation.leaves}
    texts = {leaf.path for leaf in operation.leaves if not leaf.kind}
    assert {path for form in forms_of(stage, name) for path in form.kinds} == texts


@pytest.mark.parametrize("name", sorted(set(WRITING) - {"auth_verify_create"}))
def test_what_the_corpus_bends_is_right_before_it_is_bent(stage: Stage, name: str) -> None:
    for form in forms_of(stage, name):
        with taken_back():
            answer = send(stage, form, form.body)

            assert answer.status_code in (200, 201, 202), answer.content.decode()


@pytest.mark.parametrize("name", WRITING)
def test_a_bad_value_is_refused_at_its_field_and_nothing_is_written(stage: Stage, name: str) -> None:
    operation, before, faults = operations()[name], written(), []
    for form in forms_of(stage, name):
        with taken_back():
            for leaves, value in in_turns(form, operation):
                faults += faults_of_trial(stage, form, leaves, value)
            faults += [f"wrote to {table}" for table, digest in written().items() if digest != before[table]]

    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("name", WRITING)
def test_a_good_value_is_stored_in_its_one_form(stage: Stage, name: str) -> None:
    faults = []
    for form in forms_of(stage, name):
        for path, place in form.stored.items():
            for value in corpus.accepted(form.kinds[path]):
                with taken_back():
                    answer = send(stage, form, bent(form.body, path, value.given))
                    kept = newest(place) if answer.status_code < 300 else short(answer.content)
                    faults += [f"{path} {value}: {answer.status_code} {kept!r}"] if kept != value.stored else []

    assert not faults, "\n" + "\n".join(faults)


def in_turns(form: Endpoint, operation: Operation) -> list[tuple[list[Leaf], Value]]:
    """Every fifth trial of an operation, another fifth for the next one; by night all of them."""
    found = list(trials(form, operation))
    return found if THOROUGH else found[WRITING.index(operation_of(form)) % 5 :: 5]


def operation_of(form: Endpoint) -> str:
    """Several right bodies of one operation are told apart by what stands behind a dot."""
    return form.operation.partition(".")[0]


def trials(form: Endpoint, operation: Operation) -> Iterator[tuple[list[Leaf], Value]]:
    """What to try on which fields. A value that is wrong by its very form goes into all fields of a kind at once: each must be named."""
    present = [leaf for leaf in operation.leaves if values_at(form.body, leaf.path)]
    texts = [leaf for leaf in present if not leaf.kind]
    by_form = {"string": texts, "unprintable": [leaf for leaf in texts if form.kinds[leaf.path] != "handle"]}
    by_form |= {kind: [leaf for leaf in present if leaf.kind == kind] for kind in ("uuid", "date", "date-time", "choice")}
    for kind, leaves in by_form.items():
        for value in corpus.refused(kind):
            together = value.status == corpus.BAD
            yield from [(leaves, value)] if together and leaves else [([leaf], value) for leaf in leaves]
    for leaf in present:
        kind = leaf.kind or form.kinds[leaf.path]
        yield from [([leaf], value) for value in corpus.refused_only(kind)] if kind not in by_form else []
        yield from [([leaf], Value("长" * (leaf.longest + 1)))] if leaf.longest else []


said_in_english: set[tuple[str, ...]] = set()


def faults_of_trial(stage: Stage, form: Endpoint, leaves: list[Leaf], value: Value) -> Iterator[str]:
    """What is wrong with the answer; each sentence that was not heard before is asked for in English too."""
    body = form.body
    for leaf in leaves:
        body = bent(body, leaf.path, value.given)
    answer = send(stage, form, body)
    found = faults_of(answer, "zh-hans") + wrongs_of(form, leaves, value, answer)
    heard = tuple(sentences_of(answer)) if not found else ()
    if heard and heard not in said_in_english:
        said_in_english.add(heard)
        found += faults_of(send(stage, form, body, language="en"), "en")
    where = ", ".join(leaf.path for leaf in leaves)
    return (f"{form.operation} {where} {value}: {fault} {short(answer.content)}" for fault in found)


def wrongs_of(form: Endpoint, leaves: list[Leaf], value: Value, answer: Any) -> list[str]:
    """Another status than expected, or fields that the refusal does not name."""
    if answer.status_code == 409 and all(leaf.path.endswith("version") for leaf in leaves):
        return []  # any whole number is a version, only not the one that stands there
    if not value.allows(answer.status_code):
        return [f"status {answer.status_code}, not {value.status}"]
    if answer.status_code != corpus.BAD or value.whole:
        return []
    said = fields_in(answer)
    return [f"does not name {leaf.path}, only {said}" for leaf in leaves if not names(form, leaf, said)]


def names(form: Endpoint, leaf: Leaf, said: list[str]) -> bool:
    """Whether a refusal names the field, a part of it, or what it is a part of."""
    also = NAMED_ELSEWHERE.get((form.operation, leaf.path), set())
    plain = leaf.path.replace("[]", "")
    parts = [one.replace("[]", "") for one in said if one]
    return any(one == plain or one.startswith(f"{plain}.") or plain.startswith(f"{one}.") for one in parts) or bool(also & set(said))


def values_at(body: Any, path: str) -> list[Any]:
    """What stands at a path of a body, [] when it is not there."""
    found = [body]
    for step in path.replace("[]", ".[]").split("."):
        found = [item for one in found for item in (one if step == "[]" else [one[step]] if isinstance(one, dict) and step in one else [])]
    return found


def bent(body: Any, path: str, value: Any) -> Any:
    """The body with another value at one path; of a list its first item."""
    made = copy.deepcopy(body)
    *way, last = [0 if step == "[]" else step for step in path.replace("[]", ".[]").split(".")]
    place = made
    for step in way:
        place = place[step]
    place[last] = value
    return made


def newest(place: str) -> Any:
    """The column of the row that was written last."""
    model, _dot, column = place.rpartition(".")
    return getattr(apps.get_model(model).objects.order_by("-pk")[0], column)


def test_the_corpus_itself_is_read_right() -> None:
    assert bent({"drugs": [{"name": "x"}]}, "drugs[].name", "y") == {"drugs": [{"name": "y"}]}
    assert values_at({"drugs": [{"name": "x"}]}, "drugs[].name") == ["x"]
    assert json.dumps(next(value.given for value in corpus.refused("text") if value.given == "\ud800")) == '"\\ud800"'
    assert sum(len(list(corpus.refused(kind))) for kind in corpus.FIELDS) > 250


def test_no_operation_that_writes_is_left_out_of_what_the_trail_must_hold(stage: Stage) -> None:
    assert unlisted(stage) == []
