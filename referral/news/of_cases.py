"""Who is told what of the lives of exceptions and controlled documents; other acts about cases tell it themselves."""

from collections.abc import Iterator, Sequence
from typing import Final

from referral.booking.override_models import RuleOverride
from referral.inbox.tell import answering_for
from referral.news.steps import Step, Told, administrators_of
from referral.patients.control_models import ControlledIdentity

OWNER: Final = ("referral__owner__user", "referral__owner__institution", "referral__institution")
OF_OVERRIDES: Final = {
    "override.asked": "exception_waiting",
    "override.granted": "exception_granted",
    "override.refused": "exception_refused",
}
OF_CONTROLS: Final = {"control.proposed": "control_waiting", "control.lift_asked": "control_waiting"}


def of_overrides(steps: Sequence[Step]) -> Iterator[Told]:
    """The district hears that a doctor asks for an exception, the doctor what was decided."""
    rows = RuleOverride.objects.filter(public_id__in={step.about for step in steps})
    found = {row.public_id: row for row in rows.select_related(*OWNER)}
    for step in steps:
        if (override := found.get(step.about)) is None:
            continue
        referral, asked = override.referral, step.event == "override.asked"
        doctor = answering_for(referral.owner, referral.institution)
        yield Told(step, OF_OVERRIDES[step.event], step.about, administrators_of(referral.institution.district_id) if asked else doctor)


def of_controls(steps: Sequence[Step]) -> Iterator[Told]:
    """The other administrators of the district hear that a controlled document waits for a second person (R014)."""
    found = {row.public_id: row for row in ControlledIdentity.objects.filter(public_id__in={step.about for step in steps})}
    for step in steps:
        if (control := found.get(step.about)) is not None:
            yield Told(step, OF_CONTROLS[step.event], step.about, administrators_of(control.district_id))
