"""Which findings and measures somebody may read: the district's all of them, an institution the signed ones that concern it."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from clinics import policy
from clinics.models import Institution
from permissions.acting import Acting
from permissions.roles import Capability
from referral.booking.expected import NOTHING_HERE, today
from referral.evaluation import parameters as p
from referral.evaluation.models import Finding, FindingMeasure
from referral.evaluation.scope import Month, last_whole_month, scope_of
from referral.supervision.month import before, following
from vault.refusal import Refusal

PEOPLE = ("written_by", "signed_by")


def measures_seen_by(acting: Acting) -> "QuerySet[FindingMeasure]":
    """What concerns this person: all of her district, or what concerns her institution or everybody there."""
    rows = FindingMeasure.objects.select_related("institution", "finding", "noted_by").order_by("due_on", "pk")
    if acting.can(Capability.SEE_DISTRICT):
        return rows.filter(finding__district=acting.district_id)
    scope = scope_of(acting)
    if scope.root is None or acting.post is None:
        return rows.none()
    mine = Q(institution=scope.root) | Q(institution=None)
    return rows.filter(mine, finding__district=acting.post.institution.district_id, finding__status="signed")


def findings_of(acting: Acting, month: Month | None = None) -> "QuerySet[Finding]":
    """The findings this person may read with their measures, the newest month and edition first; two queries."""
    seen = measures_seen_by(acting)
    rows = Finding.objects.select_related(*PEOPLE).prefetch_related(Prefetch("measures", queryset=seen, to_attr="shown"))
    rows = rows.order_by("-month", "-edition")
    rows = rows.filter(month=month.first) if month else rows
    if acting.can(Capability.SEE_DISTRICT):
        return rows.filter(district=acting.district_id)
    return rows.filter(Exists(seen.filter(finding=OuterRef("pk"))))


def finding_of(acting: Acting, public_id: UUID) -> Finding:
    """One of them; anything else looks like nothing."""
    found = findings_of(acting).filter(public_id=public_id).first()
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def earlier_measures(acting: Acting, month: Month) -> list[FindingMeasure]:
    """What was to be done since: all of the month before, and what is still open from longer ago; one query (R178)."""
    rows = measures_seen_by(acting).filter(finding__status="signed", finding__month__lt=month.first)
    return list(rows.filter(Q(finding__month=before(month.first)) | Q(status="open")))


def waiting_findings(acting: Acting) -> int:
    """How many findings of others wait for this administrator's signature."""
    if not acting.can(Capability.EVALUATE):
        return 0
    return Finding.objects.filter(district=acting.district_id, status="written").exclude(written_by=acting.user).count()


def institutions_named(acting: Acting) -> "QuerySet[Institution]":
    """Whom a measure may name: the district's hospitals and centres, stations with their centre."""
    return Institution.objects.filter(district=acting.district_id, parent=None).order_by("kind", "name")


def sign_by(acting: Acting, month: Month) -> date:
    """The last day on which a month's finding is signed in time."""
    held = policy.values([p.SIGN_DAYS], policy.Target(district=acting.district_id), today())
    days = int(str(held[p.SIGN_DAYS.key].value))
    return following(month.first).replace(day=max(1, min(days, 28)))


def is_overdue(acting: Acting, month: Month, findings: list[Finding]) -> bool:
    """Whether the last whole month should have been signed by now (R163)."""
    signed = any(one.status == "signed" for one in findings)
    return month.first == last_whole_month() and not signed and today() > sign_by(acting, month)
