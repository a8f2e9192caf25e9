"""What the window's one field makes of what is typed or scanned into it; no database."""

import pytest

from referral.booking.codes import check_character
from referral.booking.proof import Proof, ProofKind, by_code, by_document, read_proof
from vault.refusal import Refusal

CODE = "7K3M9QX" + check_character("7K3M9QX")
NUMBER = "110102195803150026"


@pytest.mark.parametrize(
    "typed", [CODE, CODE.lower(), f"{CODE[:4]} {CODE[4:]}", f" {CODE[:4]}-{CODE[4:]} ", "".join(chr(ord(c) + 0xFEE0) for c in CODE)]
)
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_proof(typed) == by_code(CODE)


@pytest.mark.parametrize(
    "typed", ["r1.AAAAAAAAAAAAAAAAAAAAAA", "https://a.example/slips/r1.AAAAAAAAAAAAAAAAAAAAAA/", "/slips/r1.AAAAAAAAAAAAAAAAAAAAAA"]
)
def test_a_scanned_slip_gives_its_token(typed: str) -> None:
    assert read_proof(typed) == Proof(ProofKind.SLIP, ("r1.AAAAAAAAAAAAAAAAAAAAAA",))


@pytest.mark.parametrize("typed", [NUMBER, "110102 19580315 0026", "１１０１０２１９５８０３１５００２６"])
def test_a_number_is_read_as_every_document_it_may_be(typed: str) -> None:
    read = read_proof(typed)

    assert read.kind is ProofKind.DOCUMENT
    assert set(by_document("resident_id", NUMBER).values) <= set(read.values)


def test_card_and_household_register_of_one_number_are_the_same_proof() -> None:
    assert by_document("resident_id", NUMBER) == by_document("household_register", NUMBER)


def test_a_proof_never_holds_what_was_shown() -> None:
    assert not any(CODE in value for value in by_code(CODE).values)
    assert not any(NUMBER in value for value in by_document("resident_id", NUMBER).values)


@pytest.mark.parametrize("typed", ["", " ", "7", "abc", "，。！", "x" * 200, "slips/r2.AAAAAAAAAAAAAAAAAAAAAA"])
def test_what_can_be_none_of_the_three_is_refused_at_the_field(typed: str) -> None:
    with pytest.raises(Refusal) as told:
        read_proof(typed)

    assert (told.value.code, told.value.violations[0].field) == ("invalid_input", "proof")
    assert str(told.value.violations[0].remedy)


@pytest.mark.parametrize("typed", ["7K3M9QXX", "0K3M9QXH", "7K3M9Q"])
def test_a_mistyped_code_is_refused_as_a_code(typed: str) -> None:
    with pytest.raises(Refusal) as told:
        by_code(typed)

    assert told.value.code == "invalid_input"
