"""Who is served first and how that is proved: in order, to be verified again soon, over, or never proved (R188, R201)."""

from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Case, CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from referral.patients.control_models import PriorityProof
from referral.patients.models import Patient, PriorityGroup
from referral.patients.residents import answered_for

SOON: Final = timedelta(days=30)
# How a resident's priority stands, and its words; the order is the order of the work.
STANDINGS: Final[dict[str, Any]] = {
    "expired": _("proof is over"),
    "without_proof": _("without proof"),
    "expiring": _("proof ends within 30 days"),
    "proved": _("proved"),
}


def priorities_of(acting: Acting, today: date) -> QuerySet[Patient]:
    """Residents the unit answers for who are in a group or were until their proof ended, each with `priority_standing` and its proof."""
    standing = _standing()
    rows = answered_for(acting, today).filter(~Q(priority_group=PriorityGroup.NONE) | Exists(standing))
    rows = rows.annotate(
        proof_group=Subquery(standing.values("group")[:1]),
        proof_said=Subquery(standing.values("proof")[:1]),
        proof_until=Subquery(standing.values("valid_to")[:1]),
        proof_by=Subquery(standing.values("seen_by__name")[:1]),
    )
    return rows.annotate(
        priority_standing=Case(
            When(proof_until__lte=today, then=Value("expired")),
            When(proof_until__isnull=True, then=Value("without_proof")),
            When(proof_until__lte=today + SOON, then=Value("expiring")),
            default=Value("proved"),
            output_field=CharField(),
        ),
        priority_order=Case(
            When(proof_until__lte=today, then=Value(0)),
            When(proof_until__isnull=True, then=Value(1)),
            When(proof_until__lte=today + SOON, then=Value(2)),
            default=Value(3),
        ),
    ).order_by("priority_order", "proof_until", "name_pinyin", "pk")


def group_of(patient: Any) -> str:
    """The group a row of the list stands for: the proved one, also after its end."""
    return patient.proof_group or patient.priority_group


def in_group(rows: QuerySet[Patient], group: str) -> QuerySet[Patient]:
    """Those of one group, proved or listed; an empty word leaves all."""
    if not group:
        return rows
    return rows.filter(Q(proof_group=group) | Q(proof_group__isnull=True, priority_group=group))


def proof_of(patient: Patient) -> PriorityProof | None:
    """The standing proof of a resident, whether or not its end has come."""
    return PriorityProof.objects.filter(patient=patient, ended_at__isnull=True).select_related("seen_by").first()


def needing_verification(acting: Acting, today: date) -> int:
    """How many of the unit's residents are in a group without a proof that lasts beyond the next 30 days."""
    return priorities_of(acting, today).exclude(priority_standing="proved").count()


def group_word(group: str) -> str:
    """The group in the reader's language; nothing for none."""
    return str(PriorityGroup(group).label) if group else ""


def _standing() -> QuerySet[PriorityProof]:
    return PriorityProof.objects.filter(patient=OuterRef("pk"), ended_at__isnull=True)
