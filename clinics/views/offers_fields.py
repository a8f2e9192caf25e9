"""What the form of a service draws: the fields of its kind in two columns, with what was typed or what is registered."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from clinics.models import FactOf, Institution, Service, ServiceKind, SlotClass
from clinics.models.post import Title
from clinics.offers.fields import LABELS, LONGEST, SEVERAL_LINES, fields_of, is_required
from clinics.offers.queries import departments_of_place, doctors_of_place
from clinics.offers.reading import ITEM_FORM, items_as_text
from clinics.offers.wishes import offer_of
from clinics.register.facts import fact_fields, labels_for
from clinics.views import typed
from vault.refusal import Refusal

LEFT = frozenset({"department", "slot_class", "title", "disease", "name", "code", "fee", "places_per_day", "active_from", "active_to"})


def form_of(place: Institution, kind: str, service: Service | None, refusal: Refusal | None, said: Mapping[str, Any]) -> dict[str, Any]:
    """Everything the form asks for; after a stale save, what stands now beside each field that differs."""
    shown = typed.errors_in(refusal)
    held = held_of(service)
    if service and refusal is not None and refusal.code == "stale_state":
        shown["errors"] = stands_now(kind, held, said)
    values = {name: said.get(name, held.get(name, "")) for name in LABELS}
    departments = [(str(room.public_id), room.name) for room in departments_of_place(place)]
    names = [name for name in fields_of(kind) if name != "team"]
    labels = labels_for(FactOf.SERVICE, place.district_id)
    drawn = [_field(kind, name, values, shown["errors"], departments) for name in names]
    return {
        "place": place,
        "one": service,
        "kind": kind,
        "kind_word": ServiceKind(kind).label,
        "kinds": [(value, label, value == kind) for value, label in ServiceKind.choices],
        "labels": LABELS,
        "columns": [[one for one in drawn if one["name"] in LEFT], [one for one in drawn if one["name"] not in LEFT]],
        "has_team": "team" in fields_of(kind),
        "team": team_boxes(place, service, said) if "team" in fields_of(kind) else [],
        "facts": fact_fields(labels, service.facts if service else {}, said, shown["errors"]),
        "has_departments": bool(departments),
        **shown,
    }


def held_of(service: Service | None) -> dict[str, str]:
    """What is registered, as the fields of the form hold it."""
    if service is None:
        return {}
    offer = offer_of(service)
    plain = {name: "" if getattr(offer, name) is None else str(getattr(offer, name)) for name in LABELS if name != "team"}
    return plain | {"items": items_as_text(offer.items)}


def stands_now(kind: str, held: Mapping[str, str], said: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody else wrote meanwhile, beside each field where this reader has something else in hers."""
    coded: dict[str, dict[str, Any]] = {"slot_class": dict(SlotClass.choices), "title": dict(Title.choices)}
    names = [name for name in fields_of(kind) if name in held and name in said and held[name] != str(said[name]).replace("\r\n", "\n")]
    words = {name: str(coded.get(name, {}).get(held[name], held[name])) for name in names if name != "department"}
    return {name: _("It now says: %(value)s") % {"value": value or _("nothing")} for name, value in words.items()}


def team_boxes(place: Institution, service: Service | None, said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One box a doctor of the hospital; who left stays only in a team she is in."""
    team = list(service.team.select_related("department")) if service else []
    posted = said.getlist("team") if said and hasattr(said, "getlist") else None
    ticked = {str(one.public_id) for one in team} if posted is None else set(posted)
    doctors = {one.pk: one for one in (*doctors_of_place(place), *team)}
    return [
        {
            "id": str(one.public_id),
            "label": f"{one.name} {one.get_title_display()} {one.department.name}",
            "on": str(one.public_id) in ticked,
        }
        for one in doctors.values()
    ]


def _field(kind: str, name: str, values: Mapping[str, Any], errors: Mapping[str, Any], departments: typed.Options) -> dict[str, Any]:
    choose = ("", _("please choose"))
    options = {"department": [choose, *departments], "slot_class": [choose, *SlotClass.choices], "title": [choose, *Title.choices]}
    days = ("active_from", "active_to")
    return {
        "name": name, "label": LABELS[name], "value": values[name] or "", "error": errors.get(name, ""), "hint": _hint(name),
        "required": is_required(kind, name) and name != "title", "rows": 4 if name in SEVERAL_LINES else 0,
        "options": options.get(name), "limit": LONGEST.get(name, 0) if name in SEVERAL_LINES else 0,
        "type": "date" if name in days else "text", "inputmode": {"fee": "decimal", "places_per_day": "numeric"}.get(name, ""),
    }  # fmt: skip


def _hint(name: str) -> str:
    hints = {
        "title": _("An expert clinic has the title of its class."),
        "disease": _("Only of a single-disease clinic."),
        "fee": _("With at most two decimals."),
        "items": str(ITEM_FORM),
        "preparation": _("What the patient does before, such as fasting; the referring doctor reads it when booking."),
        "active_from": _("Empty: from now on."),
        "active_to": _("Empty: without an end. On this day it is no longer offered."),
    }
    return hints.get(name, "")
