"""Which doctor may sit where: titles in order, and who fits a service or may take another's clinic; pure."""

from clinics.models import Practitioner, Service
from clinics.models.post import Title

RANKS = (Title.RESIDENT, Title.ATTENDING, Title.ASSOCIATE, Title.CHIEF)


def rank_of(title: str) -> int:
    """The place of a title, the lowest first; no title is below all."""
    return RANKS.index(Title(title)) if title in Title.values else -1


def fits(doctor: Practitioner, service: Service) -> bool:
    """A doctor of the service's hospital whose title is the one that is offered, or a higher one (R070)."""
    return doctor.institution_id == service.institution_id and rank_of(doctor.title) >= rank_of(service.title)


def may_stand_in(doctor: Practitioner, service: Service, title: str) -> bool:
    """A doctor of the same specialty and of the same or a higher rank than was announced (R127)."""
    same = doctor.department.standard_code == service.department.standard_code
    return same and fits(doctor, service) and rank_of(doctor.title) >= rank_of(title)
