"""Where a referral right may be used: an alliance, an institution or a department, from one day to another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from vault.models import Public


class TargetGrantQuerySet(models.QuerySet["TargetGrant"]):
    """Questions about grants that read as adjectives."""

    def open(self) -> "TargetGrantQuerySet":
        """Grants that nobody has ended and that have not run out, begun or not."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=Now()), ended_at__isnull=True)

    def live(self) -> "TargetGrantQuerySet":
        """Open grants that have begun, by the database clock."""
        return self.open().filter(valid_from__lte=Now())

    def named(self) -> "TargetGrantQuerySet":
        """Grants with the names of their targets, in the same query."""
        return self.select_related("alliance", "institution", "department__institution")


class TargetGrant(Public):
    """One target of one right, with its dates, who granted it and why; mirrored into guardian by clinics.grants."""

    right = models.ForeignKey("permissions.ReferralRight", models.PROTECT, related_name="target_grants")
    alliance = models.ForeignKey("clinics.Alliance", models.PROTECT, null=True, blank=True, related_name="grants")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, null=True, blank=True, related_name="grants")
    department = models.ForeignKey("clinics.Department", models.PROTECT, null=True, blank=True, related_name="grants")
    valid_from = models.DateTimeField(db_default=Now())
    valid_to = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.TextField(blank=True, default="")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = TargetGrantQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(alliance__isnull=False, institution__isnull=True, department__isnull=True)
                    | Q(alliance__isnull=True, institution__isnull=False, department__isnull=True)
                    | Q(alliance__isnull=True, institution__isnull=True, department__isnull=False)
                ),
                name="target_grant_has_exactly_one_target",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="target_grant_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=("right", "alliance", "institution", "department"),
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="target_grant_open_once_per_right_and_target",
            ),
        )

    def __str__(self) -> str:
        return f"{self.department.institution.short_name} {self.department.name}" if self.department else str(self.target)

    @property
    def target(self) -> Public:
        """The one alliance, institution or department this grant names."""
        return self.alliance or self.institution or self.department  # type: ignore[return-value]
