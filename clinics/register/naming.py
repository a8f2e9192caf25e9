"""Which name a reader is shown: an institution's in her language, a doctor's only where it may be known (R081)."""

from datetime import date

from django.db.models import F, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

from clinics import policy
from clinics.models import Institution, Practitioner
from clinics.parameters import DOCTOR_NAMES_SHOWN
from permissions.acting import Acting
from permissions.roles import Capability


def shown_name(practitioner: Practitioner | None, *, to: Acting | None, today: date) -> str:
    """A doctor's name for this reader, '' where it stays hidden (R081, C18); the only place that decides.

    The hospital's own people and its district know their doctors. Others who are signed in see a name where the hospital shows
    its doctors' names and its district and the city let it, and nobody in particular (`to` is None: public pages, residents,
    messages, papers) never sees one. The practitioner comes with her institution.
    """
    if practitioner is None or to is None:
        return ""
    hospital = practitioner.institution
    is_colleague = to.post is not None and to.post.institution_id == hospital.pk
    is_district = to.can(Capability.MANAGE_INSTITUTIONS) and to.district_id == hospital.district_id
    return practitioner.name if is_colleague or is_district or shows_names(hospital, today) else ""


def shows_names(hospital: Institution, today: date) -> bool:
    """Whether a hospital shows its doctors' names to who refers: it wants to, and nobody above forbids it (R081, R145, C18).

    One query, asked only of a hospital that wants to.
    """
    return hospital.shows_doctor_names and bool(policy.value(DOCTOR_NAMES_SHOWN, at=today, institution=hospital))


def short_name(institution: str) -> Combinable:
    """What `Institution.display_short_name` says of the institution at this path (`booking__institution`)."""
    if get_language() != "en":
        return F(f"{institution}__short_name")
    return Coalesce(NullIf(F(f"{institution}__name_en"), Value("", output_field=TextField())), F(f"{institution}__short_name"))
