"""How many places are held for whom: a pool per service, its part of every band, each move of a place, and what became of them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.models import ClinicSession, Department, HalfDay, Institution, Service, Slot, SlotClass
from vault.models import Public

# Places kept for the last days do not count before their moment.
KEPT_BACK = Case(When(late_opens_at__gt=Now(), then=F("late")), default=Value(0))
LEFT = F("published") - F("claimed") - F("held") - F("cooling") - F("returned")
REMAINING = LEFT - KEPT_BACK


class PoolKind(models.TextChoices):
    """For whom a band's places are kept; what neither kind holds is the hospital's own window's (R083, R084)."""

    COMMUNITY_REFERRAL = "community_referral", _("community referral")
    RESIDENT_DIRECT = "resident_direct", _("contracted residents, direct")


class ReservedPool(Public):
    """The share of one service kept for community referrals (R040, R083); never below the regulation's floor."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="pools")
    share = models.DecimalField(max_digits=4, decimal_places=3)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("service",), condition=Q(valid_to__isnull=True), name="reserved_pool_open_once_per_service"),
            models.CheckConstraint(condition=Q(share__gte=0, share__lte=1), name="reserved_pool_share_is_a_fraction"),
        )

    def __str__(self) -> str:
        return f"{self.service_id}: {self.share}"


class PoolSlotQuerySet(models.QuerySet["PoolSlot"]):
    """Questions about pool slots that read as adjectives."""

    def with_remaining(self) -> "PoolSlotQuerySet":
        return self.annotate(remaining=REMAINING)

    def locked(self) -> "PoolSlotQuerySet":
        """Locked after rights and patients and before referrals and bookings, in key order."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def referral(self) -> "PoolSlotQuerySet":
        """The places family doctors book for their patients."""
        return self.filter(kind=PoolKind.COMMUNITY_REFERRAL)

    def bookable(self) -> "PoolSlotQuerySet":
        """Referrers' places: open by the database clock, not closed, with a place left, in a session that takes place."""
        return self.with_remaining().filter(
            opens_at__lte=Now(),
            closes_at__gt=Now(),
            closed_at__isnull=True,
            remaining__gt=0,
            slot__session__status="planned",
            kind=PoolKind.COMMUNITY_REFERRAL,
        )


class PoolSlot(Public):
    """One kind's places of one band: published = claimed + held + cooling + returned + left; `late` of those left open near the visit.

    Only claims.py, holds.py, release.py and resizing.py move places. The columns after closed_at repeat the timetable, so that a search
    reads one table and a booking copies them without a join; a published band never changes place or time.
    """

    pool = models.ForeignKey(ReservedPool, models.PROTECT, related_name="slots")
    slot = models.ForeignKey(Slot, models.PROTECT, related_name="pool_slots", db_index=False)  # first of its unique pair
    kind = models.TextField(choices=PoolKind.choices, default=PoolKind.COMMUNITY_REFERRAL)
    published = models.PositiveIntegerField()
    claimed = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    cooling = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    late_opens_at = models.DateTimeField(null=True, blank=True)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+", db_index=False)  # first of two indexes below
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    standard_code = models.TextField()
    slot_class = models.TextField(choices=SlotClass.choices)
    visit_date = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    objects = PoolSlotQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("slot", "kind"), name="pool_slot_once_per_band_and_kind"),
            models.CheckConstraint(condition=Q(kind__in=PoolKind.values), name="pool_slot_kind_is_known"),
            models.CheckConstraint(condition=Q(late=0) | Q(late_opens_at__isnull=False), name="pool_slot_late_places_open_once"),
            models.CheckConstraint(
                condition=Q(published__gte=F("claimed") + F("held") + F("cooling") + F("returned")),
                name="pool_slot_never_oversold",
            ),
            models.CheckConstraint(
                condition=Q(published__gte=0, claimed__gte=0, held__gte=0, cooling__gte=0, returned__gte=0),
                name="pool_slot_counts_no_negative_places",
            ),
            models.CheckConstraint(condition=Q(closes_at__lte=F("starts_at")), name="pool_slot_closes_before_it_starts"),
            models.CheckConstraint(condition=Q(opens_at__lt=F("closes_at")), name="pool_slot_opens_before_it_closes"),
        )
        indexes = (
            models.Index(
                fields=("institution", "standard_code", "visit_date"),
                condition=Q(closed_at__isnull=True, kind="community_referral"),
                name="pool_slot_to_search",
            ),
            models.Index(
                fields=("institution", "visit_date", "department"),
                condition=Q(closed_at__isnull=True),
                name="pool_slot_open_by_place",
            ),
            models.Index(
                fields=("standard_code", "visit_date"),
                condition=Q(closed_at__isnull=True),
                name="pool_slot_open_by_subject",
            ),
            models.Index(fields=("closes_at",), condition=Q(closed_at__isnull=True), name="pool_slot_to_close"),
            models.Index(fields=("institution", "visit_date"), name="pool_slot_by_visit_day"),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class PlaceMove(models.TextChoices):
    PUBLISHED = "published", _("published")
    ADDED = "added", _("added")
    TAKEN_BACK = "taken_back", _("taken back")
    WITHDRAWN = "withdrawn", _("withdrawn with the session")
    CLAIMED = "claimed", _("claimed")
    GIVEN_BACK = "given_back", _("given back")
    COOLED = "cooled", _("open again")
    RETURNED = "returned", _("returned to the hospital")
    RETURNED_LATE = "returned_late", _("given back after the cut-off, to the hospital")
    HELD = "held", _("held for somebody")
    TAKEN_UP = "taken_up", _("held place taken up")
    LET_GO = "let_go", _("held place let go")


class PlaceEvent(models.Model):
    """One move of places, written in the same statement as the move; nobody changes or deletes it.

    Every column of a pool slot is the sum of its moves: published = published + added - taken back - withdrawn; claimed = claimed +
    taken up - given back - returned late; held = held - taken up - let go; cooling = given back + let go - open again; returned =
    returned + returned late.
    """

    pool_slot = models.ForeignKey(PoolSlot, models.PROTECT, related_name="events", db_index=False)  # first of the index below
    move = models.TextField(choices=PlaceMove.choices)
    places = models.PositiveIntegerField(default=1)
    about = models.UUIDField(null=True, blank=True)
    reason = models.TextField(blank=True, default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=("pool_slot", "at"), name="place_event_by_slot"),)

    def __str__(self) -> str:
        return f"{self.move} {self.places}"


class CoolingPlace(models.Model):
    """A place that was given back and opens again at its moment (C35); the row goes when the place does."""

    pool_slot = models.ForeignKey(PoolSlot, models.PROTECT, related_name="cooling_places")
    until = models.DateTimeField()
    about = models.UUIDField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=("until",), name="cooling_place_due"),)

    def __str__(self) -> str:
        return f"{self.pool_slot_id} {self.until:%H:%M}"


class PlacesTaken(Public):
    """A hospital's word that it took back the places returned to it for one day, up to one move (R107); inserted, never changed."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="places_taken")
    visit_date = models.DateField()
    up_to = models.BigIntegerField()
    places = models.PositiveIntegerField()
    by_program = models.BooleanField(default=False)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("institution", "visit_date", "up_to"), name="places_taken_once_up_to_a_move"),)

    def __str__(self) -> str:
        return f"{self.institution_id} {self.visit_date}: {self.places}"


class OutcomeSource(models.TextChoices):
    PLATFORM = "platform", _("counted by the platform")
    EARLIER = "earlier", _("entered from earlier records")


class SessionOutcome(models.Model):
    """What became of the places reserved in one half-day of a service, the base of the forecast.

    `booked_by[k]` counts those booked by k days before the cut-off; `booked_by[0]` is the end.
    """

    service = models.ForeignKey(Service, models.PROTECT, related_name="outcomes")
    date = models.DateField()
    half_day = models.TextField(choices=HalfDay.choices)
    published = models.PositiveIntegerField()
    booked_by = ArrayField(models.PositiveIntegerField())
    source = models.TextField(choices=OutcomeSource.choices, default=OutcomeSource.PLATFORM)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("service", "date", "half_day"), name="session_outcome_once"),
            models.CheckConstraint(condition=Q(booked_by__len__gte=1), name="session_outcome_counts_the_end"),
        )

    def __str__(self) -> str:
        return f"{self.service_id} {self.date} {self.half_day}"


class Rebalancing(Public):
    """Places moved between two sessions of a department, or given to the hospital early, on one click; undone by another."""

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="rebalancings")
    from_session = models.ForeignKey(ClinicSession, models.PROTECT, related_name="+")
    to_session = models.ForeignKey(ClinicSession, models.PROTECT, null=True, blank=True, related_name="+")
    places = models.PositiveIntegerField()
    expected_unused = models.DecimalField(max_digits=6, decimal_places=2)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(condition=Q(places__gte=1), name="rebalancing_moves_something"),
            models.CheckConstraint(
                condition=Q(undone_by__isnull=True, undone_at__isnull=True) | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="rebalancing_undone_says_who_and_when",
            ),
        )

    def __str__(self) -> str:
        return f"{self.from_session_id} → {self.to_session_id}: {self.places}"
