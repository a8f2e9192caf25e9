"""How the histories of doctors and services are told: names of fields, codes as words, numbers masked, acts with their own title."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from clinics.models.offer import ServiceKind, SlotClass
from clinics.models.post import Title
from clinics.offers.fields import LABELS
from clinics.offers.practitioner_reading import LABELS as DOCTOR_LABELS
from clinics.register.history import BEGINS, Words
from permissions.identity.licences import mask_licence
from permissions.identity.phones import mask_phone

CODES: dict[str, dict[str, Any]] = {"title": dict(Title.choices), "slot_class": dict(SlotClass.choices), "kind": dict(ServiceKind.choices)}


def _value(field: str, value: str) -> str:
    return str(CODES.get(field, {}).get(value, value))


def _masked(field: str, value: str) -> str:
    if field == "licence":
        return mask_licence(value)
    return mask_phone(value) if field == "phone" and value else _value(field, value)


def _left(_old: str, new: str) -> tuple[Any, str]:
    return (_("Left the hospital"), new) if new else (_("Works here again"), "")


def _ended(_old: str, new: str) -> tuple[Any, str]:
    return (_("No longer offered from"), new) if new else (_("Offered without an end again"), "")


OF_DOCTORS = Words(
    fields=DOCTOR_LABELS, value=_masked, acts={BEGINS: lambda _old, new: (_("Entered into the register"), new), "left_on": _left}
)
OF_SERVICES = Words(
    fields=LABELS, value=_value, acts={BEGINS: lambda _old, new: (_("Entered into the register"), new), "active_to": _ended}
)
