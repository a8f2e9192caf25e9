"""The fields of one half-day, read against the hospital they belong to: its service, doctor, and the limit of its release."""

from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from clinics import policy
from clinics.models import HalfDay, Institution, Practitioner, Service, ServiceKind, SlotClass
from clinics.offers.ranks import fits
from clinics.parameters import GENERAL_WITHOUT_CAP
from vault.refusal import invalid

MOST_PLACES = 500
BY_RULE, LIMITED, UNLIMITED = "", "limited", "unlimited"


def service_held_at(institution: Institution, public_id: UUID | None) -> Service:
    """A service of this hospital, each of which is held in sessions. Refuses with `invalid_input`."""
    found = Service.objects.select_related("institution", "department").filter(institution=institution, public_id=public_id).first()
    if found is None:
        raise invalid("service", _("Choose one of the services of this hospital."))
    return found


def half_day_named(given: str) -> str:
    """Morning or afternoon. Refuses with `invalid_input`."""
    if given not in HalfDay.values:
        raise invalid("half_day", _("Choose morning or afternoon."))
    return given


def doctor_for(service: Service, public_id: UUID | None) -> Practitioner | None:
    """A doctor of the hospital whose title fits the service, or nobody in particular. Refuses with `invalid_input`."""
    if public_id is None:
        return None
    found = Practitioner.objects.filter(public_id=public_id, institution=service.institution_id, left_on=None).first()
    if found is None:
        raise invalid("practitioner", _("Choose one of the doctors of this hospital."))
    if not fits(found, service):
        raise invalid("practitioner", _("The doctor's title is lower than the one this service is offered with."))
    return found


def without_limit(service: Service, given: str, today: date) -> bool:
    """Without a limit in the ordinary release: general clinics only, by the regulation unless the hospital says otherwise (R004)."""
    if given not in (BY_RULE, LIMITED, UNLIMITED):
        raise invalid("release", _("Choose limited or unlimited."))
    general = service.slot_class == SlotClass.GENERAL and service.kind == ServiceKind.CLINIC
    if given == UNLIMITED and not general:
        raise invalid("release", _("Only general clinics are without a limit."))
    if given == BY_RULE and general:
        return bool(policy.value(GENERAL_WITHOUT_CAP, at=today, institution=service.institution, department=service.department))
    return given == UNLIMITED
