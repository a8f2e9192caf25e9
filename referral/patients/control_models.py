"""Tables of what is known about a resident beyond the register: controlled documents (R014, R026) and proofs of priority (R188, R201)."""

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.identity.documents import DocumentType
from permissions.roles import Role
from referral.patients.models import Patient, PriorityGroup
from vault.crypto import EncryptedTextField
from vault.models import Public, Stateful
from vault.states import StateTable, Transition, fsm_trigger

DISTRICT: Final = (Role.DISTRICT_ADMIN.value,)


class ControlStatus(models.TextChoices):
    PROPOSED = "proposed", _("waits for a second person")
    IN_FORCE = "in_force", _("in force")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    LIFT_ASKED = "lift_asked", _("lifting waits for a second person")
    LIFTED = "lifted", _("lifted")


class ControlReason(models.TextChoices):
    """Why nothing is booked with a document for the time being."""

    LEAKED = "leaked", _("the document's data have leaked or are misused")
    RESELLING = "reselling", _("places were resold")
    MALICIOUS = "malicious", _("booked or cancelled in bad faith")


CONTROL_STATES: Final = StateTable(
    kind="controlled_identity",
    transitions=(
        Transition("", "proposed", DISTRICT, "control.proposed", "R014"),
        Transition("proposed", "in_force", DISTRICT, "control.approved", "R014"),
        Transition("proposed", "rejected", DISTRICT, "control.rejected", "R014"),
        Transition("proposed", "withdrawn", DISTRICT, "control.withdrawn", "R014"),
        Transition("in_force", "lift_asked", DISTRICT, "control.lift_asked", "R014"),
        Transition("lift_asked", "lifted", DISTRICT, "control.lifted", "R014"),
        Transition("lift_asked", "in_force", DISTRICT, "control.kept", "R014"),
    ),
    final=frozenset({"rejected", "withdrawn", "lifted"}),
)
HOLDS: Final = ("in_force", "lift_asked")  # nothing is booked while one of these stands


class ControlledIdentity(Stateful):
    """A document with which nothing is booked until a district's two persons lift it; it may belong to nobody known.

    `lookup` is what copies of the document share, kept so that the hash is renewed when keys change; no page shows it. `valid_to`
    is the day of the lifting.
    """

    STATES: ClassVar[StateTable] = CONTROL_STATES

    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    type = models.TextField(choices=DocumentType.choices)
    lookup = EncryptedTextField(purpose="identity", hash_field="number_hash", default="", blank=True)
    number_hash = models.TextField(db_index=True)
    tail = models.CharField(max_length=4)
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, blank=True, related_name="controls")
    reason_code = models.TextField(choices=ControlReason)
    evidence = models.TextField(max_length=500)
    status = models.TextField(choices=ControlStatus, default=ControlStatus.PROPOSED)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    lift_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(CONTROL_STATES)]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=ControlStatus.values), name="control_status_is_known"),
            models.CheckConstraint(condition=Q(reason_code__in=ControlReason.values), name="control_reason_is_known"),
            models.CheckConstraint(condition=~Q(evidence=""), name="control_names_its_evidence"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")), name="control_is_approved_by_another"
            ),
            models.CheckConstraint(
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("lift_asked_by")), name="control_is_lifted_by_another"
            ),
            models.UniqueConstraint(
                fields=["number_hash"], condition=Q(status__in=("proposed", *HOLDS)), name="document_is_controlled_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.tail}"


class PriorityProof(Public):
    """Why somebody belongs to a priority group, seen by whom, until when; `valid_to` is the first day without it."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="priority_proofs")
    group = models.TextField(choices=PriorityGroup)
    proof = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_to = models.DateField()
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["valid_to"], condition=Q(ended_at__isnull=True), name="priority_that_ends")]
        constraints = [
            models.CheckConstraint(condition=Q(valid_from__lt=F("valid_to")), name="priority_ends_after_it_begins"),
            models.CheckConstraint(condition=~Q(group="") & ~Q(proof=""), name="priority_names_group_and_proof"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="priority_end_has_a_time_and_a_person",
            ),
            models.UniqueConstraint(fields=["patient"], condition=Q(ended_at__isnull=True), name="patient_has_one_standing_priority"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
