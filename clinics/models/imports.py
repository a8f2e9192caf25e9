"""A list brought in as a file, its rows in pieces, and what a roster says of a licence until the manager nominates."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from clinics.imports.states import IMPORT_STATES, WORKING, ImportStatus
from vault.crypto import EncryptedTextField
from vault.models import Public, Stateful
from vault.states import StateTable, fsm_trigger

FILE = "file"  # what the words of these tables are encrypted for


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    """Questions about imports that read as adjectives."""

    def working(self) -> "ImportJobQuerySet":
        """Those a worker has or should have in hand."""
        return self.filter(status__in=WORKING)

    def unheld(self) -> "ImportJobQuerySet":
        """Those no living worker holds, by the database clock."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=Now()))


class ImportJob(Stateful):
    """One file of one kind, uploaded by one person in one part she plays.

    The file's bytes stay only until they are read; its rows, encrypted, only until they are applied, thrown away or a week
    old (rows left out as faulty may be fetched for that week).
    """

    STATES: ClassVar[StateTable] = IMPORT_STATES

    kind = models.TextField()
    file_name = models.TextField()
    file_size = models.PositiveIntegerField()
    digest = models.TextField()  # SHA-256 of the file
    by_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    part = models.UUIDField()  # public id of the post or role assignment it was uploaded and is applied under
    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    institution = models.ForeignKey("clinics.Institution", models.PROTECT, null=True, blank=True, related_name="+")
    language = models.TextField(default="zh-hans")  # what the faults of its rows are told in
    status = models.TextField(choices=ImportStatus.choices, default=ImportStatus.RECEIVED)
    content = EncryptedTextField(purpose=FILE, default="", blank=True)
    columns = models.JSONField(default=list)  # names of the columns that were read, in the order of the file
    notices = models.JSONField(default=dict)  # what the reader should know of the file: code → number or words
    problem = models.TextField(blank=True, default="")  # code of why it was refused or stopped
    problem_details = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    checked = models.PositiveIntegerField(default=0)
    applied = models.PositiveIntegerField(default=0)  # rows gone through while applying, faulty ones too
    to_create = models.PositiveIntegerField(default=0)
    to_update = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    faulty = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    leaves_out_faulty = models.BooleanField(default=False)
    earlier = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")  # the same file, imported before
    lease = models.UUIDField(null=True, blank=True)  # which worker's claim holds it
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # begun without a piece finished since
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_wiped = models.BooleanField(default=False)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        triggers = (fsm_trigger(IMPORT_STATES),)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=ImportStatus.values), name="import_status_is_known"),
            models.CheckConstraint(
                condition=~Q(status__in=("refused", "stopped")) | ~Q(problem=""), name="import_refused_or_stopped_says_why"
            ),
        )
        indexes = (
            models.Index(fields=("by_user", "-created_at"), name="import_of_person"),
            models.Index(fields=("lease_until",), condition=Q(status__in=WORKING), name="import_to_work_on"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class ImportChunk(models.Model):
    """Some hundred rows of an import: what was read, what came of checking, and whether they are applied."""

    job = models.ForeignKey(ImportJob, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    rows = models.PositiveIntegerField()
    content = EncryptedTextField(purpose=FILE, default="", blank=True)
    results = EncryptedTextField(purpose=FILE, default="", blank=True)
    faulty = models.PositiveIntegerField(default=0)
    is_checked = models.BooleanField(default=False)
    is_applied = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(fields=("job", "number"), name="import_chunk_once"),
            models.CheckConstraint(condition=Q(is_applied=False) | Q(is_checked=True), name="import_chunk_is_checked_before_applied"),
        )

    def __str__(self) -> str:
        return f"{self.job_id}.{self.number}"


class StaffLicence(Public):
    """The licence number a roster gave for a referring post; offered as evidence when the manager nominates."""

    post = models.OneToOneField("clinics.Post", models.CASCADE, related_name="roster_licence")
    number = EncryptedTextField(purpose="licence")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"licence of {self.post_id}"
