"""What a nomination rests on: each time it was handed in, with the district's answer, and the papers beside it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from permissions.models.papers import KeptPaper
from permissions.models.right import ReferralRight
from permissions.right_states import SendBackReason
from vault.crypto import EncryptedTextField, keyed_hashes
from vault.models import Public

LICENCE = "licence"
NOTE_LENGTH, ANSWER_LENGTH = 500, 200


class NominationQuerySet(models.QuerySet["Nomination"]):
    """Questions about nominations that read as adjectives."""

    def with_licence(self, number: str) -> Self:
        """Those that named this licence, under any key that still reads."""
        return self.filter(licence_hash__in=keyed_hashes(number, LICENCE))

    def newest_first(self) -> Self:
        """The last one of each right comes first."""
        return self.order_by("right", "-number")


class Nomination(Public):
    """One handing-in of a right's evidence by the institution (R045, R049), and what the district answered (R046).

    `wishes` are the targets the institution asks for, as pairs of kind and public id: values, as everywhere in this app.
    """

    right = models.ForeignKey(ReferralRight, on_delete=models.PROTECT, related_name="nominations")
    number = models.SmallIntegerField()
    licence = EncryptedTextField(purpose=LICENCE, hash_field="licence_hash")
    licence_hash = models.CharField(max_length=100)
    licence_tail = models.CharField(max_length=4)
    wishes = models.JSONField(default=list, blank=True)
    note = models.CharField(max_length=NOTE_LENGTH, blank=True, default="")
    nominated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer_reason = models.TextField(choices=SendBackReason, blank=True, default="")
    answer_note = models.CharField(max_length=ANSWER_LENGTH, blank=True, default="")
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["licence_hash"], name="nomination_by_licence")]
        constraints = [
            models.UniqueConstraint(fields=["right", "number"], name="nomination_numbered_once_per_right"),
            models.CheckConstraint(condition=Q(number__gte=1), name="nomination_counts_from_one"),
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None) | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="nomination_answer_has_a_person_and_a_time",
            ),
            models.CheckConstraint(
                condition=Q(answer_reason="", answer_note="") | Q(answered_by__isnull=False, answer_reason__in=SendBackReason.values),
                name="nomination_sent_back_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.right_id}/{self.number}"


class Attachment(KeptPaper):
    """One paper beside a nomination."""

    right = models.ForeignKey(ReferralRight, on_delete=models.PROTECT, related_name="attachments")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta(KeptPaper.Meta):
        indexes = [models.Index(fields=["right"], name="attachment_of_right")]
        constraints = [
            *KeptPaper.Meta.constraints,
            models.UniqueConstraint(fields=["right", "digest"], condition=Q(withdrawn_at=None), name="attachment_once_per_right"),
        ]
