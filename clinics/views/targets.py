"""The targets of a right as boxes to tick: alliances first, then single hospitals."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _

from clinics.grants import Target
from clinics.models import Post
from clinics.queries import alliances_with_members, hospitals_of
from clinics.right_queries import targets_named
from vault.refusal import invalid


@dataclass(frozen=True, slots=True)
class Box:
    """One target to tick."""

    value: str
    label: str
    text: str
    checked: bool


def target_choices(post: Post | None, ticked: list[str] | None = None) -> list[dict[str, Any]]:
    """Every alliance with its lead, and the hospitals of the district; without a choice the post's own alliances are ticked."""
    root = post.institution.root_id if post else None
    alliances = [
        (f"alliance.{one.public_id}", one.name, one.lead.short_name, root in {member.institution_id for member in one.memberships.all()})
        for one in alliances_with_members()
    ]
    district = post.institution.district_id if post else None
    hospitals = [(f"institution.{one.public_id}", one.short_name, "", False) for one in hospitals_of(district)]
    groups = [(_("Alliances"), alliances), (_("Single hospitals"), hospitals)]
    return [{"label": label, "boxes": [_box(entry, ticked) for entry in entries]} for label, entries in groups]


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
