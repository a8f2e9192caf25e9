"""What changes around the resident of a story: contract, limits, hours, lists; each change is told to the oracle as well."""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from referral.booking.models import Booking
from referral.credit.models import BookingBan, Breach, Restriction
from referral.patients.control_models import ControlledIdentity
from referral.patients.models import Encounter, FamilyDoctorContract, Patient
from tests.cast_referral import today
from tests.integration.referral import rules_oracle as oracle
from tests.integration.referral.rules_stage import Stage, rule_of

HOUR = timedelta(hours=1)
# What changes, and to what; the first value is the harmless one.
CHANGES: dict[str, tuple[Any, ...]] = {
    "contract": ("held", "held", "held", "ended", "elsewhere", "none", "from tomorrow", "three days", "a colleague", "another team"),
    "who_refers": ("contracted_institution", "contracted_team", "contracted_doctor"),
    "counts": ("live_and_missed", "live_and_attended", "live_only"),
    "per_quarter": (None, 3, 4),
    "churn": (None, 0, 1, 2),
    "per_subject": (3, 1, 2),
    "service": ("open", "all day", "all day", "closed"),
    "cutoff": ("open", "open", "closed"),
    "controlled": (False, True, False),
    "restricted": (None, None, 0, 1),
}
OF_DISTRICT = ("who_refers", "counts", "per_quarter", "churn", "per_subject", "service", "cutoff")


class Circumstances:
    """The resident, and everything about her that is not a booking."""

    stage: Stage
    patient: Patient
    events: list[oracle.Event]

    def settles(self) -> None:
        """The districts' values as every story finds them."""
        for name in OF_DISTRICT:
            getattr(self, f"set_{name}")(CHANGES[name][0])

    def changes(self, name: str, value: Any) -> None:
        """One thing holds from now on."""
        getattr(self, f"set_{name}")(value)
        self.events.append(oracle.Set(name, value))

    def set_contract(self, contract: str) -> None:
        made, day = self.stage.world, timedelta(days=1)
        FamilyDoctorContract.objects.filter(patient=self.patient).delete()
        fields: dict[str, dict[str, Any]] = {
            "held": {},
            "ended": {"valid_to": today()},
            "elsewhere": {"institution": made.other_hospital},
            "from tomorrow": {"valid_from": today() + day},
            "three days": {"valid_to": today() + 3 * day},
            "a colleague": {"doctor": made.shen.user},
            "another team": {"care_team": self.stage.other_team, "doctor": made.shen.user},
        }
        if contract in fields:
            made.contract(self.patient, **fields[contract])

    def set_who_refers(self, who: str) -> None:
        self.district("who_refers", who)

    def set_counts(self, how: str) -> None:
        self.district("counted_bookings", how)

    def set_per_quarter(self, limit: int | None) -> None:
        self.district("limit_3_months_binds_referrals", "no" if limit is None else "yes")
        self.district("limit_3_months", str(limit or 5))

    def set_churn(self, limit: int | None) -> None:
        self.district("churn_applies", "no" if limit is None else "yes")
        self.district("churn_changes", str(limit or 0))

    def set_per_subject(self, limit: int) -> None:
        self.district("limit_7_days_department", str(limit))

    def set_service(self, service: str) -> None:
        now = timezone.localtime()
        hours = {"open": (now - HOUR, now + HOUR), "closed": (now + HOUR, now + HOUR * 2)}
        begin, end = hours.get(service, (now, now))
        self.district("service_hours_from", f"{begin:%H:%M}")
        self.district("service_hours_to", f"{end:%H:%M}")

    def set_cutoff(self, cutoff: str) -> None:
        """Booking for tomorrow ends within the hour, or ended not long ago; near midnight at its very edge."""
        now = timezone.localtime()
        edge = now + HOUR if cutoff == "open" else now - HOUR
        if edge.date() != now.date():
            edge = edge.replace(hour=23, minute=59) if cutoff == "open" else edge.replace(hour=0, minute=0)
        self.district("booking_cutoff", f"{edge:%H:%M}")

    def set_controlled(self, controlled: bool) -> None:
        document = self.patient.identifiers.get()
        ControlledIdentity.objects.filter(number_hash=document.number_hash).delete()
        if controlled:
            ControlledIdentity.objects.create(
                district=self.stage.world.district, type=document.type, number_hash=document.number_hash, tail=document.tail,
                reason_code="leaked", evidence="派出所来函", status="in_force", entered_by=self.stage.world.admin,
                approved_by=self.stage.world.zhou.user,
            )  # fmt: skip

    def set_restricted(self, hospital: int | None) -> None:
        Restriction.objects.filter(patient=self.patient).delete()
        if hospital is not None:
            Restriction.objects.create(
                patient=self.patient, institution=self.stage.hospitals[hospital], reason="多次未取号",
                valid_from=timezone.now() - timedelta(days=1), valid_to=timezone.now() + timedelta(days=oracle.RESTRICTED_DAYS),
                set_by=self.stage.world.admin,
            )  # fmt: skip

    def bars_from_booking_by_herself(self) -> None:
        """A list that does not cover referrals (C4): nothing the oracle is told of."""
        BookingBan.objects.create(
            patient=self.patient, district=self.stage.world.district, covers="booking", policy={},
            valid_from=timezone.now() - timedelta(days=1, microseconds=len(self.events)), valid_to=timezone.now() + timedelta(days=30),
        )  # fmt: skip

    def days_pass(self, days: int) -> None:
        """The product's data move by as many days as the story's clock."""
        self.events.append(oracle.Passed(days))
        later = timedelta(days=days)
        for booking in Booking.objects.filter(patient=self.patient).order_by("visit_date"):
            Booking.objects.filter(pk=booking.pk).update(
                visit_date=booking.visit_date - later, starts_at=booking.starts_at - later, ends_at=booking.ends_at - later,
                cancel_until=booking.cancel_until - later,
            )  # fmt: skip
        Breach.objects.filter(patient=self.patient).update(visit_date=F("visit_date") - later, created_at=F("created_at") - later)
        for held in (BookingBan, Restriction):
            held.objects.filter(patient=self.patient).update(valid_from=F("valid_from") - later, valid_to=F("valid_to") - later)
        Encounter.objects.filter(patient=self.patient).update(seen_at=F("seen_at") - later)
        FamilyDoctorContract.objects.filter(patient=self.patient).update(valid_from=F("valid_from") - later, valid_to=F("valid_to") - later)

    def district(self, parameter: str, value: str) -> None:
        rule_of(self.stage.world.district, parameter, value)
