"""The notices in people's inboxes: who is told what about which object, by ids and codes only, and when she read it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from vault.models import Public


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Questions about notices that read as adjectives."""

    def unread(self) -> "NoticeQuerySet":
        """Those nobody has opened."""
        return self.filter(read_at=None)

    def addressed_to(self, user: int, post: int | None) -> "NoticeQuerySet":
        """Those for the person herself, and those for the post she acts under."""
        return self.filter(Q(post=None) | Q(post=post), user=user)


class Notice(Public):
    """One notice to one person, or to whoever holds a post (`user` is its holder then).

    It holds no name and no words about anybody: `about` is the object's public id, `params` are codes, and the sentence is
    made when it is read, under the reader's rights. `version` is the object's when it happened, so that the same news
    is one row however often it is told. Nothing of it changes but that it is read, or handed over with the work.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    post = models.ForeignKey("clinics.Post", models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)
    about = models.UUIDField()
    version = models.IntegerField(default=1)
    params = models.JSONField(default=dict, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "post", "kind", "about", "version"], nulls_distinct=False, name="notice_once_per_recipient_and_version"
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_of_person_newest_first"),
            models.Index(fields=["user", "post"], condition=Q(read_at=None), name="notice_unread_of_person"),
            models.Index(fields=["about"], name="notice_about_object"),
            models.Index(fields=["read_at"], condition=Q(read_at__isnull=False), name="notice_read_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
