"""What a reader may know of the rights, stops, values and lists her notices are about, and where a click leads."""

from collections.abc import Collection
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from clinics.criteria.queries import sets_of
from clinics.imports.queries import imports_of
from clinics.models import ClinicStop, PolicyRow
from clinics.policy import REGISTRY
from clinics.policy.scope import rows_seen_by
from clinics.policy.sets import SETS
from clinics.policy.sets_queries import choices_of
from clinics.policy.typed import said_stored
from clinics.policy.words import words_of
from clinics.right_queries import rights_seen_by
from clinics.timetables.stop_queries import stops_seen_by
from permissions.acting import Acting
from permissions.models import ReferralRight
from permissions.roles import Capability
from referral.news.shown_cases import Found, Shown

A_MOMENT: Final = timedelta(microseconds=1)


def rights(acting: Acting, ids: Collection[UUID]) -> Found:
    """Her own right wherever she acts, and those her part may look at."""
    own = ReferralRight.objects.filter(user=acting.user, public_id__in=ids).select_related("user", "post__institution")
    seen = rights_seen_by(acting).filter(public_id__in=ids)
    return {row.public_id: Shown(_words_of_right(row), _page_of_right(acting, row)) for row in (*own, *seen)}


def _words_of_right(right: ReferralRight) -> dict[str, str]:
    post = getattr(right, "post", None)
    return {
        "doctor": right.user.display_name,
        "institution": post.institution.display_short_name if post else "",
        "until": timezone.localtime(right.valid_to - A_MOMENT).strftime("%Y-%m-%d") if right.valid_to else "",
    }


def _page_of_right(acting: Acting, right: ReferralRight) -> str:
    if acting.can(Capability.NOMINATE):
        return reverse("nomination", args=[right.public_id])
    if acting.can(Capability.SEE_RIGHTS):
        return reverse("right", args=[right.public_id])
    return reverse("home") if acting.can(Capability.WRITE_REFERRAL) else ""


def stops(acting: Acting, ids: Collection[UUID]) -> Found:
    """Stops of her hospital."""
    return {row.public_id: Shown(_words_of_stop(row), reverse("stop", args=[row.public_id])) for row in _stops(acting, ids)}


def _stops(acting: Acting, ids: Collection[UUID]) -> list[ClinicStop]:
    return list(stops_seen_by(acting).filter(public_id__in=ids))


def _words_of_stop(stop: ClinicStop) -> dict[str, str]:
    first, last = stop.first_day.strftime("%m-%d"), stop.last_day.strftime("%m-%d")
    return {
        "service": f"{stop.service.department.name} {stop.service.name}",
        "hospital": stop.service.institution.display_short_name,
        "days": first if first == last else f"{first} – {last}",
    }


def values(acting: Acting, ids: Collection[UUID]) -> Found:
    """Values of the regulation of the places she sees."""
    if not (acting.can(Capability.SET_POLICY) or acting.can(Capability.MANAGE_POOLS)):
        return {}
    rows = rows_seen_by(acting).filter(public_id__in=ids)
    return {row.public_id: Shown({"value": _words_of_value(row)}, reverse("policy_row", args=[row.public_id])) for row in rows}


def _words_of_value(row: PolicyRow) -> str:
    parameter = REGISTRY.get(row.parameter)
    return row.parameter if parameter is None else f"{words_of(parameter).title} {said_stored(parameter, row.value)}"


def documents(acting: Acting, ids: Collection[UUID]) -> Found:
    """Documents of the regulation her district chose."""
    if not acting.can(Capability.SET_POLICY):
        return {}
    rows = choices_of(acting).filter(public_id__in=ids)
    return {row.public_id: Shown({"value": str(SETS[row.document].title)}, reverse("policy_choice", args=[row.public_id])) for row in rows}


def criteria(acting: Acting, ids: Collection[UUID]) -> Found:
    """Lists of referral criteria of her district."""
    if not acting.can(Capability.SET_POLICY):
        return {}
    rows = sets_of(acting).filter(public_id__in=ids)
    return {row.public_id: Shown({"value": f"{row.title} {row.number}"}, reverse("criteria_set", args=[row.public_id])) for row in rows}


def lists(acting: Acting, ids: Collection[UUID]) -> Found:
    """Lists she brought in herself, in the part she acts in."""
    rows = imports_of(acting).filter(public_id__in=ids)
    return {row.public_id: Shown({"list": row.file_name}, reverse("import", args=[row.public_id])) for row in rows}
