"""Registers the residents of the demonstration with their contracts."""

from datetime import date, timedelta
from typing import cast

from clinics.models import Institution, Post
from permissions.acting import Acting
from permissions.roles import Role
from referral.demo.residents import Resident, residents
from referral.patients.contracts import NewContract
from referral.patients.models import CareTeam, Patient
from referral.patients.register import register_patient

SIGNED, RUNS = timedelta(days=200), timedelta(days=365)


def load_residents(places: dict[str, Institution], today: date) -> int:
    """Everybody with a contract at her centre, and one person without any; answers how many were added."""
    known = set(Patient.objects.values_list("name", flat=True))
    fresh = [resident for resident in residents() if resident.new.name not in known]
    for resident in fresh:
        _register(resident, places, today)
    return len(fresh)


def _register(resident: Resident, places: dict[str, Institution], today: date) -> None:
    if not resident.centre:
        register_patient(resident.new, None, by=_doctor(Role.REGIONAL_SPECIALIST), today=today)
        return
    centre = places[resident.centre]
    team = CareTeam.objects.get(institution=centre)
    number, start = resident.health_record_number, today - SIGNED
    contract = NewContract(team.public_id, number, start, today + RUNS)
    register_patient(resident.new, contract, by=_doctor(Role.FAMILY_DOCTOR, centre), today=today)


def _doctor(kind: Role, centre: Institution | None = None) -> Acting:
    """The first doctor of a centre, or the regional-centre specialist."""
    posts = Post.objects.live().complete().filter(kind=kind)
    post = cast(Post, (posts.filter(institution=centre) if centre else posts).earliest("pk"))
    return Acting(post.user, kind, post)
