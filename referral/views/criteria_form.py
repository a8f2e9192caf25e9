"""The criteria on the form of a referral: by disease, those that fit the impression open, and the boxes as they were left."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from clinics.criteria.reading import Group
from clinics.models import Criterion
from clinics.models.criteria import Direction
from permissions.acting import Acting
from referral.cases.criteria import NOT_SUPPLIED, groups_for, met_of
from referral.cases.models import Referral

FIELD = "criteria"


@dataclass(frozen=True, slots=True)
class Shown:
    """One disease on the form: its boxes, what of it stays in community care, and whether it stands open."""

    group: Group
    boxes: list[tuple[Criterion, bool]]
    stays: list[Criterion]

    @property
    def is_open(self) -> bool:
        return self.group.matches or any(ticked for _line, ticked in self.boxes)


def ticked_in(request: HttpRequest) -> list[str]:
    """The boxes as the form sent them."""
    return request.POST.getlist(FIELD)


def criteria_context(by: Acting, impression: str, ticked: Collection[str], referral: Referral | None = None) -> dict[str, Any]:
    """What the form needs: the diseases in force, and what this draft keeps of versions that hold no longer."""
    found = groups_for(by, impression, timezone.localdate())
    offered = {str(line.public_id) for group in found for line in group.lines}
    kept = [one for one in met_of(referral) if str(one.criterion.public_id) not in offered] if referral else []
    return {
        "criteria": [shown(group, ticked) for group in found],
        "criteria_kept": [(one, str(one.criterion.public_id) in ticked) for one in kept],
        "criteria_note": NOT_SUPPLIED,
    }


def shown(group: Group, ticked: Collection[str]) -> Shown:
    """One disease with its boxes."""
    boxes = [(line, str(line.public_id) in ticked) for line in group.lines if line.direction == Direction.UP]
    return Shown(group, boxes, [line for line in group.lines if line.direction == Direction.KEEP])
