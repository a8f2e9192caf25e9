"""Every parameter has words for people and takes values of its type; no database."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from clinics.policy import REGISTRY, ValueType
from clinics.policy.typed import from_page, options_of, said, stored, typed
from clinics.policy.words import MERGES, OPTIONS, WORDS, words_of
from vault.refusal import Refusal


def test_every_parameter_has_a_title_a_group_and_a_reach_and_no_other_word_is_left() -> None:
    assert set(WORDS) == set(REGISTRY)
    assert set(MERGES) == {one.merge for one in REGISTRY.values()} | set(MERGES)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_no_two_parameters_read_alike(language: str) -> None:
    with override(language):
        titles = [str(words.title) for words in WORDS.values()]

    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_the_regulation_s_own_value_is_one_somebody_could_enter_and_comes_back_as_it_was(key: str) -> None:
    parameter = REGISTRY[key]

    kept = from_page(parameter, typed(parameter, parameter.default))

    assert parameter.parse(kept) == parameter.parse(parameter.default)
    assert said(parameter, parameter.parse(kept))


def test_every_choice_has_a_word() -> None:
    for parameter in REGISTRY.values():
        assert len({str(word) for word in options_of(parameter).values()}) == len(options_of(parameter))
    assert all(str(word) for word in OPTIONS.values())


GOOD = [
    ("promise_days", "2", "2", 2),
    ("promise_days", "02", "2", 2),
    ("reserved_share", "37.5", "0.375", Decimal("0.375")),
    ("reserved_share", "30%", "0.300", Decimal("0.3")),
    ("reserved_share", "100", "1.000", Decimal(1)),
    ("booking_cutoff", "07:30", "07:30", time(7, 30)),
    ("reserved_share_base", "all", "all", "all"),
    ("general_without_cap", "no", "no", False),
]


@pytest.mark.parametrize(("key", "text", "kept", "value"), GOOD)
def test_a_form_s_value_is_kept_in_its_stored_form(key: str, text: str, kept: str, value: Any) -> None:
    parameter = REGISTRY[key]

    assert from_page(parameter, [text]) == kept
    assert parameter.parse(kept) == value
    assert stored(parameter, kept) == kept


def test_a_set_is_kept_in_the_order_of_its_choices() -> None:
    parameter = REGISTRY["exempt_classes"]

    assert from_page(parameter, ["expert_chief", "general"]) == "general expert_chief"
    assert from_page(parameter, []) == ""
    assert typed(parameter, "general expert_chief") == ["expert_chief", "general"]


BAD = [
    ("promise_days", ["", "-1", "0", "31", "2.5", "two", "99999", "٢", "1e1", " ", "２"]),
    ("reserved_share", ["", "-1", "101", "30.55", "0,3", "a", "100.1", "NaN", "1e1"]),
    ("booking_cutoff", ["", "24:00", "7:30", "07:60", "0730", "07:30:00", "noon"]),
    ("reserved_share_base", ["", "some", "ALL", "bookable all"]),
    ("general_without_cap", ["", "true", "1", "Yes"]),
    ("exempt_classes", ["everything", "general general"]),
]


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in BAD for text in texts])
def test_a_value_of_another_type_or_beyond_sense_is_refused_at_its_field(key: str, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        from_page(REGISTRY[key], [text])

    assert [violation.field for violation in caught.value.violations] == ["value"]


@pytest.mark.parametrize("text", ["30", "1.5", "-0.3", ".3", "0.3000", "0.30 ", "1e-1", "NaN"])
def test_a_program_gives_parts_of_one(text: str) -> None:
    with pytest.raises(Refusal):
        stored(REGISTRY["reserved_share"], text)


def test_every_kind_of_value_is_among_the_parameters() -> None:
    assert {parameter.type for parameter in REGISTRY.values()} == set(ValueType)
    assert words_of(REGISTRY["promise_days"]).most == 30
