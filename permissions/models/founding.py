"""How a database came to its first two administrators; there is at most one such row."""

from django.db import models
from django.db.models import F, Q

from permissions.models.district import District
from permissions.models.user import RoleAssignment
from vault.models import Public


class Founding(Public):
    """Two persons of a new district, each waiting for the other's word; with both words both roles count (R046)."""

    only = models.BooleanField(default=True, unique=True, editable=False)
    district = models.OneToOneField(District, on_delete=models.PROTECT, related_name="+")
    first = models.OneToOneField(RoleAssignment, on_delete=models.PROTECT, related_name="+")
    second = models.OneToOneField(RoleAssignment, on_delete=models.PROTECT, related_name="+")
    first_said_yes_at = models.DateTimeField(null=True, blank=True)
    second_said_yes_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(only=True), name="founding_happens_once"),
            models.CheckConstraint(condition=~Q(first=F("second")), name="founding_needs_two_roles"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_complete(self) -> bool:
        """Whether both persons confirmed each other."""
        return self.first_said_yes_at is not None and self.second_said_yes_at is not None
