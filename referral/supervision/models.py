"""The signatures under the monthly lists: who signed which list of acts, and what exactly it said."""

from django.db import models
from django.db.models import Q

from vault.models import Public


class ConductSignature(Public):
    """One manager's signature under one month of her institution (R034), never changed.

    `digest` is the SHA-256 of the list as it was read, so that a later change of the trail shows. A list that changed may be
    signed once more; the newest signature counts.
    """

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    month = models.DateField()
    post = models.ForeignKey("clinics.Post", models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    people = models.PositiveIntegerField()
    acts = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["institution", "month", "digest"], name="conduct_list_signed_once_as_it_was"),
            models.CheckConstraint(condition=Q(month__day=1), name="conduct_month_begins_on_its_first"),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="conduct_digest_is_whole"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.digest[:8]}"
