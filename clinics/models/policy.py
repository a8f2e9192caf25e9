"""The regulation's values as dated rows with their source; clinics.policy decides which one holds."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PolicyStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_FORCE = "in_force", _("in force")


class PolicyRow(models.Model):
    """One value of one parameter for the city (no scope), a district, an institution or a department."""

    parameter = models.TextField()
    district = models.ForeignKey("permissions.District", models.PROTECT, null=True, blank=True, related_name="+")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, null=True, blank=True, related_name="+")
    department = models.ForeignKey("clinics.Department", models.PROTECT, null=True, blank=True, related_name="+")
    value = models.JSONField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.TextField()
    quote = models.TextField(blank=True, default="")
    status = models.TextField(choices=PolicyStatus.choices, default=PolicyStatus.DRAFT)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=(
                    Q(district__isnull=True, institution__isnull=True)
                    | Q(district__isnull=True, department__isnull=True)
                    | Q(institution__isnull=True, department__isnull=True)
                ),
                name="policy_row_has_at_most_one_scope",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
                name="policy_row_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(entered_by__isnull=True) | Q(approved_by__isnull=True) | ~Q(entered_by=F("approved_by")),
                name="policy_row_is_approved_by_another_person",
            ),
            models.CheckConstraint(condition=~Q(source=""), name="policy_row_names_its_source"),
        )
        indexes = (models.Index(fields=("parameter", "valid_from"), condition=Q(status="in_force"), name="policy_row_in_force"),)

    def __str__(self) -> str:
        return f"{self.parameter}={self.value}"
