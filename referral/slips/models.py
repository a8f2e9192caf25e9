"""The copies of a paper: each print is a row, its content frozen by a hash; what was printed is kept encrypted for a day."""

from django.db import models
from django.db.models import Q

from vault.crypto import EncryptedTextField
from vault.models import Public


class SlipKind(models.TextChoices):
    UP = "up"
    RETURN = "return"


class Failure(models.TextChoices):
    """Why a copy never became paper."""

    NONE = ""
    CHARACTERS = "characters"
    PRESS = "press"
    REVOKED = "revoked"


class Slip(Public):
    """One copy of the slip of a booking or a return, named by its public id; the second and every later one is a reprint.

    `content` and `pdf` (base64) are wiped a day after printing; `content_hash` stays, so that a paper can be compared with
    what was printed.
    """

    kind = models.TextField(choices=SlipKind)
    about = models.UUIDField()
    copy_no = models.PositiveSmallIntegerField()
    content_hash = models.CharField(max_length=64)
    content = EncryptedTextField(purpose="slip", default="", blank=True)
    pdf = EncryptedTextField(purpose="slip", default="", blank=True)
    is_printed = models.BooleanField(default=False)
    is_wiped = models.BooleanField(default=False)
    failure = models.TextField(choices=Failure, default=Failure.NONE, blank=True)
    unprintable = models.TextField(default="", blank=True)
    printed_by = models.ForeignKey("permissions.User", models.PROTECT, related_name="+")
    post = models.ForeignKey("clinics.Post", models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], condition=Q(is_wiped=False), name="slip_not_yet_wiped"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["kind", "about", "copy_no"], condition=Q(failure=""), name="slip_copy_numbered_once"),
            models.CheckConstraint(condition=Q(kind__in=SlipKind.values), name="slip_kind_is_known"),
            models.CheckConstraint(condition=Q(copy_no__gte=1), name="slip_copies_count_from_one"),
            models.CheckConstraint(condition=~Q(is_printed=True) | Q(failure=""), name="failed_slip_is_not_printed"),
            models.CheckConstraint(
                condition=Q(failure="characters") & ~Q(unprintable="") | ~Q(failure="characters") & Q(unprintable=""),
                name="unprintable_slip_names_its_characters",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.about} copy {self.copy_no}"
