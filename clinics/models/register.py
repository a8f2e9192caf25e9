"""What a hospital keeps beside its particulars: its written booking rules, and the labels of further facts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from vault.models import Public


class BookingRules(Public):
    """A hospital's written rules of booking (R075), valid from a day on until the next ones; inserted, never changed."""

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="booking_rules")
    valid_from = models.DateField()
    text = models.TextField()
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("institution", "valid_from"), name="booking_rules_once_a_day"),
            models.CheckConstraint(condition=~Q(text=""), name="booking_rules_say_something"),
        )

    def __str__(self) -> str:
        return f"{self.institution_id} {self.valid_from}"


class FactOf(models.TextChoices):
    INSTITUTION = "institution", _("institution")
    DEPARTMENT = "department", _("department")
    PRACTITIONER = "practitioner", _("doctor")
    SERVICE = "service", _("service")


class FactLabel(Public):
    """One further fact a district wants registered (R096); the values stand in the `facts` of each object under this row's id."""

    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    of = models.TextField(choices=FactOf.choices)
    name = models.TextField()
    name_en = models.TextField(blank=True, default="")
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("district", "of", "name"), condition=Q(ended_on__isnull=True), name="fact_label_once"),
            models.CheckConstraint(condition=Q(of__in=FactOf.values), name="fact_label_is_of_something_known"),
        )

    def __str__(self) -> str:
        return self.name
