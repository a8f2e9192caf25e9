"""The corpus of identity: every value, what is stored of it or why it is refused, and what lists may show."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from permissions.identity.documents import parse_document
from permissions.identity.masking import mask_address, mask_number, name_for_message
from permissions.identity.names import clean_name, mask_name
from permissions.identity.phones import clean_contact, clean_mobile, mask_phone
from vault.refusal import Refusal

CORPUS: dict[str, list[dict[str, Any]]] = json.loads((Path(__file__).parents[2] / "corpus" / "identity.json").read_text(encoding="utf-8"))
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def rows(section: str, *, refused: bool) -> list[Any]:
    return [
        pytest.param(row, id=f"{number}-{row.get('note', '')}")
        for number, row in enumerate(CORPUS[section])
        if ("refused" in row) is refused
    ]


def refusal_of(call: Any, *args: Any, **kwargs: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        call(*args, **kwargs)
    assert refused.value.code == "invalid_input"
    return refused.value


@pytest.mark.parametrize("row", rows("documents", refused=False))
def test_a_document_is_stored_in_one_form(row: dict[str, str]) -> None:
    document = parse_document(row["type"], row["value"], today=TODAY)

    assert (document.number, document.type) == (row["stored"], row["stored_type"])


@pytest.mark.parametrize("row", rows("documents", refused=True))
def test_a_wrong_document_is_refused_with_its_reason_and_not_echoed(row: dict[str, str]) -> None:
    refusal = refusal_of(parse_document, row.get("type", ""), row["value"], field="number", today=TODAY)

    (violation,) = refusal.violations
    assert row["refused"] in str(violation.message)
    assert violation.field == "number"
    assert len(row["value"]) < 4 or row["value"] not in str(violation.message) + str(violation.remedy)


@pytest.mark.parametrize("row", rows("names", refused=False))
def test_a_name_is_kept_as_it_is_written_and_masked_for_lists(row: dict[str, str]) -> None:
    assert clean_name(row["value"]) == row["stored"]
    assert mask_name(row["stored"]) == row["masked"]


@pytest.mark.parametrize("row", rows("names", refused=True))
def test_what_is_no_name_is_refused_with_its_reason(row: dict[str, str]) -> None:
    (violation,) = refusal_of(clean_name, row["value"]).violations

    assert row["refused"] in str(violation.message)
    assert row.get("remedy", "") in str(violation.remedy)


@pytest.mark.parametrize("row", rows("mobiles", refused=False))
def test_a_mobile_is_stored_as_eleven_digits(row: dict[str, str]) -> None:
    assert clean_mobile(row["value"]) == clean_contact(row["value"]) == row["stored"]


@pytest.mark.parametrize("row", rows("mobiles", refused=True))
def test_what_is_no_mobile_gets_no_codes(row: dict[str, str]) -> None:
    refusal_of(clean_mobile, row["value"])


@pytest.mark.parametrize("row", rows("contacts", refused=False))
def test_a_contact_is_stored_in_one_form_and_masked(row: dict[str, str]) -> None:
    assert clean_contact(row["value"]) == row["stored"]
    assert mask_phone(row["stored"]) == row["masked"]


@pytest.mark.parametrize("row", rows("contacts", refused=True))
def test_what_cannot_be_called_is_no_contact(row: dict[str, str]) -> None:
    refusal_of(clean_contact, row["value"])


@pytest.mark.parametrize("row", CORPUS["numbers"])
def test_lists_show_little_of_a_number(row: dict[str, str]) -> None:
    assert mask_number(row["value"]) == row["masked"]


@pytest.mark.parametrize("row", CORPUS["addresses"])
def test_lists_show_the_street_office_at_most(row: dict[str, str]) -> None:
    assert mask_address(row["value"]) == row["masked"]


@pytest.mark.parametrize(("name", "sex", "said"), [("欧阳小明", "1", "欧阳 (Mr)"), ("张明", "2", "张 (Ms)"), ("张小明", "9", "张*明")])
def test_a_message_says_the_family_name_only(name: str, sex: str, said: str) -> None:
    assert name_for_message(name, sex) == said
