"""Registers districts, institutions, departments and alliances of the demonstration."""

from datetime import date

from clinics.models import Alliance, BookingRules, Department, FactLabel, FactOf, Institution
from clinics.register.booking_rules import enter_rules
from clinics.register.fact_labels import define_fact
from clinics.register.registry import correct_institution, found_alliance, register_departments, register_institutions
from permissions.acting import Acting
from permissions.founding import Founder, confirm_other, found, waiting_for
from permissions.models import District, User
from permissions.roles import Role
from referral.demo.people import FULL_CENTRE, FULL_STATION, Someone
from referral.demo.places import ALLIANCES, DISTRICTS, ELSEWHERE, HOSPITALS, MARK, RULES, SUBDISTRICTS, XICHENG
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
            Department(
                institution=places[hospital.name], standard_code=code, name=name, local_code=f"{1000 + number}" if number % 6 else "",
                category="diagnostic" if code.startswith("32") else "clinical",
            )
            for hospital in HOSPITALS
            for number, (code, name) in enumerate(hospital.departments, start=1)
        ],
        by=by,
    )  # fmt: skip


def load_rules(places: dict[str, Institution], today: date, by: Acting) -> None:
    """What each hospital keeps of itself: who answers for booking, where an earlier load left it out, its booking rules, a further fact."""
    for number, hospital in enumerate(HOSPITALS):
        one = places[hospital.name]
        if not one.responsible_department:
            kept = {name: value for name, value in answering("hospital", number).items() if not getattr(one, name)}
            places[hospital.name] = correct_institution(one, kept, by=by, expected_version=one.version)
        if not BookingRules.objects.filter(institution=one).exists():
            enter_rules(one, text=RULES, valid_from=date(today.year, 1, 1), today=today, by=by)
    if not FactLabel.objects.filter(district=by.district_id).exists():
        define_fact(FactOf.INSTITUTION, "停车场", name_en="Car park", by=by)


def load_alliances(places: dict[str, Institution], by: Acting) -> None:
    """The alliances with their invented members; one that is there stays."""
    known = set(Alliance.objects.values_list("name", flat=True))
    for group in ALLIANCES:
        if group.name not in known:
            centres = [places[FULL_CENTRE.format(SUBDISTRICTS[number][0])] for number in group.centres]
            alliance = Alliance(kind=group.kind, name=group.name, lead=places[group.lead])
            found_alliance(alliance, [*centres, *(places[name] for name in group.hospitals)], by=by)
