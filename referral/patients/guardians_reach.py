"""Whom a message about a resident speaks to: herself, or for a child without a document of its own its guardian (R025)."""

from typing import Final, NamedTuple

from django.utils import translation
from django.utils.translation import gettext as _

from permissions.identity.masking import mask_name, name_for_message
from permissions.identity.phones import is_mobile
from referral.patients.models import Guardian, Patient

LONGEST_NAME: Final = 8  # of a child's masked name, so that the word for its guardian is never cut off


class Reached(NamedTuple):
    """How the person is addressed, in Chinese, and the mobile number messages go to; '' where there is none."""

    name: str
    phone: str


class Called(NamedTuple):
    """Whom to ask for at which number; `guardian` is '' for somebody who speaks for herself."""

    guardian: str
    phone: str


def guardian_of(patient: Patient) -> Guardian | None:
    """Who answers for a child that has no document of its own."""
    return Guardian.objects.filter(patient=patient, patient__identifiers=None).first()


def reached(patient: Patient) -> Reached:
    """The addressee of messages about a resident. A child's own number comes before its guardian's, both may be hers."""
    guardian = guardian_of(patient)
    fallback = guardian.phone if guardian else ""
    phone = patient.phone or (fallback if is_mobile(fallback) else "")
    return Reached(addressed(patient.name, patient.sex, has_guardian=guardian is not None), phone)


def to_call(patient: Patient) -> Called:
    """Who answers when the hospital calls about a resident: for a child its guardian by name, on her own number where she left one."""
    guardian = guardian_of(patient)
    own = patient.phone or patient.landline
    return Called(f"{guardian.name}（{guardian.relation}）", guardian.phone or own) if guardian else Called("", own)


def greeted(patient: Patient, guardian: Guardian | None) -> str:
    """Whose booking a page speaks of, in the reader's language: 陈女士, but a child by its masked name."""
    return mask_name(patient.name) if guardian else name_for_message(patient.name, patient.sex)


def addressed(name: str, sex: str, *, has_guardian: bool) -> str:
    """陈女士, or 陈*满的监护人: Chinese whatever language the doctor reads, and masked, as others may read over a shoulder."""
    with translation.override("zh-hans"):
        if not has_guardian:
            return name_for_message(name, sex)
        return _("guardian of %(name)s") % {"name": mask_name(name)[:LONGEST_NAME]}
