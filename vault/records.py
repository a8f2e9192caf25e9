"""What every row that leaves the process has: a public id, a birth time, and a version when it has a life."""

from django.db import models
from django.db.models.functions import Now

from vault.ids import uuid7


class Public(models.Model):
    """A row known outside by its `public_id`; the bigint key never leaves the process."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Stateful(Public):
    """A row with a life: its `status` is written by `states.advance` only, each time with a new version."""

    version = models.IntegerField(default=1, db_default=1, editable=False)

    class Meta:
        abstract = True
