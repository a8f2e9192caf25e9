"""Who answers for each institution of the demonstration, its phone and its desks; all names invented, a few centres name nobody."""

from referral.demo.people import GIVEN, SURNAMES

NOBODY_EVERY = 7  # of the centres, so that the contact list has somebody to ask for; a hospital without would publish nothing (R074)
DEPARTMENTS = ("门诊部", "医务处", "社区医疗部")
TITLES = {"hospital": "医务处处长", "centre": "中心主任"}


def answering(kind: str, number: int) -> dict[str, str]:
    """The fields of the responsible person and the switchboard of the institution with this number of its kind."""
    line = f"010-8{'3' if kind == 'hospital' else '6'}00{number:04d}"
    if kind != "hospital" and number % NOBODY_EVERY == NOBODY_EVERY - 1:
        return {"phone": line}
    name = SURNAMES[-1 - number % len(SURNAMES)] + GIVEN[(3 * number + 5) % len(GIVEN)]
    person = {"responsible_name": name, "responsible_title": TITLES[kind], "responsible_phone": f"{line[:-4]}{number + 5000}"}
    return {"phone": line, **person, **(desks(number) if kind == "hospital" else {})}


def desks(number: int) -> dict[str, str]:
    """What a hospital says of its referral window, its help desk and how numbers are collected (R074, R077, R079)."""
    return {
        "responsible_department": DEPARTMENTS[number % len(DEPARTMENTS)],
        "referral_window": f"门诊楼一层{number % 3 + 1}号窗口，周一至周五8:00–16:30",
        "help_desk": "门诊大厅预约咨询服务台",
        "pickup_by": ("both", "window")[number % 2],
    }
