"""The phone code: the device, the challenge a code answers, what may be spent on codes, and browsers seen before."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, TimestampMixin

from vault.ids import uuid7


class PhoneDevice(TimestampMixin, Device):  # type: ignore[misc]
    """The phone on file as a one-time code device; codes live in challenges, hashed, never here.

    The guess counter is the challenge's own, not the device's: a stranger who guesses burns his challenge, never the
    owner's next one, so django-otp's throttling mixin is left out on purpose.
    """

    # When somebody last made sure that the number is hers: on enrolment, or by a proof the district recorded.
    proved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user"], name="phone_device_one_per_person")]

    def is_interactive(self) -> bool:
        return True

    def generate_challenge(self) -> str:
        """A device alone cannot send: codes are asked for in `permissions.otp.ask`, equally for unknown phones."""
        return str(_("Ask for a code on the login page."))

    def verify_token(self, token: str) -> bool:
        """Never true: a code counts only together with its challenge (`permissions.otp.answer`)."""
        return False


class Challenge(models.Model):
    """One code that was sent (or, for an unknown phone, was not), for five minutes, five guesses and one use.

    The handle is what the asker holds; both it and the code are stored as keyed hashes only.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    handle_hash = models.BinaryField(max_length=32, unique=True)
    phone_hash = models.CharField(max_length=100)
    code_hash = models.CharField(max_length=100)
    device = models.ForeignKey(PhoneDevice, null=True, blank=True, on_delete=models.CASCADE, related_name="challenges")
    purpose = models.TextField(choices=[("login", "login"), ("unlock", "unlock")])
    from_known_browser = models.BooleanField(default=False)
    guesses = models.SmallIntegerField(default=0)
    asked_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    consumed_at = models.DateTimeField(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["phone_hash"], condition=Q(consumed_at=None, voided_at=None), name="challenge_open_by_phone"),
            models.Index(fields=["expires_at"], name="challenge_by_expiry"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(guesses__gte=0, guesses__lte=5), name="challenge_has_at_most_five_guesses"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="challenge_expires_after_it_was_asked"),
            models.CheckConstraint(
                condition=Q(consumed_at=None) | Q(device__isnull=False), name="challenge_of_an_unknown_phone_is_never_used"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class CodeBudget(models.Model):
    """How many codes were spent in a window that starts with its first code; one row per scope, subject and length."""

    scope = models.TextField()
    subject = models.CharField(max_length=100)
    seconds = models.IntegerField()
    used = models.IntegerField()
    allowed = models.IntegerField()
    started_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "subject", "seconds"], name="code_budget_one_row_per_window"),
            models.CheckConstraint(condition=Q(used__gte=1, used__lte=F("allowed")), name="code_budget_is_never_overspent"),
        ]
        indexes = [models.Index(fields=["started_at"], name="code_budget_by_start")]

    def __str__(self) -> str:
        return f"{self.scope} {self.seconds}s"


class KnownBrowser(models.Model):
    """A browser in which this person logged in before: part of her code budget is kept for it, out of a stranger's reach."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="known_browsers")
    key_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        # A computer at the clinic is one browser of several doctors.
        constraints = [models.UniqueConstraint(fields=["key_hash", "user"], name="known_browser_once_per_person")]

    def __str__(self) -> str:
        return f"browser of {self.user_id}"
