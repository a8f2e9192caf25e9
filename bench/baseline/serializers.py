"""Everything in a ModelSerializer, as it is usually done: input, rules, locks and writes in one place."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from rest_framework import serializers

from clinics import parameters, policy
from clinics.models import AllianceMember, TargetGrant
from permissions.models import ReferralRight
from referral.booking import codes
from referral.booking.facts import SHANGHAI, day_before_at
from referral.booking.messages import BOOKED, told
from referral.booking.models import COUNTED, Booking
from referral.booking.remind import appointment_of
from referral.cases.models import Referral
from referral.patients.models import FamilyDoctorContract, Patient
from reserved_pools.models import PlaceEvent, PoolSlot
from vault import audit, idempotency
from vault.crypto import keyed_hash
from vault.outbox.put import put
from vault.states import advance, created


class ReferralSerializer(serializers.ModelSerializer[Referral]):
    """The referral nested in the answer."""

    class Meta:
        model = Referral
        fields = ("public_id", "number", "status", "version")


class BookingSerializer(serializers.ModelSerializer[Booking]):
    """A booking made in `create`, one query after another."""

    referral = serializers.SlugRelatedField(slug_field="public_id", queryset=Referral.objects.all())
    pool_slot = serializers.SlugRelatedField(slug_field="public_id", queryset=PoolSlot.objects.all())
    institution = serializers.CharField(source="institution.name", read_only=True)
    department = serializers.CharField(source="department.name", read_only=True)
    case = ReferralSerializer(source="referral", read_only=True)

    class Meta:
        model = Booking
        fields = (
            "public_id", "number", "confirmation_code", "status", "version", "referral", "pool_slot", "institution", "department",
            "slot_class", "title", "visit_date", "starts_at", "ends_at", "cancel_until", "case",
        )  # fmt: skip
        read_only_fields = tuple(name for name in fields if name not in ("referral", "pool_slot"))

    @transaction.atomic
    def create(self, validated_data: dict[str, Any]) -> Booking:
        """Lock, check, write."""
        acting = self.context["acting"]
        right = ReferralRight.objects.select_for_update(no_key=True).get(pk=acting.post.right_id)
        patient = Patient.objects.select_for_update(no_key=True).get(pk=validated_data["referral"].patient_id)
        slot = PoolSlot.objects.select_for_update(no_key=True).select_related("slot__session", "institution", "department", "service")
        place = slot.get(pk=validated_data["pool_slot"].pk)
        referral = (
            Referral.objects.select_for_update(no_key=True)
            .select_related("encounter__post", "institution")
            .get(pk=validated_data["referral"].pk)
        )
        self.check_rules(acting, right, patient, place, referral)
        return self.write(acting, right, patient, place, referral)

    def check_rules(self, acting: Any, right: ReferralRight, patient: Patient, place: PoolSlot, referral: Referral) -> None:
        """Every rule of the path, each with its own query."""
        now = timezone.now()
        today = now.astimezone(SHANGHAI).date()
        self.require(right.status == "granted" and right.valid_from <= now < right.valid_to, "right")
        alliances = AllianceMember.objects.filter(institution=place.institution).values("alliance")
        grants = TargetGrant.objects.live().filter(right=right)
        self.require(grants.filter(alliance__in=alliances).exists() or grants.filter(institution=place.institution).exists(), "grant")
        contract = FamilyDoctorContract.objects.filter(patient=patient, valid_from__lte=today, valid_to__gt=today).first()
        self.require(contract is not None and contract.institution_id == acting.post.institution.root_id, "contract")
        team = contract.care_team.doctors.filter(pk=acting.user.pk).exists() if contract else False
        self.require(team and (now - referral.encounter.seen_at).days <= self.value(parameters.ENCOUNTER_FRESH_DAYS, place), "encounter")
        self.require((place.visit_date - today).days <= self.value(parameters.BOOKING_HORIZON_DAYS, place), "horizon")
        self.require(now < day_before_at(place.visit_date, self.value(parameters.BOOKING_CUTOFF, place)), "cut-off")
        counted = Booking.objects.filter(patient=patient, status__in=COUNTED)
        same_day = counted.filter(visit_date=place.visit_date)
        self.require(same_day.count() < self.value(parameters.LIMIT_PER_DAY, place), "day")
        same = same_day.filter(institution=place.institution, standard_code=place.standard_code)
        self.require(same.count() < self.value(parameters.LIMIT_PER_DAY_DEPARTMENT, place), "department and day")
        for start in (place.visit_date - timedelta(days=back) for back in range(7)):
            week = counted.filter(visit_date__range=(start, start + timedelta(days=6)))
            self.require(week.count() < self.value(parameters.LIMIT_7_DAYS, place), "week")
        self.require(place.published > place.claimed + place.held + place.cooling + place.returned, "full")

    def value(self, parameter: policy.Parameter, place: PoolSlot) -> Any:
        """One policy value, kept for the request as one would after the first profile."""
        cache = self.context.setdefault("policy", {})
        if parameter.key not in cache:
            at = timezone.localdate()
            cache[parameter.key] = policy.value(parameter, at=at, institution=place.institution, department=place.department)
        return cache[parameter.key]

    def require(self, holds: bool, rule: str) -> None:
        """One rule at a time, the first that breaks ends it."""
        if not holds:
            raise serializers.ValidationError(rule)

    def write(self, acting: Any, right: ReferralRight, patient: Patient, place: PoolSlot, referral: Referral) -> Booking:
        """The same rows as the product writes."""
        PoolSlot.objects.filter(pk=place.pk).update(claimed=F("claimed") + 1)
        code = codes.new_code()
        booking = Booking.objects.create(
            number=referral.number, referral=referral, patient=patient, pool_slot=place, right=right, post=acting.post,
            institution=place.institution, department=place.department, standard_code=place.standard_code, visit_date=place.visit_date,
            starts_at=place.starts_at, ends_at=place.ends_at, slot_class=place.slot_class, title=place.service.title,
            confirmation_code=code, code_hash=keyed_hash(code, codes.PURPOSE), slip_token=codes.new_token(),
            cancel_until=day_before_at(place.visit_date, self.value(parameters.CANCEL_CUTOFF, place)), policy={},
        )  # fmt: skip
        PlaceEvent.objects.create(pool_slot=place, move="claimed", about=booking.public_id, reason="booked")
        advance(referral, "booked", by=acting.actor)
        created(booking, by=acting.actor)
        put(BOOKED.key, patient.phone, told(appointment_of(booking)), about=booking.public_id, version=1)
        audit.record("booking.book", "booking", booking.public_id, by=acting.actor)
        idempotency.store(acting.user.public_id, self.context["key"], b"", booking.public_id)
        return booking
