"""The targets of a right as boxes to tick: alliances first, then single hospitals, then single departments folded by hospital."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from clinics.grants import Target
from clinics.models import Department, Post
from clinics.queries import alliances_with_members, departments_in, hospitals_of
from clinics.right_queries import targets_named
from vault.refusal import invalid


@dataclass(frozen=True, slots=True)
class Box:
    """One target to tick."""

    value: str
    label: str
    text: str
    checked: bool


def target_choices(post: Post | None, ticked: list[str] | None = None, *, beside: Sequence[Post | None] = ()) -> list[dict[str, Any]]:
    """Every alliance with its lead, and the hospitals of the district with their departments.

    Without a choice the post's own alliances are ticked; for several posts at once those that all of them belong to.
    """
    roots = {one.institution.root_id for one in (post, *beside) if one}
    alliances = [
        (
            f"alliance.{one.public_id}",
            one.name,
            one.lead.short_name,
            bool(roots) and roots <= {member.institution_id for member in one.memberships.all()},
        )
        for one in alliances_with_members()
    ]
    district = post.institution.district_id if post else None
    hospitals = [(f"institution.{one.public_id}", one.short_name, "", False) for one in hospitals_of(district)]
    groups = [(_("Alliances"), alliances), (_("Single hospitals"), hospitals)]
    shown: list[dict[str, Any]] = [{"label": label, "boxes": [_box(entry, ticked) for entry in entries]} for label, entries in groups]
    folds = _folds(district, ticked)
    return [*shown, {"label": _("Single departments"), "folds": folds, "open": any(fold["open"] for fold in folds)}]


def _folds(district: int | None, ticked: list[str] | None) -> list[dict[str, Any]]:
    """The departments, one fold a hospital; a fold stands open when something in it is ticked."""
    rooms = departments_in(district)
    folds = []
    for hospital, of_one in groupby(rooms, key=_hospital_name):
        boxes = [_box((f"department.{room.public_id}", room.name, "", False), ticked) for room in of_one]
        folds.append({"label": hospital, "boxes": boxes, "open": any(box.checked for box in boxes)})
    return folds


def _hospital_name(room: Department) -> str:
    return room.institution.short_name


def _box(entry: tuple[str, str, str, bool], ticked: list[str] | None) -> Box:
    value, label, text, own = entry
    return Box(value, label, text, own if ticked is None else value in ticked)


def chosen_targets(typed: QueryDict) -> list[Target]:
    """The ticked targets. Refuses with `invalid_input` when none is or one cannot be."""
    names = [value.partition(".") for value in typed.getlist("target")[:100]]
    if not names:
        raise invalid("targets", _("Tick at least one alliance or hospital."))
    try:
        return targets_named([(kind, UUID(public_id)) for kind, _dot, public_id in names])
    except ValueError:
        raise invalid("targets", _("One of the chosen targets does not exist.")) from None
