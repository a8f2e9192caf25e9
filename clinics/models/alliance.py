"""Medical alliances: a leading hospital with the institutions it works with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from vault.models import Public


class AllianceKind(models.TextChoices):
    COMPREHENSIVE = "comprehensive", _("comprehensive alliance")
    SPECIALTY = "specialty", _("specialty alliance")


class Alliance(Public):
    """A comprehensive or specialty alliance; its lead is a member too."""

    kind = models.TextField(choices=AllianceKind.choices)
    name = models.TextField(unique=True)
    lead = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="led_alliances")
    members: models.ManyToManyField = models.ManyToManyField(
        "clinics.Institution", through="clinics.AllianceMember", related_name="alliances"
    )
    version = models.IntegerField(default=1, db_default=1, editable=False)

    class Meta:
        default_permissions = ()
        permissions = (("refer_to_alliance", "refer to every member of this alliance"),)

    def __str__(self) -> str:
        return self.name


class AllianceMember(models.Model):
    """One institution's membership in one alliance."""

    alliance = models.ForeignKey(Alliance, models.CASCADE, related_name="memberships")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="memberships")

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("alliance", "institution"), name="alliance_member_once"),)

    def __str__(self) -> str:
        return f"{self.alliance_id}-{self.institution_id}"
