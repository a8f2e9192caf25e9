"""Writes the ledger: a breach recorded or struck, and after each the bans that follow from what stands (R059, R134, R136)."""

from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from permissions.models import District, User
from referral.credit import notices
from referral.credit.ledger import Listing, Missed, fullest_window, listings
from referral.credit.models import STANDING, BookingBan, Breach, BreachKind
from referral.credit.queries import in_force
from referral.credit.standing import terms_of
from referral.credit.terms import SHANGHAI, Terms
from referral.inbox.tell import answering_for, tell
from referral.patients.models import Patient
from referral.patients.queries import contract_on
from vault import audit
from vault.actor import SYSTEM, Actor
from vault.refusal import Refusal
from vault.states import advance, created
from vault.transactions import requires_transaction


def record_breach(booking: Any, *, kind: str, cause: str, by: Actor, recorder: User | None = None, evidence: str = "") -> Breach:
    """Step: one breach of the booking's resident, the word to her and to her doctor, and the ban that may follow.

    The caller holds the resident (`locked_patient`), the referral and the booking. The values are those of the day, in the
    district of the contract on the visit day; they stay with the breach. Refuses with `already_recorded`.
    """
    requires_transaction()
    if Breach.objects.filter(booking_id=booking.pk, status__in=STANDING).exists():
        raise Refusal("already_recorded", _("A missed visit is already recorded for this booking."))
    patient, now = booking.patient, clock()
    district = district_of(patient, booking.visit_date)
    terms = terms_of(district, now.astimezone(SHANGHAI).date())
    breach = Breach.objects.create(
        patient=patient, booking=booking, district=district, institution=booking.institution, visit_date=booking.visit_date,
        kind=kind, cause=cause, evidence=evidence, policy=terms.as_json(), recorded_by=recorder, created_at=now,
    )  # fmt: skip
    created(breach, by=by, reason=cause)
    audit.record("breach.record", "breach", breach.public_id, by=by, reason=cause, details={"kind": kind})
    count = place_in_window(breach)
    listed = settle(patient)
    if kind == BreachKind.EVASION or notices.tell_breach(breach, count, terms.threshold):
        advance(breach, "notified", by=SYSTEM)
    for ban in listed:
        notices.tell_listed(breach, ban)
    tell(answering_for(booking.referral.owner, booking.referral.institution), "breach_recorded", about=breach.public_id)
    return breach


def strike_breach(booking: Any, *, by: Actor, reason: str = "") -> Breach | None:
    """Step: the standing breach of a booking never was; a ban it caused is lifted and the resident told. None without one.

    For the hospital's undo. The caller holds the resident, the referral and the booking. Refuses with `stale_state` when the
    breach was appealed: then the district decides.
    """
    requires_transaction()
    rows = Breach.objects.select_for_update(of=("self",), no_key=True).filter(booking_id=booking.pk, status__in=STANDING)
    breach = rows.exclude(kind="evasion").select_related("patient", "institution", "booking__referral__institution").first()
    if breach is None:
        return None
    if breach.status not in ("recorded", "notified"):
        raise Refusal("stale_state", _("An appeal against this missed visit was filed; the district decides about it."))
    struck(breach, by=by, reason=reason)
    return breach


def struck(breach: Breach, *, by: Actor, reason: str, **fields: Any) -> None:
    """Step: strike a locked breach, count anew and tell the resident, also of a ban that follows from what is left."""
    advance(breach, "struck", by=by, reason=reason, **fields)
    audit.record("breach.strike", "breach", breach.public_id, by=by, reason=reason)
    listed = settle(breach.patient)
    held = in_force(BookingBan.objects.filter(patient=breach.patient)).order_by("-valid_to").first()
    notices.tell_taken_back(breach, held)
    for ban in listed:
        notices.tell_listed(_last_of(ban), ban)


def settle(patient: Patient) -> list[BookingBan]:
    """Step: bring the bans of a locked resident to what follows from her standing breaches; answers those that are new.

    What no longer follows is lifted, and nothing else ever lifts a ban.
    """
    requires_transaction()
    rows = BookingBan.objects.filter(patient=patient, status="in_force").select_for_update(no_key=True).order_by("pk")
    held = {one.valid_from: one for one in rows}
    wanted = {one.valid_from: one for one in listings(standing_breaches(patient.pk))}
    for valid_from, ban in held.items():
        kept = wanted.get(valid_from)
        if kept is None or set(ban.breaches.values_list("pk", flat=True)) != kept.keys:
            advance(ban, "lifted", by=SYSTEM)
            audit.record("ban.lift", "booking_ban", ban.public_id, by=SYSTEM)
        else:
            del wanted[valid_from]
    return [_listed(patient, one) for one in wanted.values()]


def place_in_window(breach: Breach) -> int:
    """Promise which one a breach just recorded is among those that count together with it: in the window of its visit, whatever day
    it is now, without those that a ban used up (C1)."""
    missed = standing_breaches(breach.patient_id)
    one = next(each for each in missed if each.key == breach.pk)
    others = [each for each in missed if each.key != breach.pk]
    used = {key for each in listings(others) for key in each.keys}
    free = [each for each in others if each.key not in used and each.kind != BreachKind.EVASION]
    return len(fullest_window([*free, one], one))


def standing_breaches(patient: int) -> list[Missed]:
    """Every breach of a resident (by key) that stands, as the re-count reads it."""
    rows = Breach.objects.filter(patient_id=patient, status__in=STANDING).order_by("created_at", "pk")
    return [Missed(one.pk, one.visit_date, one.created_at, one.kind, Terms.from_json(one.policy)) for one in rows]


def locked_patient(key: int) -> Patient:
    """Step: the resident whose ledger is about to change; every writer of breaches, bans and bookings waits for this row."""
    requires_transaction()
    return Patient.objects.select_for_update(no_key=True).get(pk=key)


def locked_breach(rows: QuerySet[Breach]) -> Breach:
    """Step: the one breach among these rows, behind its resident's lock. Refuses with `not_found` when there is none."""
    seen = rows.values_list("pk", "patient_id").first()
    if seen is None:
        raise Refusal("not_found", _("There is nothing here that you may see."))
    locked_patient(seen[1])
    related = ("patient", "district", "institution", "booking__referral__institution", "booking__referral__owner", "appeal")
    return Breach.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=seen[0])


def district_of(patient: Patient, day: date) -> District:
    """The district of the contract on a day; without one, where she is registered."""
    contract = contract_on(patient, day)
    found: District = contract.institution.district if contract else patient.district
    return found


def clock() -> datetime:
    """The instant by the database's own clock, after whatever was waited for."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return now  # type: ignore[no-any-return]


def _last_of(ban: BookingBan) -> Breach:
    """The breach that listed her."""
    related = ("patient", "institution", "booking__referral__institution")
    return ban.breaches.select_related(*related).latest("created_at", "pk")


def _listed(patient: Patient, one: Listing) -> BookingBan:
    """The row of a ban, from the listing instant on."""
    breaches = list(Breach.objects.filter(pk__in=one.keys).order_by("created_at", "pk"))
    ban = BookingBan.objects.create(
        patient=patient, district_id=breaches[-1].district_id, valid_from=one.valid_from, valid_to=one.valid_to,
        covers=one.covers, policy=one.terms.as_json(),
    )  # fmt: skip
    ban.breaches.set(breaches)
    created(ban, by=SYSTEM)
    audit.record("ban.list", "booking_ban", ban.public_id, by=SYSTEM, details={"until": one.valid_to.isoformat(), "covers": one.covers})
    return ban
