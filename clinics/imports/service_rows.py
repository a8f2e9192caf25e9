"""What one row of a list of services asks for: a service entered or corrected, with some of its items; nothing is written here."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Max, Min, Q
from django.utils.translation import gettext_lazy as _

from clinics.imports.header import folded
from clinics.imports.kept import Kept, day_of, kept_by
from clinics.imports.kinds import Fault, Outcome, Row
from clinics.imports.words import RowFaults, choice, choices_in_words
from clinics.models import Department, Institution, Practitioner, Service, ServiceKind, SlotClass
from clinics.models.post import Title
from clinics.offers.reading import Item, Offer, clean_fee, clean_places, items_in, judged
from clinics.offers.wishes import offer_of
from permissions.acting import Acting
from vault.faults import Faults

TEXTS = ("code", "disease", "introduction", "indications", "preparation", "eligibility", "notes")
READ = {"fee": clean_fee, "places_per_day": clean_places, "items": items_in}
CHOICES = {"kind": ServiceKind.choices, "slot_class": SlotClass.choices, "title": Title.choices}
Key = tuple[int, int, str, str, str]  # hospital, department, kind, class, name


@dataclass(slots=True)
class Known:
    """One service as it is, or as an earlier row will make it; `row` is the row of this file that spoke of it first."""

    offer: Offer
    service: Service | None
    row: int = 0


@dataclass(slots=True)
class House:
    """What is known of one hospital: services, doctors by staff number, and the planned days of each service."""

    services: dict[Key, Known]
    doctors: dict[str, Practitioner]
    planned: dict[int, tuple[bool, date | None, date | None]]


@dataclass(slots=True)
class Catalogue:
    """What a whole list shares; hospitals are read when a row first names them."""

    kept: Kept
    words: dict[str, dict[str, str]]
    today: date
    houses: dict[int, House] = field(default_factory=dict)

    def house(self, place: Institution) -> House:
        if place.pk not in self.houses:
            self.houses[place.pk] = _house(place, self.today)
        return self.houses[place.pk]


@dataclass(frozen=True, slots=True)
class Entry:
    """One row that has no fault."""

    institution: Institution
    department: Department
    known: Known | None
    after: Offer
    key: Key
    team: tuple[Practitioner, ...]

    @property
    def outcome(self) -> Outcome:
        if self.known is None:
            return Outcome.CREATE
        return Outcome.UNCHANGED if self.after == self.known.offer else Outcome.UPDATE


def catalogue_of(by: Acting, today: date) -> Catalogue:
    return Catalogue(kept_by(by), {name: choices_in_words(pairs) for name, pairs in CHOICES.items()}, today)


def entry_of(row: Row, catalogue: Catalogue) -> tuple[Entry | None, tuple[Fault, ...]]:
    """The row as an entry, or its faults. `noted` makes an entry part of the catalogue for the rows after it."""
    faults = RowFaults(row.values)
    place = catalogue.kept.place(row.values["institution"], faults)
    department = catalogue.kept.department(row.values["department"], place, faults)
    coded = {name: choice(row.values[name], catalogue.words[name], pairs, name, faults) for name, pairs in CHOICES.items()}
    if faults or place is None or department is None or not coded["kind"] or not row.values["name"]:
        return None, tuple(faults.found)
    house = catalogue.house(place)
    key = (place.pk, department.pk, coded["kind"], coded["slot_class"] or SlotClass.GENERAL, folded(row.values["name"]))
    known = house.services.get(key)
    after = _after(row, known, department, coded, house, faults)
    _check_code(after, key, house, faults)
    if known is not None and known.service is not None:
        _check_published(known.offer, after, house.planned.get(known.service.pk), faults)
    if faults:
        return None, tuple(faults.found)
    team = tuple(one for one in house.doctors.values() if one.public_id in after.team)
    return Entry(place, department, known, after, key, team), ()


def noted(entry: Entry, row: Row, catalogue: Catalogue, service: Service | None = None) -> None:
    """The service is known to the rows after this one."""
    held = service or (entry.known.service if entry.known else None)
    first = (entry.known.row if entry.known else 0) or row.number
    catalogue.house(entry.institution).services[entry.key] = Known(entry.after, held, first)


def _house(place: Institution, today: date) -> House:
    found = Service.objects.filter(institution=place).select_related("institution", "department").prefetch_related("items", "team")
    services = {key_of(one): Known(offer_of(one), one) for one in found}
    doctors = {one.staff_number: one for one in Practitioner.objects.filter(institution=place)}
    ahead = Q(sessions__status="planned", sessions__date__gte=today)
    days = Service.objects.filter(institution=place, sessions__isnull=False).annotate(
        first=Min("sessions__date", filter=ahead), last=Max("sessions__date", filter=ahead)
    )
    return House(services, doctors, {one.pk: (True, one.first, one.last) for one in days})


def key_of(service: Service) -> Key:
    return service.institution_id, service.department_id, service.kind, service.slot_class, folded(service.name)


def _after(row: Row, known: Known | None, department: Department, coded: dict[str, str], house: House, faults: RowFaults) -> Offer:
    """The service as this row wants it: empty cells say nothing, items of the row join those there are."""
    said: dict[str, Any] = {name: row.values[name] for name in TEXTS if row.values[name]}
    said |= {name: coded[name] for name in ("slot_class", "title") if coded[name]}
    read: dict[str, Any] = {name: faults.of(name, reader) for name, reader in READ.items() if row.values[name]}
    said |= {name: value for name, value in read.items() if name != "items" and value is not None}
    said |= {name: day for name in ("active_from", "active_to") if (day := day_of(name, faults)) is not None}
    before = known.offer if known else Offer(coded["kind"], department.public_id, name=row.values["name"])
    if row.values["team"]:
        said["team"] = _team(row.values["team"], house, faults)
    asked = replace(before, **said, items=_joined(before.items, read.get("items") or ()))
    if asked == before:
        return before
    found = Faults()
    cleaned = judged(asked, found)
    for violation in found.violations:
        faults.add(violation.field, violation.message, violation.remedy or _("Compare it with the hints of the template."))
    return cleaned


def _joined(held: Sequence[Item], said: Sequence[Item]) -> tuple[Item, ...]:
    """Items by name: those said again are replaced where they stand, new ones follow."""
    items = {item.name: item for item in held} | {item.name: item for item in said}
    return tuple(items.values())


def _team(text: str, house: House, faults: RowFaults) -> tuple[Any, ...]:
    """Doctors by staff number, between semicolons or commas."""
    numbers = [part.strip() for part in text.replace("；", ";").replace("，", ";").replace(",", ";").replace("、", ";").split(";")]
    unknown = [number for number in numbers if number and number not in house.doctors]
    if unknown:
        remedy = _("Write the staff numbers of doctors registered at this hospital.")
        faults.add("team", _("Nobody at this hospital has the number %(number)s.") % {"number": unknown[0][:20]}, remedy)
    team = [house.doctors[number] for number in dict.fromkeys(numbers) if number in house.doctors]
    return tuple(one.public_id for one in sorted(team, key=lambda one: (one.name, one.pk)))


def _check_code(after: Offer, key: Key, house: House, faults: RowFaults) -> None:
    same = (other for other, known in house.services.items() if other != key and other[2] == key[2] and known.offer.code == after.code)
    if after.code and next(same, None) is not None:
        faults.add("code", _("Another service of this kind has this code."), _("Compare it with the other rows."))


def _check_published(before: Offer, after: Offer, planned: tuple[bool, date | None, date | None] | None, faults: RowFaults) -> None:
    """What is published stays within the days and the title it was published under (R073)."""
    if planned is None:
        return
    _any, first, last = planned
    if before.title != after.title:
        faults.add("title", _("Places were published under this; it no longer changes."), _("End this service and enter a new one."))
    outside = {
        "active_from": after.active_from and first and first < after.active_from,
        "active_to": after.active_to and last and last >= after.active_to,
    }
    for name, is_outside in outside.items():
        if is_outside and getattr(before, name) != getattr(after, name):
            faults.add(name, _("Published half-days lie outside."), _("Stop them first, or choose another day."))
