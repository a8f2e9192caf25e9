"""How many places are held for referrals: a pool per service, its share of every band, and each move of a place."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from clinics.models import Department, Institution, Service, Slot, SlotClass
from vault.models import Public

REMAINING = F("published") - F("claimed") - F("held") - F("cooling") - F("returned")


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

    def bookable(self) -> "PoolSlotQuerySet":
        """Open by the database clock, not closed, with a place left, in a session that takes place."""
        return self.with_remaining().filter(
            opens_at__lte=Now(),
            closes_at__gt=Now(),
            closed_at__isnull=True,
            remaining__gt=0,
            slot__session__status="planned",
        )


class PoolSlot(Public):
    """The reserved places of one band: published = claimed + held + cooling + returned + remaining.

    Only claims.py and release.py move places. The columns after closed_at repeat the timetable, so that a search
    reads one table and a booking copies them without a join; a published band never changes place or time.
    """

    pool = models.ForeignKey(ReservedPool, models.PROTECT, related_name="slots")
    slot = models.OneToOneField(Slot, models.PROTECT, related_name="pool_slot")
    published = models.PositiveIntegerField()
    claimed = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    cooling = models.PositiveIntegerField(default=0)
    returned = models.PositiveIntegerField(default=0)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    institution = models.ForeignKey(Institution, models.PROTECT, related_name="+")
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
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class PlaceMove(models.TextChoices):
    PUBLISHED = "published", _("published")
    CLAIMED = "claimed", _("claimed")
    GIVEN_BACK = "given_back", _("given back")
    COOLED = "cooled", _("open again")
    RETURNED = "returned", _("returned to the hospital")


class PlaceEvent(models.Model):
    """One move of places, written in the same statement as the move; nobody changes or deletes it."""

    pool_slot = models.ForeignKey(PoolSlot, models.PROTECT, related_name="events")
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
