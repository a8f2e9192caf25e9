"""What is entered of a service, read and judged field by field; pure, every fault at once (R072, R092-R095, R100)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clinics.models.offer import ServiceKind, SlotClass
from clinics.models.post import Title
from clinics.offers.fields import (
    FIELDS,
    LONGEST,
    MOST_IN_TEAM,
    MOST_ITEMS,
    MOST_PLACES,
    SEVERAL_LINES,
    TITLE_OF_CLASS,
    Has,
    has,
)
from permissions.identity.folding import fold_width
from permissions.printable import unprintable_in
from vault.faults import Faults
from vault.refusal import Sentence, invalid

FEE = re.compile(r"\A[0-9]{1,7}(?:\.[0-9]{1,2})?\Z")
BETWEEN_ITEMS = re.compile(r"[;；\n]")
IN_ITEM = re.compile(r"[:：]")
LONGEST_ITEM = 100
ITEM_FORM: Final = _("One item a line or between semicolons: name : code : fee; code and fee may stay empty.")
PLEASE = _("Please enter this.")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a package."""

    name: str
    code: str = ""
    fee: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Every field of a service as entered; department and team by public id, fees in yuan."""

    kind: str
    department: UUID | None = None
    slot_class: str = ""
    title: str = ""
    disease: str = ""
    name: str = ""
    code: str = ""
    fee: Decimal | None = None
    items: tuple[Item, ...] = ()
    introduction: str = ""
    indications: str = ""
    preparation: str = ""
    eligibility: str = ""
    team: tuple[UUID, ...] = ()
    notes: str = ""
    places_per_day: int | None = None
    active_from: date | None = None
    active_to: date | None = None
    facts: dict[str, Any] = field(default_factory=dict)


ENTERED: Final = tuple(one.name for one in fields(Offer) if one.name not in ("kind", "facts"))


def judged(given: Offer, faults: Faults) -> Offer:
    """The fields as they are stored; whatever is wrong is added to `faults`, each with its field and remedy.

    A field of another kind is refused, not dropped. An expert's class brings its title.
    """
    if given.kind not in ServiceKind.values:
        faults.add(invalid("kind", _("Choose one of the kinds.")))
        return given
    texts: dict[str, Any] = {name: faults.of(_text, given, name) or "" for name in LONGEST}
    cleaned = replace(given, **texts, title=given.title or _title_of(given.slot_class))
    for name in FIELDS:
        faults.of(_belongs, cleaned, name)
    for check in (_slot_class, _title, _disease, _amounts, _dates):
        faults.of(check, cleaned)
    return cleaned if cleaned.slot_class else replace(cleaned, slot_class=SlotClass.GENERAL)


def clean_fee(text: str, name: str = "fee") -> Decimal | None:
    """A fee in yuan with at most two decimals, None for nothing. Refuses with `invalid_input`."""
    plain = fold_width(text).strip().removeprefix("¥").removeprefix("￥").removesuffix("元").strip()
    if not plain:
        return None
    if not FEE.match(plain):
        raise invalid(name, _("This is no fee in yuan."), remedy=_("Write digits with at most two decimals, like 120 or 85.50."))
    return Decimal(plain).quantize(Decimal("0.01"))


def items_in(text: str, name: str = "items") -> tuple[Item, ...]:
    """The items of a package as a form or a list writes them: name : code : fee, one a line or between semicolons."""
    lines = [line.strip() for line in BETWEEN_ITEMS.split(text)]
    return clean_items([_item(line, name) for line in lines if line], name)


def clean_items(items: Sequence[Item], name: str = "items") -> tuple[Item, ...]:
    """The same items, each with a name that fits. Refuses with `invalid_input`."""
    if len(items) > MOST_ITEMS:
        raise invalid(name, _("At most %(limit)d items; now %(count)d.") % {"limit": MOST_ITEMS, "count": len(items)})
    for item in items:
        if not item.name or len(item.name) > LONGEST_ITEM or len(item.code) > LONGEST["code"]:
            raise invalid(name, _("Each item has a name of at most 100 characters and a code of at most 30."), remedy=ITEM_FORM)
        if unprintable_in(item.name + item.code, lines=False):
            raise invalid(name, _("This holds a character that cannot be stored or shown."))
    return tuple(items)


def items_as_text(items: Sequence[Item], between: str = "\n") -> str:
    """What `items_in` reads."""
    return between.join(_item_as_text(one) for one in items)


def clean_places(text: str, name: str = "places_per_day") -> int | None:
    """A whole number, None for nothing. Refuses with `invalid_input`."""
    plain = fold_width(text).strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 6):
        raise invalid(name, _("Enter a whole number."), remedy=_("Like 12."))
    return int(plain)


def _item(line: str, name: str) -> Item:
    parts = [part.strip() for part in IN_ITEM.split(line)]
    if len(parts) > 3:
        raise invalid(name, _("An item has at most a name, a code and a fee: %(line)s") % {"line": line[:LONGEST_ITEM]}, remedy=ITEM_FORM)
    title, code, fee = (*parts, "", "")[:3]
    return Item(title, fold_width(code), clean_fee(fee, name))


def _item_as_text(item: Item) -> str:
    if item.fee is not None:
        return f"{item.name}:{item.code}:{item.fee}"
    return f"{item.name}:{item.code}" if item.code else item.name


def _text(given: Offer, name: str) -> str:
    text = str(getattr(given, name)).replace("\r\n", "\n").strip()
    if len(text) > LONGEST[name]:
        raise invalid(name, _("At most %(limit)d characters; now %(count)d.") % {"limit": LONGEST[name], "count": len(text)})
    if unprintable_in(text, lines=name in SEVERAL_LINES):
        raise invalid(name, _("This holds a character that cannot be stored or shown."))
    return text


def _belongs(given: Offer, name: str) -> None:
    """A field this kind does not have stays empty, one it must have does not."""
    value, held = getattr(given, name), has(given.kind, name)
    is_empty = value in ("", None, ())
    if held is Has.NO and not is_empty and not (name == "slot_class" and value == SlotClass.GENERAL):
        words = ServiceKind(given.kind).label
        raise invalid(name, _("A service of the kind “%(kind)s” does not have this.") % {"kind": words}, remedy=_("Leave it empty."))
    if held is Has.MUST and is_empty:
        raise invalid(name, PLEASE)


def _slot_class(given: Offer) -> None:
    if given.slot_class and given.slot_class not in SlotClass.values:
        raise invalid("slot_class", _("Choose one of the classes."))


def _title_of(slot_class: str) -> str:
    return TITLE_OF_CLASS[SlotClass(slot_class)] if slot_class in TITLE_OF_CLASS else ""


def _title(given: Offer) -> None:
    if not given.title:
        return
    if given.title not in Title.values:
        raise invalid("title", _("Choose one of the titles."))
    implied = _title_of(given.slot_class)
    if implied and given.title != implied:
        words: Sentence = Title(implied).label
        raise invalid("title", _("This class is held by a doctor with the title “%(title)s”.") % {"title": words})


def _disease(given: Offer) -> None:
    is_of_disease = given.slot_class == SlotClass.DISEASE
    if is_of_disease and not given.disease:
        raise invalid("disease", _("Name the disease of a single-disease clinic."))
    if given.disease and not is_of_disease and has(given.kind, "disease") is not Has.NO:
        raise invalid("disease", _("Only a single-disease clinic names its disease."), remedy=_("Leave it empty."))


def _amounts(given: Offer) -> None:
    if given.places_per_day is not None and not 1 <= given.places_per_day <= MOST_PLACES:
        raise invalid("places_per_day", _("Between 1 and %(limit)d.") % {"limit": MOST_PLACES})
    if len(given.team) > MOST_IN_TEAM:
        raise invalid("team", _("At most %(limit)d doctors; now %(count)d.") % {"limit": MOST_IN_TEAM, "count": len(given.team)})


def _dates(given: Offer) -> None:
    if given.active_from and given.active_to and given.active_to <= given.active_from:
        raise invalid("active_to", _("A service ends after it begins."))
