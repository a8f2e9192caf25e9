"""A person's post: where somebody works, as what, and by which referral right."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.roles import POST_KIND_CHOICES
from vault.models import Public


class Title(models.TextChoices):
    CHIEF = "chief", _("chief physician")
    ASSOCIATE = "associate_chief", _("associate chief physician")
    ATTENDING = "attending", _("attending physician")
    RESIDENT = "resident", _("resident physician")


class PostQuerySet(models.QuerySet["Post"]):
    """Questions about posts that read as adjectives."""

    def live(self) -> "PostQuerySet":
        """Posts that have begun and not ended, by the database clock."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=Now()), valid_from__lte=Now())

    def locked(self) -> "PostQuerySet":
        """Locked before the post's right, in key order. Without joins: a joined row would be as old as before the wait."""
        return self.select_for_update(of=("self",), no_key=True).order_by("pk")

    def complete(self) -> "PostQuerySet":
        """Posts with what a page shows beside them, in the same query."""
        return self.select_related("user", "institution__parent", "department", "right")


class Post(Public):
    """One person at one institution in one kind of post (FHIR PractitionerRole); a post that refers points to its right."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, related_name="posts")
    department = models.ForeignKey("clinics.Department", models.PROTECT, null=True, blank=True, related_name="posts")
    kind = models.TextField(choices=POST_KIND_CHOICES)
    title = models.TextField(choices=Title.choices, blank=True, default="")
    right = models.OneToOneField("permissions.ReferralRight", models.PROTECT, null=True, blank=True, related_name="post")
    valid_from = models.DateTimeField(db_default=Now())
    valid_to = models.DateTimeField(null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = (
            models.CheckConstraint(
                condition=Q(right__isnull=True) | Q(kind__in=("family_doctor", "regional_specialist")),
                name="post_only_referring_kinds_have_a_right",
            ),
            models.CheckConstraint(condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="post_ends_after_it_begins"),
            models.UniqueConstraint(
                fields=("user", "institution", "kind"),
                condition=Q(valid_to__isnull=True),
                name="post_open_once_per_person_place_and_kind",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}@{self.institution_id}"
