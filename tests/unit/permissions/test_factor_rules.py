"""Which proofs are enough, every cell; what a code is by its shape; the arithmetic of an authenticator."""

import base64
from itertools import combinations
from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from permissions.factors.answers import read_answer
from permissions.factors.recovery import in_fours
from permissions.factors.required import COMPULSORY, PROOF, proofs_suffice
from permissions.factors.totp import code_at, step_of
from permissions.guards import BEFORE_DUTIES, EVEN_LOCKED, PUBLIC, SIGNED_IN, Needs, Policy, enforce
from permissions.models import Proof
from permissions.roles import DOCTORS, Capability, Role
from vault.refusal import Refusal

KINDS = ("sms", "totp", "recovery", "unlock")
SUBSETS = [frozenset(chosen) for size in range(5) for chosen in combinations(KINDS, size)]
NAMES = ["+".join(sorted(subset)) or "none" for subset in SUBSETS]
# Written by hand: what opens a role that asks for two, and what opens a session whose person is asked for more than an SMS.
TWO_PROOFS = {
    "sms+totp", "recovery+sms", "totp+unlock", "recovery+unlock", "recovery+totp", "recovery+sms+totp", "sms+totp+unlock",
    "recovery+sms+unlock", "recovery+totp+unlock", "recovery+sms+totp+unlock",
}  # fmt: skip
NOT_ENOUGH_WHEN_MORE_IS_ASKED = {"none", "sms"}


@pytest.mark.parametrize(("name", "given"), list(zip(NAMES, SUBSETS, strict=True)), ids=NAMES)
def test_every_set_of_proofs_opens_what_it_should(name: str, given: frozenset[str]) -> None:
    assert proofs_suffice(given, compulsory=True, more_is_asked=True) is (name in TWO_PROOFS)
    assert proofs_suffice(given, compulsory=True, more_is_asked=False) is (name in TWO_PROOFS)
    assert proofs_suffice(given, compulsory=False, more_is_asked=True) is (name not in NOT_ENOUGH_WHEN_MORE_IS_ASKED)
    assert proofs_suffice(given, compulsory=False, more_is_asked=False) is bool(given)


def test_two_proofs_are_asked_of_everybody_who_administers_and_of_no_doctor_or_clerk() -> None:
    assert set(Role) - COMPULSORY == DOCTORS | {Role.WINDOW_CLERK}


@pytest.mark.parametrize(
    ("typed", "proof", "read"),
    [
        ("123456", Proof.TOTP, "123456"),
        ("１２３ ４５６", Proof.TOTP, "123456"),
        ("01234 56789", Proof.UNLOCK, "0123456789"),
        ("abcd-efgh-jkmn", Proof.RECOVERY, "ABCDEFGHJKMN"),
        ("ＡＢＣＤ EFGH 2345", Proof.RECOVERY, "ABCDEFGH2345"),
        ("222233334444", Proof.RECOVERY, "222233334444"),
    ],
)
def test_a_code_is_known_by_its_shape(typed: str, proof: Proof, read: str) -> None:
    answer = read_answer(typed)

    assert (answer.proof, answer.text) == (proof, read)


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345678901", "ABCD-EFGH-JKM", "ABCD-EFGH-JKMO", "ABCD-EFGH-JKM1", "²²²²²²", "١٢٣٤٥٦"]
)
def test_what_is_none_of_the_codes_is_refused_with_what_would_be_one(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_answer(typed)

    assert refused.value.code == "invalid_input"
    assert refused.value.violations[0].field == "code"
    assert refused.value.violations[0].remedy


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (PUBLIC, ""),
        (EVEN_LOCKED, ""),
        (BEFORE_DUTIES, "second_factor_required"),
        (SIGNED_IN, "second_factor_required"),
        (Needs(Capability.GRANT_RIGHTS), "second_factor_required"),
    ],
    ids=["public", "even locked", "before duties", "signed in", "needs"],
)
def test_where_a_proof_is_missing_every_door_says_so_but_those_that_take_one(policy: Policy, code: str) -> None:
    request = RequestFactory().get("/")
    request.acting, request.locked_session, request.locked_why = None, SimpleNamespace(), PROOF  # type: ignore[attr-defined]
    said = ""
    try:
        enforce(request, {"GET": policy})
    except Refusal as refusal:
        said = refusal.code

    assert said == code


# RFC 6238, appendix B, SHA-1, the last six of the eight digits printed there.
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"}


@pytest.mark.parametrize(("seconds", "digits"), list(VECTORS.items()), ids=[str(seconds) for seconds in VECTORS])
def test_codes_are_those_of_the_standard(seconds: int, digits: str) -> None:
    key = b"12345678901234567890"

    assert code_at(key, seconds // 30) == digits
    assert step_of(base64.b32encode(key).decode(), digits, seconds) == seconds // 30


def test_a_clock_may_be_one_step_off_and_a_used_step_is_gone() -> None:
    key = b"12345678901234567890"
    secret, at = base64.b32encode(key).decode(), 1_700_000_010
    step = at // 30

    found = {offset: step_of(secret, code_at(key, step + offset), at) for offset in (-2, -1, 0, 1, 2)}

    assert found == {-2: None, -1: step - 1, 0: step, 1: step + 1, 2: None}
    assert step_of(secret, code_at(key, step), at, newer_than=step) is None
    assert step_of(secret, code_at(key, step - 1), at, newer_than=step) is None
    assert step_of(secret, code_at(key, step + 1), at, newer_than=step) == step + 1


def test_a_recovery_code_stands_in_fours_on_paper() -> None:
    assert in_fours("ABCDEFGHJKMN") == "ABCD-EFGH-JKMN"
