"""Who answers for each institution of the demonstration, and its phone; all names invented, a few institutions name nobody."""

from referral.demo.people import GIVEN, SURNAMES

NOBODY_EVERY = 7  # so that the contact list has somebody to ask for
TITLES = {"hospital": "医务处处长", "centre": "中心主任"}


def answering(kind: str, number: int) -> dict[str, str]:
    """The fields of the responsible person and the switchboard of the institution with this number of its kind."""
    line = f"010-8{'3' if kind == 'hospital' else '6'}00{number:04d}"
    if number % NOBODY_EVERY == NOBODY_EVERY - 1:
        return {"phone": line}
    name = SURNAMES[-1 - number % len(SURNAMES)] + GIVEN[(3 * number + 5) % len(GIVEN)]
    return {"phone": line, "responsible_name": name, "responsible_title": TITLES[kind], "responsible_phone": f"{line[:-4]}{number + 5000}"}
