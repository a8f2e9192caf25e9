"""Criteria at the writing of a referral: those in force beside the diagnosis, those ticked kept with the case; nothing is ever blocked."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import policy
from clinics.criteria.focus import named_in
from clinics.criteria.queries import lines_in_force
from clinics.criteria.reading import Group, grouped
from clinics.models import Criterion, Institution
from clinics.models.criteria import Direction
from clinics.parameters import FOCUS_DISEASES
from permissions.acting import Acting
from referral.cases.criteria_models import MetCriterion
from referral.cases.models import Referral
from vault.refusal import invalid
from vault.transactions import requires_transaction

COPIED: Final = ("disease", "codes", "text", "text_en")
MOST_TICKED: Final = 30
NOT_SUPPLIED: Final = gettext_lazy(
    "The district has no criteria in force: the annex its measures refer to is not among the sources and was not supplied."
)


def groups_for(by: Acting, written: str, day: date, *directions: str) -> list[Group]:
    """The lines in force in the acting unit's district, disease by disease, those that fit what was written first (R042, R043).

    Empty where the district has no list in force: the annex of R116 was not supplied and nothing stands in for it (C27).
    """
    wanted = directions or (Direction.UP, Direction.KEEP)
    lines = lines_in_force(_district(by), day)
    return grouped([line for line in lines if line.direction in wanted], written)


def chosen(ids: Collection[UUID], *, by: Acting, day: date, referral: Referral | None = None) -> list[Criterion]:
    """The ticked lines, in force today or kept with this draft already. Refuses with `invalid_input`."""
    wanted = set(ids)
    if not wanted:
        return []
    if len(wanted) > MOST_TICKED:
        raise invalid("criteria", _("Tick at most %(limit)d criteria.") % {"limit": MOST_TICKED})
    offered = [line for line in lines_in_force(_district(by), day) if line.direction == Direction.UP]
    if referral is not None:
        offered += [one.criterion for one in met_of(referral) if one.criterion_id not in {line.pk for line in offered}]
    found = [line for line in offered if line.public_id in wanted]
    if len(found) != len(wanted):
        message = _("One of these criteria is no longer in force.")
        raise invalid("criteria", message, remedy=_("Look at the list again and tick what holds today."))
    return found


def keep(referral: Referral, ticked: Sequence[Criterion]) -> None:
    """Step: exactly these lines are kept with the case; what was kept before keeps the words it had."""
    requires_transaction()
    referral.met.exclude(criterion__in=ticked).delete()
    known = set(referral.met.values_list("criterion", flat=True))
    MetCriterion.objects.bulk_create(_met(referral, line) for line in ticked if line.pk not in known)


def met_of(referral: Referral) -> "QuerySet[MetCriterion]":
    """What was ticked, in the order of the list."""
    return referral.met.select_related("criterion__criteria").order_by("disease", "criterion__place", "pk")


def focus_of(impression: str, ticked: Sequence[Criterion], institution: Institution, day: date) -> str:
    """The focus diseases a diagnosis or a ticked criterion names, as the district's value of the day has them (R115)."""
    named = named_in(impression, [code for line in ticked for code in line.codes.split()])
    if not named:
        return ""
    held: Any = policy.value(FOCUS_DISEASES, at=day, district=institution.district)
    return " ".join(key for key in named if key in held)


def told(ticked: Sequence[Criterion]) -> dict[str, Any]:
    """What the trail keeps of the ticks: which lines, by their ids."""
    return {"criteria": [str(line.public_id) for line in ticked]} if ticked else {}


def _met(referral: Referral, line: Criterion) -> MetCriterion:
    held, words = line.criteria, {name: getattr(line, name) for name in COPIED}
    return MetCriterion(referral=referral, criterion=line, title=held.title, number=held.number, source=held.source, **words)


def _district(by: Acting) -> int:
    post: Any = by.post
    return int(post.institution.district_id)
