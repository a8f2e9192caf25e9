"""The people of the demonstration: all of them invented, each with the phone that logs in."""

from dataclasses import dataclass
from itertools import count, cycle
from typing import Any

from permissions.roles import Role
from referral.demo.places import HOSPITALS, SUBDISTRICTS

SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
GIVEN = (
    "建平", "雅琴", "志远", "晓东", "文静", "海燕", "国强", "丽华", "一鸣", "思源", "春梅", "立新", "佳宁", "永康", "素芬", "明远",
    "静怡", "德生", "若兰", "振宇", "玉洁", "浩然", "慧敏", "少杰", "淑贤", "启航", "婉清", "承志", "秀英", "嘉禾", "云飞", "念慈",
    "天佑", "雨桐", "仲文", "芷若", "怀瑾", "乐山", "采薇",
)  # fmt: skip

# The phones run on in the order of the list, so people are added at its end only.
PHONE = "1990010{:04d}"
FULL_CENTRE = "北京市西城区{}社区卫生服务中心"
FULL_STATION = "北京市西城区{}社区卫生服务站"

IN_FORCE, NONE, SUSPENDED, SOON = "in_force", "none", "suspended", "soon"
NOMINATED, WITHOUT_PAPER, SENT_BACK, VERIFIED = "nominated", "without_paper", "sent_back", "verified"


@dataclass(frozen=True, slots=True)
class Someone:
    """One account: `place` is an institution's full name, empty for the district; `standing` is that of the right."""

    role: Role
    name: str
    phone: str
    place: str = ""
    department: str = ""
    title: str = ""
    standing: str = ""
    name_en: str = ""
    is_new: bool = False  # has not accepted her duties yet


class _Roll:
    """Hands out names and phones in a fixed order."""

    def __init__(self) -> None:
        self.people: list[Someone] = []
        self.names = cycle(surname + given for given, surname in zip(cycle(GIVEN), SURNAMES * len(GIVEN), strict=False))
        self.numbers = count(1)
        self.taken: set[str] = set()

    def add(self, role: Role, name: str = "", **fields: Any) -> None:
        said = name or next(name for name in self.names if name not in self.taken)
        self.taken.add(said)
        self.people.append(Someone(role, said, PHONE.format(next(self.numbers)), **fields))


def everybody() -> list[Someone]:
    """Every account of the demonstration; the first of each role is the one to try."""
    roll = _Roll()
    _leading(roll)
    _family_doctors(roll)
    _hospital_people(roll)
    _managers(roll)
    _offices(roll)
    _nominated(roll)
    _examining(roll)
    return roll.people


def _leading(roll: _Roll) -> None:
    """The people of the stories."""
    desheng, first = FULL_CENTRE.format("德胜"), HOSPITALS[0].name
    roll.add(Role.FAMILY_DOCTOR, "周晓岚", place=desheng, title="attending", standing=IN_FORCE, name_en="Zhou Xiaolan")
    roll.add(Role.FAMILY_DOCTOR, "沈佳", place=desheng, title="attending", standing=IN_FORCE, name_en="Shen Jia")
    roll.add(Role.DISTRICT_ADMIN, "宋建华", name_en="Song Jianhua")
    roll.add(Role.DISTRICT_ADMIN, "韩卫东", name_en="Han Weidong")
    roll.add(Role.WINDOW_CLERK, "何静", place=first, name_en="He Jing")
    roll.add(Role.RECEIVING_DOCTOR, "郑海", place=first, department="心血管内科", title="chief", name_en="Zheng Hai")
    roll.add(Role.RECEIVING_DOCTOR, "孙萌", place=first, department="内分泌科", title="associate_chief", name_en="Sun Meng")
    roll.add(Role.COORDINATOR, "陆明远", place=first, name_en="Lu Mingyuan")
    roll.add(Role.MANAGER, "赵德生", place=desheng, name_en="Zhao Desheng")
    roll.add(Role.FAMILY_DOCTOR, "罗一鸣", place=desheng, title="resident", standing=NONE, name_en="Luo Yiming")
    roll.add(Role.FAMILY_DOCTOR, "马晓东", place=FULL_CENTRE.format("月坛"), title="associate_chief", standing=SUSPENDED)
    roll.add(
        Role.REGIONAL_SPECIALIST, "许文静", place="首都医科大学附属复兴医院", department="心血管内科", title="chief", standing=IN_FORCE
    )


def _family_doctors(roll: _Roll) -> None:
    """About forty in all: two or three at each centre, one at each station of the first centres."""
    titles = cycle(("attending", "associate_chief", "resident"))
    for number, (name, _english, stations) in enumerate(SUBDISTRICTS):
        places = [FULL_CENTRE.format(name)] * (1 if name in ("德胜", "月坛") else 2)
        places += [FULL_STATION.format(name + station) for station in stations[:1]]
        for desk, place in enumerate(places):
            standing = SOON if number % 5 == 2 and desk == 0 else IN_FORCE
            roll.add(Role.FAMILY_DOCTOR, place=place, title=next(titles), standing=standing)


def _hospital_people(roll: _Roll) -> None:
    """A clerk, a coordinator, a manager and two receiving doctors in each hospital that does not have them yet."""
    have = {(person.place, person.role) for person in roll.people}
    for hospital in HOSPITALS:
        for role in (Role.WINDOW_CLERK, Role.COORDINATOR, Role.MANAGER):
            if (hospital.name, role) not in have:
                roll.add(role, place=hospital.name)
        if (hospital.name, Role.RECEIVING_DOCTOR) not in have:
            for (_code, department), title in zip(_first(hospital.departments), ("chief", "associate_chief"), strict=True):
                roll.add(Role.RECEIVING_DOCTOR, place=hospital.name, department=department, title=title)


def _first(departments: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    """Cardiology and endocrinology where a hospital has them, else its first two."""
    wanted = [one for code in ("03.04", "03.07") for one in departments if one[0] == code][:2]
    return [*wanted, *(one for one in departments if one not in wanted)][:2]


def _managers(roll: _Roll) -> None:
    have = {(person.place, person.role) for person in roll.people}
    for name, _english, _stations in SUBDISTRICTS:
        if (FULL_CENTRE.format(name), Role.MANAGER) not in have:
            roll.add(Role.MANAGER, place=FULL_CENTRE.format(name))


def _offices(roll: _Roll) -> None:
    """Who keeps the platform, in hands that stay apart; and a clerk on her first day, who has not accepted her duties yet."""
    roll.add(Role.SYSTEM_ADMIN, "邱志文", name_en="Qiu Zhiwen")
    roll.add(Role.SECURITY_ADMIN, "白晓岩", name_en="Bai Xiaoyan")
    roll.add(Role.AUDIT_ADMIN, "顾正清", name_en="Gu Zhengqing")
    roll.add(Role.PLATFORM_OPERATOR, "江一帆", name_en="Jiang Yifan")
    roll.add(Role.WINDOW_CLERK, "林初晴", place=HOSPITALS[0].name, name_en="Lin Chuqing", is_new=True)


def _nominated(roll: _Roll) -> None:
    """Doctors whose managers have nominated them, each at another step of the way to the right."""
    steps = (
        ("高翔", "展览路", NOMINATED), ("邓洁", "广外", NOMINATED), ("刘敏", "月坛", WITHOUT_PAPER), ("叶青", "德胜", SENT_BACK),
        ("袁博", "什刹海", VERIFIED),
    )  # fmt: skip
    for name, centre, standing in steps:
        roll.add(Role.FAMILY_DOCTOR, name, place=FULL_CENTRE.format(centre), title="attending", standing=standing)


def _examining(roll: _Roll) -> None:
    """Who examines at the first hospital."""
    roll.add(Role.RECEIVING_DOCTOR, "秦岚", place=HOSPITALS[0].name, department="超声医学科", title="attending", name_en="Qin Lan")
