"""A district's choice of a document of the regulation from a day on, value by value, and what came of trying one out."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from vault.models import Public, Stateful
from vault.states import StateTable, Transition, fsm_trigger


class ChoiceStatus(models.TextChoices):
    DRAFT = "draft", _("waiting for a second person")
    IN_FORCE = "in_force", _("in force")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")
    CANCELLED = "cancelled", _("undone before its day")


WHO = ("district_admin",)
CHOICE_STATES = StateTable(
    kind="policy_set",
    transitions=(
        Transition("", ChoiceStatus.DRAFT, WHO, "enter", "R053"),
        Transition(ChoiceStatus.DRAFT, ChoiceStatus.IN_FORCE, WHO, "approve", "R140"),
        Transition(ChoiceStatus.DRAFT, ChoiceStatus.REJECTED, WHO, "reject", "R053"),
        Transition(ChoiceStatus.DRAFT, ChoiceStatus.WITHDRAWN, WHO, "withdraw", "R053"),
        Transition(ChoiceStatus.IN_FORCE, ChoiceStatus.CANCELLED, WHO, "undo", "R053"),
    ),
    final=frozenset({ChoiceStatus.REJECTED, ChoiceStatus.WITHDRAWN, ChoiceStatus.CANCELLED}),
)


class PolicySetChoice(Stateful):
    """Some values of one document, chosen by a district from `valid_from` on; approved they stand as policy rows of the district.

    `is_draft` says that the document was a draft for comment when it was chosen: then both persons say that they know (R140).
    """

    STATES: ClassVar[StateTable] = CHOICE_STATES

    document = models.TextField()
    is_draft = models.BooleanField(default=False)
    knows_draft = models.BooleanField(default=False)
    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=200)
    status = models.TextField(choices=ChoiceStatus.choices, default=ChoiceStatus.DRAFT)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ends_on = models.DateField(null=True, blank=True)
    end_asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        default_permissions = ()
        triggers = (fsm_trigger(CHOICE_STATES),)
        constraints = (
            models.CheckConstraint(condition=Q(status__in=ChoiceStatus.values), name="policy_set_status_is_known"),
            models.CheckConstraint(condition=Q(is_draft=False) | Q(knows_draft=True), name="policy_set_draft_is_chosen_knowingly"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("entered_by")), name="policy_set_is_approved_by_another_person"
            ),
            models.CheckConstraint(
                condition=Q(status="in_force", approved_by__isnull=False) | ~Q(status="in_force"),
                name="policy_set_in_force_names_who_approved",
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")), name="policy_set_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True, end_asked_by__isnull=True) | Q(ends_on__isnull=False, end_asked_by__isnull=False),
                name="policy_set_end_names_who_asked",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True) | Q(end_asked_by__isnull=True) | ~Q(end_asked_by=F("ended_by")),
                name="policy_set_is_ended_by_another_person",
            ),
        )
        indexes = (models.Index(fields=("district", "-valid_from"), name="policy_set_of_district"),)

    def __str__(self) -> str:
        return f"{self.document} from {self.valid_from}"


class PolicySetValue(models.Model):
    """One value of a choice as it was entered, with its citation, and the row it became."""

    choice = models.ForeignKey(PolicySetChoice, models.PROTECT, related_name="values")
    parameter = models.TextField()
    value = models.TextField()
    rule = models.TextField()
    source = models.TextField()
    quote = models.TextField()
    row = models.OneToOneField("clinics.PolicyRow", models.PROTECT, null=True, blank=True, related_name="chosen")

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("choice", "parameter"), name="policy_set_says_a_parameter_once"),)

    def __str__(self) -> str:
        return f"{self.parameter}={self.value}"


class PolicySimulation(Public):
    """One run of the booking rules over bookings there are, under a document's values: how many each rule would refuse.

    It holds numbers and the places and days of the first examples, nobody's name; it is written by its worker alone and never
    changes a booking. `touched_at` is its worker's last sign of life.
    """

    document = models.TextField()
    parameters = models.JSONField(default=list)
    is_alone = models.BooleanField(default=False)
    district = models.ForeignKey("permissions.District", models.PROTECT, related_name="+")
    from_day = models.DateField()
    days = models.PositiveSmallIntegerField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    last = models.BigIntegerField(default=0)  # key of the last booking judged
    until = models.BigIntegerField(default=0)  # key of the last one to judge; younger bookings are none of this run
    found = models.JSONField(default=dict)
    touched_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = (models.CheckConstraint(condition=Q(done__lte=F("total")), name="policy_simulation_does_not_exceed_its_total"),)
        indexes = (models.Index(fields=("district", "-created_at"), name="policy_simulation_of_district"),)

    def __str__(self) -> str:
        return f"{self.document} over {self.days} days"
