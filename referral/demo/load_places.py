"""Registers districts, institutions, departments and alliances of the demonstration."""

from clinics.models import Alliance, Department, Institution
from clinics.registry import found_alliance, register_departments, register_institutions
from permissions.acting import Acting
from permissions.founding import Founder, confirm_other, found, waiting_for
from permissions.models import District, User
from permissions.roles import Role
from referral.demo.people import FULL_CENTRE, FULL_STATION, Someone
from referral.demo.places import ALLIANCES, DISTRICTS, ELSEWHERE, HOSPITALS, MARK, SUBDISTRICTS, XICHENG
from referral.demo.responsible import answering


def load_districts() -> District:
    """The sixteen districts; answers Xicheng."""
    District.objects.bulk_create(
        [District(code=code, name=name, name_en=english) for code, name, english in DISTRICTS], ignore_conflicts=True
    )
    return District.objects.get(code=XICHENG)


def first_admins(first: Someone, second: Someone, district: District) -> tuple[Acting, Acting]:
    """The two administrators everything else is registered by; each confirms the other, as in a real district."""
    founding, _is_new = found(district.code, district.name, _founder(first), _founder(second))
    people = founding.first.user, founding.second.user
    for user in people:
        if waiting_for(user) is not None:
            confirm_other(by=Acting(user))
    return as_admin(people[0], district), as_admin(people[1], district)


def _founder(someone: Someone) -> Founder:
    return Founder(someone.name, someone.phone, someone.name_en)


def as_admin(user: User, district: District) -> Acting:
    return Acting(user, Role.DISTRICT_ADMIN, district=district)


def load_institutions(by: Acting) -> dict[str, Institution]:
    """Every hospital, centre and station, by full name."""
    districts = {district.code: district for district in District.objects.all()}
    register_institutions([*_hospitals(districts), *_elsewhere(districts), *_centres(districts[XICHENG])], by=by)
    known = {institution.name: institution for institution in Institution.objects.all()}
    register_institutions(_stations(districts[XICHENG], known), by=by)
    return {institution.name: institution for institution in Institution.objects.select_related("district", "parent")}


def _hospitals(districts: dict[str, District]) -> list[Institution]:
    return [
        Institution(
            district=districts[one.district], kind="hospital", name=one.name, short_name=one.short_name, name_en=one.name_en,
            level=one.level, grade=one.grade, category=one.category, address=one.address, pickup_place=one.pickup_place,
            arrival_text="带身份证和医保卡，提前三十分钟到", source=MARK, **answering("hospital", number),
        )
        for number, one in enumerate(HOSPITALS)
    ]  # fmt: skip


def _elsewhere(districts: dict[str, District]) -> list[Institution]:
    return [
        Institution(district=districts[code], kind="hospital", name=name, short_name=name, level="3", category=category, source=MARK)
        for name, code, category in ELSEWHERE
    ]


def _centres(district: District) -> list[Institution]:
    return [
        Institution(
            district=district, kind="centre", name=FULL_CENTRE.format(name), short_name=f"{name}中心",
            name_en=f"{english} Community Health Centre", level="1", category="community",
            address=f"西城区{name}街道", source=MARK, **answering("centre", number),
        )
        for number, (name, english, _stations) in enumerate(SUBDISTRICTS)
    ]  # fmt: skip


def _stations(district: District, known: dict[str, Institution]) -> list[Institution]:
    return [
        Institution(
            district=district, kind="station", parent=known[FULL_CENTRE.format(name)], name=FULL_STATION.format(name + station),
            short_name=f"{station}站", level="1", category="community", address=f"西城区{name}街道", source=MARK,
        )
        for name, _english, stations in SUBDISTRICTS
        for station in stations
    ]  # fmt: skip


def load_departments(places: dict[str, Institution], by: Acting) -> None:
    """Each hospital's departments with their standard codes."""
    register_departments(
        [
            Department(institution=places[hospital.name], standard_code=code, name=name)
            for hospital in HOSPITALS
            for code, name in hospital.departments
        ],
        by=by,
    )


def load_alliances(places: dict[str, Institution], by: Acting) -> None:
    """The alliances with their invented members; one that is there stays."""
    known = set(Alliance.objects.values_list("name", flat=True))
    for group in ALLIANCES:
        if group.name not in known:
            centres = [places[FULL_CENTRE.format(SUBDISTRICTS[number][0])] for number in group.centres]
            alliance = Alliance(kind=group.kind, name=group.name, lead=places[group.lead])
            found_alliance(alliance, [*centres, *(places[name] for name in group.hospitals)], by=by)
