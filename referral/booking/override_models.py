"""The table of exceptions: one broken limit, horizon or contract rule that two persons let pass for one referral, and never more."""

from typing import ClassVar, Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from permissions.roles import Role
from vault.models import Stateful
from vault.states import StateTable, Transition, fsm_trigger

DOCTOR: Final = (Role.FAMILY_DOCTOR.value, Role.REGIONAL_SPECIALIST.value)
DISTRICT: Final = (Role.DISTRICT_ADMIN.value,)


class OverrideStatus(models.TextChoices):
    ASKED = "asked", _("waits for the district")
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    USED = "used", _("used")
    LAPSED = "lapsed", _("lapsed")


class Overridable(models.TextChoices):
    """The rules that may be let pass; right, encounter, capacity and bans never are, nor one department twice on a day (R015, ADR 28)."""

    HORIZON = "R106", _("days ahead")
    DAY = "R108", _("visits on one day")
    WEEK_DEPARTMENT = "R109", _("visits to one department in seven days")
    WEEK = "R017", _("visits in seven days")
    QUARTER = "R018", _("visits in three months")
    CHURN = "R147", _("cancellations")
    CONTRACT = "R118", _("contract and health record")


OVERRIDE_STATES: Final = StateTable(
    kind="rule_override",
    transitions=(
        Transition("", "asked", DOCTOR, "override.asked"),
        Transition("asked", "granted", DISTRICT, "override.granted"),
        Transition("asked", "refused", DISTRICT, "override.refused"),
        Transition("asked", "withdrawn", DOCTOR, "override.withdrawn"),
        Transition("granted", "used", DOCTOR, "override.used"),
        Transition("granted", "withdrawn", (*DOCTOR, *DISTRICT), "override.withdrawn"),
        Transition("granted", "lapsed", ("system",), "override.lapsed"),
        Transition("asked", "lapsed", ("system",), "override.lapsed"),
    ),
    final=frozenset({"refused", "withdrawn", "used", "lapsed"}),
)


class RuleOverride(Stateful):
    """Asked for by the referring doctor, granted by an administrator of the district; good for one booking until `valid_to`.

    `pool_slot` is the place that was refused, `counted` and `bound` what the rule counted there and where its limit stands.
    """

    STATES: ClassVar[StateTable] = OVERRIDE_STATES

    referral = models.ForeignKey("referral.Referral", models.PROTECT, related_name="overrides")
    rule = models.TextField(choices=Overridable)
    reason = models.CharField(max_length=200)
    evidence = models.TextField(max_length=500)
    status = models.TextField(choices=OverrideStatus, default=OverrideStatus.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField(max_length=200, blank=True, default="")
    valid_to = models.DateTimeField(null=True, blank=True)
    pool_slot = models.ForeignKey("reserved_pools.PoolSlot", models.PROTECT, null=True, blank=True, related_name="+")
    counted = models.PositiveSmallIntegerField(null=True, blank=True)
    bound = models.PositiveSmallIntegerField(null=True, blank=True)
    used_by = models.ForeignKey("referral.Booking", models.PROTECT, null=True, blank=True, related_name="overrides")

    class Meta:
        default_permissions = ()
        triggers = [fsm_trigger(OVERRIDE_STATES)]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=OverrideStatus.values), name="override_status_is_known"),
            models.CheckConstraint(condition=Q(rule__in=Overridable.values), name="override_is_of_a_rule_that_may_be_let_pass"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(evidence=""), name="override_names_reason_and_evidence"),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="override_is_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(status="granted") | Q(decided_by__isnull=False, valid_to__isnull=False), name="granted_override_has_an_end"
            ),
            models.UniqueConstraint(
                fields=["referral", "rule"], condition=Q(status__in=("asked", "granted")), name="referral_asks_once_for_each_rule"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
