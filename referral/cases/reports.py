"""The hospital's report on a visit: what was found, what it is, what was done."""

from django.db import models
from django.db.models import Q

from vault.models import Public


class VisitReport(Public):
    """The one final report of a referral (FHIR Task output); written once, amended by nobody."""

    referral = models.OneToOneField("referral.Referral", models.PROTECT, related_name="report")
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    diagnosis = models.CharField(max_length=200)
    findings = models.TextField(max_length=2000)
    treatment = models.TextField(max_length=2000)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(diagnosis="") & ~Q(findings="") & ~Q(treatment=""), name="visit_report_is_complete"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
