"""What a hospital's system has said under which key of its own, and which bookings it says it has."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

LONGEST_KEY = 100


class FeedKind(models.TextChoices):
    SESSION = "session"
    STOP = "stop"
    ATTENDANCE = "attendance"


class FeedRecord(models.Model):
    """One key of a hospital's system and the object it stands for; `digest` is of what was said last under it (SHA-256)."""

    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="+")
    kind = models.TextField(choices=FeedKind.choices)
    key = models.CharField(max_length=LONGEST_KEY)
    digest = models.BinaryField()
    object_id = models.UUIDField()
    said_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("institution", "kind", "key"), name="feed_record_once_per_key"),
            models.CheckConstraint(condition=Q(kind__in=FeedKind.values), name="feed_record_kind_is_known"),
        )
        indexes = (models.Index(fields=("object_id",), name="feed_record_of_object"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class BookingReceipt(models.Model):
    """A hospital's word that its system has one version of a booking; inserted, never changed."""

    booking = models.ForeignKey("referral.Booking", models.PROTECT, related_name="receipts")
    version = models.PositiveIntegerField()
    at = models.DateTimeField(db_default=Now())
    acknowledged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("booking", "version"), name="booking_receipt_once_per_version"),)

    def __str__(self) -> str:
        return f"{self.booking_id} version {self.version}"
