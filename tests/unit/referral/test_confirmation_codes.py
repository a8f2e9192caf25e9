"""Confirmation codes: read aloud, typed badly, never mistaken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.booking import codes
from vault.refusal import Refusal

bodies = st.text(alphabet=codes.ALPHABET, min_size=7, max_size=7)


@given(bodies)
def test_a_code_survives_lower_case_groups_and_full_width(body: str) -> None:
    code = body + codes.check_character(body)
    wide = "".join(chr(ord(character) + 0xFEE0) for character in code)

    assert codes.clean_code(code.lower()) == code
    assert codes.clean_code(f" {code[:4]} {code[4:]} ") == code
    assert codes.clean_code(f"{code[:4]}-{code[4:]}") == code
    assert codes.clean_code(wide) == code


@given(bodies, st.integers(0, 7), st.sampled_from(codes.ALPHABET))
def test_every_single_wrong_character_is_noticed(body: str, position: int, wrong: str) -> None:
    code = body + codes.check_character(body)
    if code[position] == wrong:
        return

    with pytest.raises(Refusal, match="invalid_input"):
        codes.clean_code(code[:position] + wrong + code[position + 1 :])


@given(bodies, st.integers(0, 6))
def test_every_swap_of_neighbours_is_noticed(body: str, position: int) -> None:
    code = body + codes.check_character(body)
    swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
    if swapped == code:
        return

    with pytest.raises(Refusal, match="invalid_input"):
        codes.clean_code(swapped)


@pytest.mark.parametrize("bad", ["", "7K4M9TQ", "7K4M9TQXX", "00000000", "ОКМ9ТQХ7", "7K4M\x009TQX", "７Ｋ４Ｍ"])
def test_what_cannot_be_a_code_is_refused(bad: str) -> None:
    with pytest.raises(Refusal, match="invalid_input"):
        codes.clean_code(bad)


def test_new_codes_are_well_formed_and_differ() -> None:
    made = {codes.new_code() for _ in range(500)}

    assert len(made) == 500
    assert all(codes.clean_code(code) == code for code in made)
