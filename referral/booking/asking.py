"""A doctor asks a hospital for a bed or day surgery before she books a day of it, and takes that back (R072, R094, R095, R149)."""

from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.models import Service
from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking import rules, sentences
from referral.booking.alternatives import asked_elsewhere, with_alternatives
from referral.booking.book import not_found, required_right
from referral.booking.cancel import stale as changed
from referral.booking.expected import today
from referral.booking.read import Judged, booking_facts
from referral.booking.where_to_sign import with_place_to_sign
from referral.booking.write import stale
from referral.cases.amend import hold_right
from referral.cases.models import Referral
from referral.cases.place_requests import take_back, those_who_answer, waits_for_a_day
from referral.cases.queries import referrals_of
from referral.cases.submission_models import LONGEST_NOTE, PlaceRequest
from referral.inbox.tell import tell
from reserved_pools.models import PoolSlot
from vault.audit import record
from vault.faults import Faults
from vault.refusal import Refusal, invalid
from vault.states import advance, created
from vault.transactions import requires_transaction

GIVEN_BACK: Final = "acceptance_given_back"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for, by the service's public id, and a line for the hospital."""

    service: UUID
    note: str = ""


def submit(referral_id: UUID, wish: Wish, *, expected_version: int, by: Acting) -> PlaceRequest:
    """Use case: promise that the hospital finds one request for this referral on its list: draft → submitted.

    Judged by `rules.RULES_OF_ASKING`, as a booking is but for days and places, today and not when something was asked before. What
    was accepted before is given back, and its hospital told. Locks the acting right, the patient, the referral. Refuses with
    `right_not_in_force`, `invalid_input` (service and note at once), `not_found`, `stale_state`, and every broken rule at once; where
    another hospital could be asked, `current["alternatives"]` names what of, and `current["pool_slot"]` the day it was judged by,
    about which an exception is asked for.
    """
    required_right(by)
    service, note = _checked(wish)
    judged: Judged | None = None
    try:
        with transaction.atomic(durable=True):
            day = _one_day_of(service)
            judged = booking_facts(referral_id, day, "", by)
            _judge(judged, expected_version)
            return _asked(referral_id, service, note, expected_version, by)
    except Refusal as refusal:
        if judged is not None and refusal.violations:
            refusal.current["pool_slot"] = day
        raise with_place_to_sign(with_alternatives(refusal, judged, by, find=asked_elsewhere), judged, by) from refusal


def withdraw(referral_id: UUID, *, expected_version: int, by: Acting) -> Referral:
    """Use case: promise that the referral is a draft again and the hospital's list without it, whether or not it had accepted.

    An acceptance that is booked is not taken back: the booking is cancelled. Locks the acting right, then the referral. Refuses with
    `not_allowed`, `right_not_in_force`, `not_found`, `stale_state`.
    """
    if by.post is None or not by.can(Capability.WRITE_REFERRAL):
        raise Refusal("not_allowed", _("Your role does not include this."))
    with transaction.atomic(durable=True):
        hold_right(by)
        referral = _locked(referral_id, by)
        if referral.version != expected_version or not (referral.status == "submitted" or waits_for_a_day(referral)):
            raise changed(referral)
        advance(referral, "draft", by=by.actor, reason=GIVEN_BACK if referral.status == "accepted" else "")
        take_back(referral, by=by.actor)
        record("referral.withdraw", "referral", referral.public_id, by=by.actor)
    return referral


def _checked(wish: Wish) -> tuple[Service, str]:
    """The service and the line for the hospital. Refuses with `invalid_input`, both faults at once."""
    faults = Faults()
    service, note = faults.of(_service, wish.service), faults.of(_note, wish.note)
    faults.tell()
    assert service is not None
    assert note is not None
    return service, note


def _service(public_id: UUID) -> Service:
    found = Service.objects.select_related("institution", "department").filter(public_id=public_id).first()
    if found is None or not found.is_asked_first:
        raise invalid(
            "service",
            _("Choose a bed or day surgery of a hospital."),
            remedy=_("Clinics and examinations are booked at once; no hospital has to be asked."),
        )
    return found


def _note(text: str) -> str:
    said = text.strip()
    if len(said) > LONGEST_NOTE:
        raise invalid("note", _("Write at most 200 characters."))
    return said


def _one_day_of(service: Service) -> UUID:
    """A day of the service that lies ahead, through which the facts are read; which day it will be is chosen after the answer."""
    ahead = PoolSlot.objects.referral().filter(service=service, visit_date__gt=today(), slot__session__status="planned")
    found: UUID | None = ahead.order_by("visit_date", "pk").values_list("public_id", flat=True).first()
    if found is None:
        raise invalid(
            "service",
            _("The hospital has published no day of this for referrals at present."),
            remedy=_("Choose another hospital, or ask its referral coordinator."),
        )
    return found


def _judge(judged: Judged | None, expected_version: int) -> None:
    """Step: right first, then whether she may know of the referral, then its state, then every rule."""
    if judged is None:
        raise not_found()
    without_right = rules.right_must_be_in_force(judged.facts)
    if without_right:
        raise sentences.refusal_of((without_right,))
    row = judged.row
    if not row.referral_at_own_unit:
        raise not_found()
    if (row.referral_status, row.referral_version) != ("draft", expected_version):
        raise stale(judged)
    violations = rules.broken_rules(replace(judged.facts, accepted_until=None), rules.RULES_OF_ASKING)
    if violations:
        raise sentences.refusal_of(violations)


def _asked(referral_id: UUID, service: Service, note: str, expected_version: int, by: Acting) -> PlaceRequest:
    """Step: the request itself; right and patient are locked."""
    requires_transaction()
    referral = _locked(referral_id, by)
    advance(referral, "submitted", by=by.actor, expected_version=expected_version)
    take_back(referral, by=by.actor)
    made = PlaceRequest.objects.create(referral=referral, service=service, note=note, asked_by=by.post)
    created(made, by=by.actor)
    tell(those_who_answer(service), "place_asked", about=made.public_id, version=made.version, by=by.actor)
    record("referral.submit", "referral", referral.public_id, by=by.actor, details={"service": str(service.public_id)})
    return made


def _locked(referral_id: UUID, by: Acting) -> Referral:
    visible: Any = referrals_of(by).filter(public_id=referral_id).values("pk").order_by()
    rows = Referral.objects.select_for_update(of=("self",), no_key=True).select_related("patient", "institution", "owner")
    referral = rows.filter(pk__in=visible).first()
    if referral is None:
        raise not_found()
    return referral
