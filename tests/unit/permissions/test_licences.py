"""Certificate numbers: the known forms are taken in one form, everything else is refused with what to do."""

import pytest

from permissions.identity.licences import check_digit_differs, clean_licence, is_of_an_assistant, mask_licence
from vault.refusal import Refusal

GOOD = "110110102000001"
QUALIFICATION = "200311110110102198003150021"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (GOOD, GOOD),
        (" 110 110102-000001 ", GOOD),
        ("１１０１１０１０２０００００１", GOOD),
        (QUALIFICATION, QUALIFICATION),
        ("20031111011010219800315002x", "20031111011010219800315002X"),
        ("199811110110102500315001", "199811110110102500315001"),
    ],
)
def test_a_number_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert clean_licence(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        GOOD[:-1],
        GOOD + "1",
        "11011010200000A",
        "1" * 24,
        "1" * 27,
        "9" * 10_000,
        "执业证",
        "110110102000001\n2",
        "１" * 14,
        "٣" * 15,
    ],
)
def test_anything_else_is_refused_at_its_field_with_a_sentence(typed: str) -> None:
    with pytest.raises(Refusal) as refusal:
        clean_licence(typed)

    (violation,) = refusal.value.violations
    assert (refusal.value.code, violation.field) == ("invalid_input", "licence_number")
    assert str(violation.message)


def test_a_wrong_length_is_said() -> None:
    with pytest.raises(Refusal) as refusal:
        clean_licence(GOOD[:-1])

    assert "14" in str(refusal.value.message)


def test_what_a_number_tells_about_itself() -> None:
    assert check_digit_differs(QUALIFICATION[:-1] + "2")
    assert not check_digit_differs(QUALIFICATION)
    assert not check_digit_differs(GOOD)
    assert is_of_an_assistant("2" + GOOD[1:])
    assert is_of_an_assistant("200311210110102198003150021")
    assert not is_of_an_assistant(QUALIFICATION)
    assert mask_licence(GOOD) == "110**********01"
