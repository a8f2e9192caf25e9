"""A login: who, where, since when, until when; the key itself is stored only as a hash."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.models.user import User
from vault.models import Public


class Proof(models.TextChoices):
    """How somebody showed that she is the person: each kind counts once in a session."""

    SMS = "sms", _("Code by SMS")
    TOTP = "totp", _("Authenticator")
    RECOVERY = "recovery", _("Recovery code")
    UNLOCK = "unlock", _("One-time code of the district")


class SessionQuerySet(models.QuerySet["Session"]):
    def live(self) -> Self:
        """Neither ended nor past the absolute limit, by the database clock; a locked one is live."""
        return self.filter(ended_at=None, expires_at__gt=Now())


class Session(Public):
    """One login of one person, in a browser (cookie) or a program (bearer token), or a key she gave to a program."""

    class Kind(models.TextChoices):
        BROWSER = "browser", _("Browser")
        TOKEN = "token", _("Program")
        KEY = "key", _("Key of a program")

    class Ending(models.TextChoices):
        LOGOUT = "logout", _("Logged out")
        REPLACED = "replaced", _("Logged in elsewhere")
        BY_PERSON = "by_person", _("Ended by the person")
        BY_ADMIN = "by_admin", _("Ended by an administrator")
        BY_REVOCATION = "by_revocation", _("Ended with the account")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    kind = models.TextField(choices=Kind)
    key_hash = models.BinaryField(max_length=32, unique=True)
    device = models.CharField(max_length=100)  # django-otp's persistent id of what proved the person
    client = models.CharField(max_length=100, blank=True, default="")
    address = models.GenericIPAddressField(null=True, blank=True)
    epoch = models.IntegerField()
    acting_choice = models.UUIDField(null=True, blank=True)  # public id of a post or of a role assignment
    data = models.JSONField(default=dict, blank=True)
    # What a key was given of its person's capabilities; None for a person, who has them all.
    scopes = ArrayField(models.TextField(), null=True, blank=True)
    # Which kinds of proof were given since the login, whether another one is due before anybody acts, and the last one's time.
    proofs = ArrayField(models.TextField(choices=Proof), default=list, blank=True)
    proof_due = models.BooleanField(default=False)
    proved_at = models.DateTimeField(db_default=Now())
    # Guesses at a second factor since the last right one.
    guesses = models.SmallIntegerField(default=0)
    # Since when it stands in a hall as a self-service device, open to nobody's other pages.
    kiosk_since = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.TextField(choices=Ending, blank=True, default="")

    objects = SessionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user"], condition=Q(ended_at=None), name="session_open_by_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, ending="") | (Q(ended_at__isnull=False) & ~Q(ending="")), name="session_end_has_a_reason"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="session_expires_after_it_starts"),
            models.CheckConstraint(
                condition=Q(kind="key", scopes__isnull=False) | (~Q(kind="key") & Q(scopes__isnull=True)),
                name="session_only_keys_have_scopes",
            ),
            models.CheckConstraint(condition=Q(guesses__gte=0, guesses__lte=5), name="session_has_at_most_five_guesses"),
            models.CheckConstraint(condition=Q(kiosk_since=None) | Q(kind="browser"), name="session_only_browsers_are_kiosks"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
