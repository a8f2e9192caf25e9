"""The criteria a doctor ticked when she wrote a referral, kept with the case as they stood that day."""

from django.db import models

from clinics.models.criteria import LONGEST_DISEASE, LONGEST_SOURCE, LONGEST_TEXT, LONGEST_TITLE
from vault.models import Public


class MetCriterion(Public):
    """One criterion the patient met: which line of which version, and its words as they stood (R116, R043)."""

    referral = models.ForeignKey("referral.Referral", models.PROTECT, related_name="met")
    criterion = models.ForeignKey("clinics.Criterion", models.PROTECT, related_name="+")
    title = models.CharField(max_length=LONGEST_TITLE)
    number = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=LONGEST_SOURCE)
    disease = models.CharField(max_length=LONGEST_DISEASE)
    codes = models.CharField(max_length=120)
    text = models.CharField(max_length=LONGEST_TEXT)
    text_en = models.CharField(max_length=LONGEST_TEXT, default="", blank=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("referral", "criterion"), name="criterion_met_once_in_a_case"),)

    def __str__(self) -> str:
        return f"{self.referral_id} {self.disease}"
