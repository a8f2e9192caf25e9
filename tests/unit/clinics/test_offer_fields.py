"""Which fields belong to which kind of service: every cell of the table, and what each kind refuses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from clinics.models.offer import ServiceKind, SlotClass
from clinics.offers.fields import FIELDS, TABLE, Has, fields_of, has
from clinics.offers.reading import Item, Offer, clean_fee, items_as_text, items_in, judged
from vault.faults import Faults
from vault.refusal import Refusal

ID = UUID("01990000-0000-7000-8000-000000000001")
# One letter a field in the order of FIELDS: department, slot_class, title, disease, name, code, fee, items, introduction, indications,
# preparation, eligibility, team, notes, places_per_day, active_from, active_to. ! must, o may, - never.
CELLS = {
    "clinic": "!!!o!oo-o-o--o-oo",
    "exam": "!---!oooooo----oo",
    "lab": "!---!oooooo----oo",
    "ultrasound": "!---!oooooo----oo",
    "ecg": "!---!oooooo----oo",
    "check_up": "!---!!!!ooo----oo",
    "day_surgery": "!---!o!-ooo!ooooo",
    "bed": "!---!!--o----o!oo",
}
SIGNS = {"!": Has.MUST, "o": Has.MAY, "-": Has.NO}
FILLED: dict[str, Any] = {
    "department": ID, "slot_class": "specialty", "title": "attending", "disease": "高血压", "name": "检查", "code": "JC01",
    "fee": Decimal("120.00"), "items": (Item("血常规"),), "introduction": "简介", "indications": "胸痛", "preparation": "空腹",
    "eligibility": "心肺功能正常", "team": (ID,), "notes": "家属陪同", "places_per_day": 3, "active_from": date(2026, 1, 1),
    "active_to": date(2027, 1, 1),
}  # fmt: skip


def right(kind: str) -> Offer:
    """The least a kind has to say."""
    return Offer(kind, **{name: FILLED[name] for name in FIELDS if has(kind, name) is Has.MUST})


def faults_in(offer: Offer) -> set[str]:
    faults = Faults()
    judged(offer, faults)
    return {one.field for one in faults.violations}


def test_the_table_says_what_is_written_here():
    assert {kind: "".join(sign for name in FIELDS for sign, held in SIGNS.items() if held is has(kind, name)) for kind in TABLE} == CELLS


@pytest.mark.parametrize("kind", ServiceKind.values)
def test_each_kind_takes_its_fields_wants_its_own_and_refuses_the_others(kind: str):
    least = right(kind)
    assert faults_in(least) == set()
    for name in FIELDS:
        if name == "disease" and kind == "clinic":
            continue
        empty = {"items": (), "team": ()}.get(name, "" if isinstance(FILLED[name], str) else None)
        assert faults_in(replace(least, **{name: FILLED[name]})) == ({name} if name not in fields_of(kind) else set()), name
        assert faults_in(replace(least, **{name: empty})) == ({name} if has(kind, name) is Has.MUST else set()), name


@pytest.mark.parametrize(
    ("slot_class", "title", "disease", "wrong"),
    [
        ("general", "attending", "", set()), ("general", "", "", {"title"}), ("general", "chief", "", set()),
        ("specialty", "associate_chief", "", set()), ("disease", "attending", "", {"disease"}), ("disease", "chief", "高血压", set()),
        ("general", "attending", "高血压", {"disease"}), ("expert_chief", "", "", set()), ("expert_associate", "", "", set()),
        ("expert_chief", "associate_chief", "", {"title"}), ("expert_associate", "chief", "", {"title"}),
        ("professor", "chief", "", {"slot_class"}), ("general", "professor", "", {"title"}),
    ],
)  # fmt: skip
def test_a_clinic_has_a_class_a_title_and_a_disease_where_it_is_for_one(slot_class: str, title: str, disease: str, wrong: set[str]):
    assert faults_in(replace(right("clinic"), slot_class=slot_class, title=title, disease=disease)) == wrong


def test_an_experts_class_brings_its_title_and_other_kinds_are_of_the_general_class():
    assert judged(replace(right("clinic"), slot_class="expert_chief", title=""), Faults()).title == "chief"
    assert judged(right("bed"), Faults()).slot_class == SlotClass.GENERAL


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"active_from": date(2026, 5, 1), "active_to": date(2026, 5, 1)}, "active_to"), ({"places_per_day": 0}, "places_per_day"),
        ({"places_per_day": 10_000}, "places_per_day"), ({"name": "名" * 61}, "name"), ({"notes": "注" * 501}, "notes"),
        ({"name": "甲\n乙"}, "name"), ({"team": (ID,) * 31}, "team"), ({"kind": "massage"}, "kind"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_at_its_field(change: dict[str, Any], field: str):
    assert faults_in(replace(right("day_surgery"), **change)) == {field}


@pytest.mark.parametrize(
    ("text", "fee"),
    [("120", "120.00"), ("85.5", "85.50"), ("０.0５", "0.05"), ("¥99元", "99.00"), ("0", "0.00"), ("9999999.99", "9999999.99")],
)
def test_a_fee_is_yuan_with_two_decimals(text: str, fee: str):
    assert str(clean_fee(text)) == fee


@pytest.mark.parametrize("text", ["-1", "1.234", "十元", "1e3", "12345678", "1,5", ".5", "NaN"])
def test_what_is_no_fee_is_refused(text: str):
    with pytest.raises(Refusal):
        clean_fee(text)


def test_items_are_read_as_they_are_written():
    written = "血常规:XCG01:20.00\n胸片：：80\n问诊; 心电图:ECG"

    items = items_in(written)

    assert items == (Item("血常规", "XCG01", Decimal("20.00")), Item("胸片", "", Decimal("80.00")), Item("问诊"), Item("心电图", "ECG"))
    assert items_in(items_as_text(items, "; ")) == items


@pytest.mark.parametrize("text", ["血常规:A:B:C", ":A:20", "血常规:A:便宜", "项" * 101, ";".join("甲乙"[n % 2] for n in range(61))])
def test_items_that_cannot_be_are_refused(text: str):
    with pytest.raises(Refusal):
        items_in(text)
