"""The second factor: the authenticator, recovery codes, and what the district may do when a person has lost both."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, TimestampMixin

from vault.crypto import EncryptedTextField
from vault.models import Public


class Authenticator(TimestampMixin, Device):  # type: ignore[misc]
    """A TOTP secret (RFC 6238) as a device of django-otp: one in use, and at most one being set up, for each person.

    The plugin's own table keeps secrets in clear text and backs off for whoever knows a phone number, so the secret is
    encrypted here, and guesses are counted by `permissions.factors`, in transactions no answer rolls back.
    """

    secret = EncryptedTextField(purpose="totp")
    # The newest time step that was used; neither it nor an older one counts again.
    last_step = models.BigIntegerField(default=-1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "confirmed"], name="authenticator_one_in_use_per_person")]

    def verify_token(self, token: str) -> bool:
        """Never true: a code counts only where its guess is counted (`permissions.factors.answers`)."""
        return False


class RecoveryCode(models.Model):
    """One of ten codes on a person's paper; each opens once, and only its keyed hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=100)
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_code_once_per_person")]

    def __str__(self) -> str:
        return f"recovery code of {self.user_id}"


class Rescue(Public):
    """What the district did for a person who cannot prove herself any more, and on which proof.

    For whoever administers something a second person has to enter the same before it is done.
    """

    class Act(models.TextChoices):
        UNLOCK = "unlock", _("One-time code for one login")
        PHONE = "phone", _("Another phone on file")
        PROOF = "proof", _("Phone proved again")
        RESET = "reset", _("Second factor taken away")

    class Ground(models.TextChoices):
        """How the person proved who she is."""

        IN_PERSON = "in_person", _("In person, with her identity document")
        CALLED_BACK = "called_back", _("Called back at her institution's number")
        LETTER = "letter", _("Letter of her institution, with its seal")
        VIDEO = "video", _("Video call, identity document shown")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="rescues")
    act = models.TextField(choices=Act)
    ground = models.TextField(choices=Ground)
    note = EncryptedTextField(purpose="rescue")
    phone_hash = models.CharField(max_length=100, blank=True, default="")  # the new number, when it is about one
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user", "created_at"], name="rescue_of_person")]
        constraints = [
            models.CheckConstraint(condition=Q(act__in=["unlock", "phone", "proof", "reset"]), name="rescue_act_is_known"),
            models.CheckConstraint(condition=Q(ground__in=["in_person", "called_back", "letter", "video"]), name="rescue_ground_is_known"),
            models.CheckConstraint(condition=~Q(entered_by=F("user")), name="rescue_is_not_entered_by_its_person"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | (~Q(confirmed_by=F("user")) & ~Q(confirmed_by=F("entered_by")) & Q(done_at__isnull=False)),
                name="rescue_is_confirmed_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class UnlockCode(models.Model):
    """The code a district reads out to one person: fifteen minutes, one use, kept as a keyed hash."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="unlock_codes")
    rescue = models.OneToOneField(Rescue, on_delete=models.PROTECT, related_name="unlock_code")
    code_hash = models.CharField(max_length=100)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["user"], condition=Q(used_at=None, voided_at=None), name="unlock_code_open_by_person")]
        constraints = [models.CheckConstraint(condition=~Q(code_hash=""), name="unlock_code_is_hashed")]

    def __str__(self) -> str:
        return f"unlock code of {self.user_id}"
