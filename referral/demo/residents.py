"""The residents of the demonstration: invented names with valid synthetic document numbers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle
from random import Random

from permissions.identity.resident_number import check_character
from referral.demo.people import FULL_CENTRE, GIVEN, SURNAMES
from referral.demo.places import SUBDISTRICTS
from referral.patients.person import NewGuardian, NewPatient

MOBILE = "1990020{:04d}"
STREETS = ("新康街", "安德路", "教场口街", "六铺炕", "黄寺大街")
AT_DESHENG, AT_OTHERS = 18, 3


@dataclass(frozen=True, slots=True)
class Resident:
    """One resident with the centre of her contract; without a centre she has no contract."""

    new: NewPatient
    centre: str
    health_record_number: str = ""


def residents() -> list[Resident]:
    """Everybody, the same at each call: the special ones first, all of them at 德胜."""
    numbers = Random(19580315)  # noqa: S311  the same people at each call, nothing secret
    special = [Resident(new, FULL_CENTRE.format("德胜")) for new in _special()]
    ordinary = list(_ordinary(numbers))
    contracted = [_with_record(number, one) for number, one in enumerate([*special, *ordinary], start=1)]
    return [*contracted, Resident(_person("曹阿福", "1", date(1966, 9, 9), 990, mobile=990), "")]


def document_number(born: date, serial: int, sex: str) -> str:
    """A made-up resident number of Xicheng with the right check character; an odd serial is a man's."""
    odd = serial * 2 % 1000 + (1 if sex == "1" else 0)
    body = f"110102{born:%Y%m%d}{odd % 1000:03d}"
    return body + check_character(body)


def _special() -> Iterator[NewPatient]:
    """Names and circumstances every page and paper must survive."""
    yield _person("陈秀兰", "2", date(1958, 3, 15), 1, mobile=1, priority="elderly")
    yield _person("王䶮", "1", date(1971, 6, 2), 2, mobile=2)
    yield _person("李㛃", "2", date(1983, 11, 20), 3, mobile=3)
    yield _person("刘𬱖", "1", date(1990, 1, 8), 4, mobile=4)
    yield _person("阿不都热合曼·买买提", "1", date(1964, 4, 30), 5, mobile=5)
    yield NewPatient(
        name="陈小满", sex="2", birth_date=date(2018, 5, 21), mobile=MOBILE.format(6), priority_group="child", address=_address(6),
        guardian=NewGuardian("陈志强", "resident_id", document_number(date(1986, 2, 14), 6, "1"), "父亲", MOBILE.format(6)),
    )  # fmt: skip
    yield NewPatient(
        name="赵淑珍", document_type="resident_id", document_number=document_number(date(1941, 10, 1), 7, "2"),
        landline="010-62010007", priority_group="elderly", address=_address(7),
    )  # fmt: skip


def _ordinary(numbers: Random) -> Iterator[Resident]:
    """Eighteen more at 德胜, three at each other centre; most are old enough for a chronic disease."""
    names = cycle(surname + given for given, surname in zip(cycle(reversed(GIVEN)), SURNAMES * len(GIVEN), strict=False))
    serial = 20
    for name, _english, _stations in SUBDISTRICTS:
        for _ in range(AT_DESHENG if name == "德胜" else AT_OTHERS):
            serial += 1
            born = date(1940, 1, 1) + timedelta(days=numbers.randrange(50 * 365))
            sex = numbers.choice("12")
            yield Resident(_person(next(names), sex, born, serial, mobile=serial), FULL_CENTRE.format(name))


def _person(name: str, sex: str, born: date, serial: int, *, mobile: int, priority: str = "") -> NewPatient:
    return NewPatient(
        name=name, document_type="resident_id", document_number=document_number(born, serial, sex), sex=sex, birth_date=born,
        mobile=MOBILE.format(mobile), address=_address(serial), priority_group=priority,
    )  # fmt: skip


def _address(serial: int) -> str:
    return f"北京市西城区{STREETS[serial % len(STREETS)]}{serial % 40 + 1}号院{serial % 9 + 1}号楼{serial % 18 + 1}01室"


def _with_record(number: int, resident: Resident) -> Resident:
    """The seventeen digits of the health record: district, street, village, running number."""
    street = next(at for at, (name, *_rest) in enumerate(SUBDISTRICTS, start=1) if FULL_CENTRE.format(name) == resident.centre)
    return Resident(resident.new, resident.centre, f"110102{street:03d}001{number:05d}")
