"""Who asks for a place in the resident's stead: name, relation and phone, and for how many residents at a time (R105)."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models.functions import Now, TruncDate
from django.utils.translation import gettext_lazy as _

from clinics import policy
from permissions.identity.names import clean_name
from permissions.identity.phones import clean_contact
from referral import parameters
from referral.cases.models import Referral
from referral.patients.models import Patient
from referral.patients.waiting import mobile_key, wait_for
from vault.crypto import keyed_hash, keyed_hashes
from vault.faults import Faults
from vault.refusal import Refusal, Violation, invalid
from vault.transactions import requires_transaction

LONGEST_RELATION: Final = 20
AHEAD: Final = ("draft", "on_standby", "submitted", "booked", "accepted", "info_requested")


@dataclass(frozen=True, slots=True)
class Booker:
    """Whoever asks instead of the resident, as typed; all empty when the resident asks herself."""

    name: str = ""
    relation: str = ""
    phone: str = ""

    @property
    def is_somebody(self) -> bool:
        """Whether anything was typed about one."""
        return bool(self.name.strip() or self.relation.strip() or self.phone.strip())


NOBODY: Final = Booker()


def booker_columns(booker: Booker) -> dict[str, str]:
    """What the referral keeps. Refuses with `invalid_input`: who books for another gives name, relation and contact (R105)."""
    if not booker.is_somebody:
        return dict.fromkeys(("booker_name", "booker_relation", "booker_phone", "booker_phone_hash", "booker_phone_tail"), "")
    faults = Faults()
    name = faults.of(clean_name, booker.name, "booker.name")
    relation = faults.of(_relation, booker.relation)
    phone = faults.of(_phone, booker.phone)
    faults.tell()
    assert name
    assert relation
    assert phone
    return {
        "booker_name": name, "booker_relation": relation, "booker_phone": phone,
        "booker_phone_hash": keyed_hash(phone, "phone"), "booker_phone_tail": phone[-4:],
    }  # fmt: skip


def wait_for_booker(columns: dict[str, str]) -> None:
    """Step: referrals that name the same phone wait for each other; taken before any row is locked."""
    requires_transaction()
    wait_for([mobile_key(columns["booker_phone"])])


def refuse_crowded_booker(columns: dict[str, str], patient: Patient) -> None:
    """One phone asks for so many residents at a time, in the spirit of R011. Refuses with `limit_reached`; the caller waited for it."""
    phone = columns["booker_phone"]
    if not phone:
        return
    held = Patient.objects.annotate(today=TruncDate(Now())).select_related("district").get(pk=patient.pk)
    limit = int(policy.value(parameters.BOOKER_RESIDENTS, at=held.today, district=held.district))
    ahead = Referral.objects.filter(booker_phone_hash__in=keyed_hashes(phone, "phone"), status__in=AHEAD)
    count = ahead.exclude(patient=patient).values("patient").distinct().count()
    if count >= limit:
        raise _crowded(count, limit)


def _crowded(count: int, limit: int) -> Refusal:
    sentence = _("This phone already asks for %(count)s residents at present; at most %(limit)s are allowed.")
    told = sentence % {"count": count, "limit": limit}
    violation = Violation(
        "limit_reached", told, field="booker.phone", rule="R105", count=count, limit=limit,
        remedy=_("Wait until one of those visits is over, or let the resident ask herself."),
        quote=parameters.BOOKER_RESIDENTS.quote, source=parameters.BOOKER_RESIDENTS.source, article=parameters.BOOKER_RESIDENTS.article,
    )  # fmt: skip
    return Refusal("limit_reached", told, (violation,))


def _relation(raw: str) -> str:
    words = raw.strip()
    if not words:
        raise invalid("booker.relation", _("Say how the booker is related to the resident."))
    if len(words) > LONGEST_RELATION:
        limits = {"limit": LONGEST_RELATION, "count": len(words)}
        raise invalid("booker.relation", _("At most %(limit)d characters; now %(count)d.") % limits)
    return words


def _phone(raw: str) -> str:
    if not raw.strip():
        raise invalid("booker.phone", _("Enter the booker's phone."))
    return clean_contact(raw, "booker.phone")


def booker_of(referral: Referral) -> dict[str, Any] | None:
    """The booker as the referring unit reads her, her phone by its last four; None when the resident asked herself."""
    if not referral.booker_name:
        return None
    return {"name": referral.booker_name, "relation": referral.booker_relation, "phone_tail": referral.booker_phone_tail}
