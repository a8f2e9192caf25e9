"""What somebody wants a service to be, judged against the hospital it belongs to; nothing is written here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clinics.keeping import department_within
from clinics.models import Department, FactOf, Institution, Practitioner, Service
from clinics.offers.fields import FIELDS
from clinics.offers.reading import ENTERED, Item, Offer, items_as_text, judged
from clinics.register.facts import cleaned_facts, labels_for, with_facts
from vault.faults import Faults
from vault.refusal import invalid

PARTS = ("department", "items", "team")  # what stands in other tables


@dataclass(frozen=True, slots=True)
class Wish:
    """A service as it shall be, with the rows it points at; without them when something was wrong."""

    offer: Offer
    department: Department | None
    team: tuple[Practitioner, ...]
    facts: dict[str, str]

    @property
    def columns(self) -> dict[str, Any]:
        """The service's own columns."""
        return {"kind": self.offer.kind} | {name: getattr(self.offer, name) for name in ENTERED if name not in PARTS}


def offer_of(service: Service) -> Offer:
    """What is registered now, in the form in which it is corrected."""
    held = {name: getattr(service, name) for name in ENTERED if name not in PARTS}
    items = tuple(Item(one.name, one.code, one.fee) for one in service.items.all())
    team = tuple(one.public_id for one in sorted(service.team.all(), key=lambda one: (one.name, one.pk)))
    return Offer(service.kind, department=service.department.public_id, items=items, team=team, facts=dict(service.facts), **held)


def wish_of(institution: Institution, given: Offer, faults: Faults, *, own: Service | None = None) -> Wish:
    """The service this asks for at a hospital; every fault goes into `faults`. Facts that are not given stay."""
    cleaned = judged(given, faults)
    department = department_within(institution, given.department, faults)
    team = _team(institution, given.team, own, faults)
    said = cleaned_facts(given.facts, labels_for(FactOf.SERVICE, institution.district_id), faults)
    if department is not None and cleaned.name and not {"kind", "slot_class"} & {one.field for one in faults.violations}:
        _check_once(institution, department, cleaned, own, faults)
    return Wish(cleaned, department, team, with_facts(own.facts if own else {}, said))


def differences(service: Service, wish: Wish) -> dict[str, tuple[str, str]]:
    """Field → before, after, as text a person reads: departments and doctors by name."""
    before, after = as_text(offer_of(service)), as_text(wish.offer)
    before |= {"department": service.department.name, "team": _names(service.team.all())}
    after |= {"department": wish.department.name if wish.department else "", "team": _names(wish.team)}
    return {name: (before[name], after[name]) for name in FIELDS if before[name] != after[name]}


def as_text(offer: Offer) -> dict[str, str]:
    """Every field as text."""
    plain = {name: "" if getattr(offer, name) is None else str(getattr(offer, name)) for name in FIELDS}
    return plain | {"items": items_as_text(offer.items, "; "), "team": ""}


def _names(team: Any) -> str:
    return ", ".join(sorted(one.name for one in team))


def _team(institution: Institution, public_ids: tuple[UUID, ...], own: Service | None, faults: Faults) -> tuple[Practitioner, ...]:
    """Doctors of the hospital who work there; one who left stays in a team she was in."""
    if not public_ids:
        return ()
    found = Practitioner.objects.filter(public_id__in=public_ids, institution=institution).order_by("name", "pk")
    stays = set(own.team.values_list("pk", flat=True)) if own else set()
    team = tuple(one for one in found if one.left_on is None or one.pk in stays)
    if len(team) != len(set(public_ids)):
        faults.add(invalid("team", _("Choose doctors who work at this hospital.")))
    return team


def _check_once(institution: Institution, department: Department, offer: Offer, own: Service | None, faults: Faults) -> None:
    """One name in a department and kind, one code in a hospital and kind."""
    others = Service.objects.filter(institution=institution, kind=offer.kind).exclude(pk=own.pk if own else None)
    same: Mapping[str, Any] = {"department": department, "slot_class": offer.slot_class, "name": offer.name}
    if others.filter(**same).exists():
        remedy = _("Look for it in the list; correct it there.")
        faults.add(invalid("name", _("This department offers a service of this name already."), remedy=remedy))
    if offer.code and others.filter(code=offer.code).exists():
        faults.add(invalid("code", _("Another service of this kind has this code.")))
