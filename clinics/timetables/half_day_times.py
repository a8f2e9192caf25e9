"""Times of a half-day and whole numbers as somebody typed them, read and held against each other; pure."""

import re
from collections.abc import Container
from datetime import time

from django.utils.translation import gettext_lazy as _

from clinics.models import HalfDay
from vault.faults import Faults
from vault.refusal import Sentence, invalid

CLOCK = re.compile(r"\A([01][0-9]|2[0-3]):([0-5][0-9])\Z")
WHOLE = re.compile(r"\A[0-9]{1,6}\Z")
EARLIEST, LATEST = time(6), time(22)
NOON, ONE = time(12), time(13)


def clock(field: str, text: str) -> time:
    """08:30 as typed, between 06:00 and 22:00. Refuses with `invalid_input`."""
    found = CLOCK.match(text)
    if found is None:
        raise invalid(field, _("Give a time like 08:30."))
    read = time(int(found[1]), int(found[2]))
    if not EARLIEST <= read <= LATEST:
        raise invalid(field, _("Clinics are held between 06:00 and 22:00."))
    return read


def whole_number(field: str, given: int | str, allowed: Container[int], sentence: Sentence) -> int:
    """A whole number in ASCII digits that is allowed. Refuses with `invalid_input` and this sentence."""
    number = given if isinstance(given, int) else int(given) if WHOLE.match(given) else None
    if number is None or number not in allowed:
        raise invalid(field, sentence)
    return number


def moments(starts: str, ends: str, half_day: str, faults: Faults) -> tuple[time | None, time | None]:
    """Beginning and end of a half-day; a morning begins before one, an afternoon not before noon."""
    first, last = faults.of(clock, "starts", starts), faults.of(clock, "ends", ends)
    if first is not None and last is not None and last <= first:
        faults.add(invalid("ends", _("A session ends after it starts.")))
    if first is not None and half_day == HalfDay.MORNING and first >= ONE:
        faults.add(invalid("starts", _("A morning begins before 13:00.")))
    if first is not None and half_day == HalfDay.AFTERNOON and first < NOON:
        faults.add(invalid("starts", _("An afternoon begins at 12:00 or later.")))
    return first, last


def overlap(first_starts: time, first_ends: time, second_starts: time, second_ends: time) -> bool:
    """Whether two stretches of one day share a minute."""
    return first_starts < second_ends and second_starts < first_ends
