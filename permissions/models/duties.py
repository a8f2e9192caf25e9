"""Who accepted which duties, in which version, and when; inserted and read, never changed."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from permissions.roles import Role


class DutiesAcceptance(models.Model):
    """A person's word for one version of the duties of one role (R034, R098)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="acceptances")
    role = models.TextField(choices=Role)
    version = models.SmallIntegerField()
    accepted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "version"], name="duties_accepted_once_per_version"),
            models.CheckConstraint(condition=Q(version__gte=1), name="duties_versions_count_from_one"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="duties_belong_to_a_known_role"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.version}"
