"""What every table of papers keeps of one that was handed in as evidence; its content lies encrypted."""

from typing import Any, Self

from django.db import models
from django.db.models import Q

from vault.crypto import EncryptedTextField
from vault.models import Public

FILE = "file"
NAME_LENGTH = 120
LARGEST_FILE = 5 * 1024 * 1024


class PaperQuerySet(models.QuerySet[Any]):
    """Questions about papers that read as adjectives."""

    def present(self) -> Self:
        """Those that nobody has taken away."""
        return self.filter(withdrawn_at=None)

    def listed(self) -> Self:
        """Without their content, which is large and read only to be downloaded."""
        return self.defer("content").order_by("pk")


class KeptPaper(Public):
    """One paper: its true kind, a safe name, a keyed hash to know it again. One taken away stays for whoever looks later."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        JPEG = "jpeg", "JPEG"
        PNG = "png", "PNG"

    name = models.CharField(max_length=NAME_LENGTH)
    kind = models.TextField(choices=Kind)
    size = models.IntegerField()
    digest = models.CharField(max_length=100)
    content = EncryptedTextField(purpose=FILE)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=("pdf", "jpeg", "png")), name="%(class)s_kind_is_known"),
            models.CheckConstraint(condition=Q(size__gte=1, size__lte=LARGEST_FILE), name="%(class)s_size_is_bounded"),
        ]

    def __str__(self) -> str:
        return self.name
