"""Who is told what of the lives of exceptions and controlled documents; other acts about cases tell it themselves."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from permissions.models import User
from referral.booking.override_models import RuleOverride
from referral.inbox.tell import answering_for
from referral.news.steps import Step, Told, administrators_of
from referral.patients.control_models import ControlledIdentity
from vault.events import Event

OWNER: Final = ("referral__owner__user", "referral__owner__institution", "referral__institution")
OF_OVERRIDES: Final = {
    "override.asked": "exception_waiting",
    "override.granted": "exception_granted",
    "override.refused": "exception_refused",
    "override.withdrawn": "exception_withdrawn",
}
OF_CONTROLS: Final = {
    "control.proposed": "control_waiting",
    "control.lift_asked": "control_waiting",
    "control.approved": "control_approved",
    "control.rejected": "control_rejected",
    "control.lifted": "control_lifted",
    "control.kept": "control_kept",
}


def of_overrides(steps: Sequence[Step]) -> Iterator[Told]:
    """The district hears that a doctor asks for an exception, the doctor what was decided or taken back."""
    rows = RuleOverride.objects.filter(public_id__in={step.about for step in steps})
    found = {row.public_id: row for row in rows.select_related(*OWNER)}
    for step in steps:
        if (override := found.get(step.about)) is None:
            continue
        referral, asked = override.referral, step.event == "override.asked"
        doctor = answering_for(referral.owner, referral.institution)
        yield Told(step, OF_OVERRIDES[step.event], step.about, administrators_of(referral.institution.district_id) if asked else doctor)


def of_controls(steps: Sequence[Step]) -> Iterator[Told]:
    """The other administrators of the district hear that a controlled document waits for a second person; who proposed it, and who
    asked to lift it, what was decided (R014).
    """
    rows = ControlledIdentity.objects.filter(public_id__in={step.about for step in steps}).select_related("entered_by")
    found = {row.public_id: row for row in rows}
    askers = _askers(found)
    for step in steps:
        if (control := found.get(step.about)) is None:
            continue
        kind = OF_CONTROLS[step.event]
        if kind == "control_waiting":
            yield Told(step, kind, step.about, administrators_of(control.district_id))
            continue
        asked = [user for at, user in askers.get(step.about, ()) if at <= step.at][-1:]
        yield Told(step, kind, step.about, [control.entered_by, *asked])


def _askers(controls: Collection[UUID]) -> dict[UUID, list[tuple[datetime, User]]]:
    """Who asked to lift each of these documents, and when; the row forgets her when it is kept."""
    asked = list(Event.objects.filter(object_id__in=controls, event="control.lift_asked").order_by("id"))
    users = {user.public_id: user for user in User.objects.filter(public_id__in={one.actor_id for one in asked})}
    found: dict[UUID, list[tuple[datetime, User]]] = {}
    for one in asked:
        if one.actor_id in users:
            found.setdefault(one.object_id, []).append((one.at, users[one.actor_id]))
    return found
