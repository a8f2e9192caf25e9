"""Three hospitals with three policies, each changed on a day in the middle: numbers and windows worked out by hand (C6-C35).

北大医院 follows the regulation, 宣武医院 closes and opens at hours of its own and counts from all places, 复兴医院 is secondary and its
department keeps half. Each session has 24 general places, 12 of a single-disease clinic or 20 with an expert, from 08:00 to 12:00.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Count, Sum
from django.utils import timezone

from clinics import policy
from clinics.models import Department, Institution, PolicyRow, Service, Slot
from clinics.policy import REGISTRY, Target
from reserved_pools.claims import cool_until
from reserved_pools.models import PoolKind, PoolSlot
from tests.cast_clinics import BEIJING, a_department, a_hospital, a_plan, a_service, in_days, published

pytestmark = pytest.mark.django_db

BEFORE, CHANGE, AFTER = in_days(10), in_days(11), in_days(12)
LONG_AGO = date(2026, 1, 1)
CAPACITY = {"general": 24, "disease": 12, "expert_chief": 20}

# hospital, from, parameter, value; "D" is the department's own row
ROWS = """
宣武 ever    reserved_share_base      all
宣武 ever    exempt_classes           disease
宣武 ever    booking_cutoff           14:00
宣武 ever    return_time              11:30
宣武 ever    ordinary_release_days    10
宣武 ever    pool_opening_time        08:00
宣武 ever    near_term_share          0.5
宣武 ever    near_term_days           3
复兴 ever    reserved_share         D 0.5
复兴 ever    pool_lead_days           21
复兴 ever    booking_cutoff           11:30
北大 change  bookable_share           0.9
北大 change  reserved_share           0.4
北大 change  booking_cutoff           14:00
宣武 change  expert_share             0.6
宣武 change  return_days_before       2
宣武 change  near_term_days           2
复兴 change  pool_opening_time        07:30
复兴 change  band_minutes_secondary   30
"""

# Places: of 24 places 80 % are 20, of 12 they are 10, of 20 they are 16; 30 % of those are 6, 3 and 5, and experts are raised until
# they hold half of the day. Instants: days before the visit and the hour. "-" is nothing.
# hospital day  class        bands referral late direct  opens      late opens  direct opens  closes
PUBLISHED = """
北大 before general          8     6        0    14      21 17:00   -           7 17:00       1 15:00
北大 before disease          8     3        0    7       21 17:00   -           7 17:00       1 15:00
北大 before expert_chief     8     9        0    7       21 17:00   -           7 17:00       1 15:00
北大 after  general          8     9        0    13      21 17:00   -           7 17:00       1 14:00
北大 after  disease          8     5        0    6       21 17:00   -           7 17:00       1 14:00
北大 after  expert_chief     8     14       0    4       21 17:00   -           7 17:00       1 14:00
宣武 before general          8     8        4    12      24 08:00   3 08:00     10 08:00      1 11:30
宣武 before disease          8     0        0    10      -          -           10 08:00      1 11:30
宣武 before expert_chief     8     8        4    8       24 08:00   3 08:00     10 08:00      1 11:30
宣武 after  general          8     8        4    12      24 08:00   2 08:00     10 08:00      2 11:30
宣武 after  disease          8     0        0    10      -          -           10 08:00      2 11:30
宣武 after  expert_chief     8     12       6    4       24 08:00   2 08:00     10 08:00      2 11:30
复兴 before general          4     10       0    10      28 17:00   -           7 17:00       1 11:30
复兴 before disease          4     5        0    5       28 17:00   -           7 17:00       1 11:30
复兴 before expert_chief     4     15       0    1       28 17:00   -           7 17:00       1 11:30
复兴 after  general          8     10       0    10      28 07:30   -           7 07:30       1 11:30
复兴 after  disease          8     5        0    5       28 07:30   -           7 07:30       1 11:30
复兴 after  expert_chief     8     15       0    1       28 07:30   -           7 07:30       1 11:30
"""

# What is asked at the moment of an act: the value of each hospital before and from the change (rows of 宣武 ever, of 复兴 from the change).
# conflict parameter                    by default  宣武    复兴 before  复兴 after
VALUES = """
C6   booking_horizon_days          14          7       14           10
C7   booking_cutoff                15:00       14:00   15:00        11:30
C9   cancel_cutoff                 15:00       14:00   15:00        12:00
C16  reserved_share                0.30        0.35    0.30         0.45
C17  reserved_share_base           bookable    all     bookable     all
C22  stop_notice_days              2           3       2            4
C22  long_stop_notice_days         3           5       3            4
C23  schedule_freeze_days          7           10      7            14
C24  promise_days                  3           3       3            3
C25  resident_confirms             no          optional no          optional
C29  pool_lead_days                14          21      14           28
C29  ordinary_release_days         7           10      7            5
C34  cool_down_ends_before_cutoff  60          90      60           120
C35  cool_down_minutes_least       30          45      30           60
C35  cool_down_minutes_most        120         45      120          60
C4   exempt_classes                -           general -            disease
"""


@dataclass(frozen=True)
class Three:
    hospitals: dict[str, Institution]
    departments: dict[str, Department]


@pytest.fixture
def three(db: None) -> Three:
    places = {"北大": a_hospital("北大医院"), "宣武": a_hospital("宣武医院"), "复兴": a_hospital("复兴医院", level="2")}
    return Three(places, {name: a_department(place) for name, place in places.items()})


def in_force(three: Three, name: str, key: str, value: str, start: date, *, own: bool = False) -> PolicyRow:
    scope: dict[str, Any] = {"department": three.departments[name]} if own else {"institution": three.hospitals[name]}
    return PolicyRow.objects.create(parameter=key, value=value, valid_from=start, source="医院决定", status="in_force", **scope)


def test_places_are_cut_and_windows_set_by_each_hospital_s_own_values_of_the_visit_day(three: Three) -> None:
    for name, since, key, *words in map(str.split, ROWS.strip().splitlines()):
        in_force(three, name, key, words[-1], LONG_AGO if since == "ever" else CHANGE, own=len(words) == 2)
    publish_everything(three)

    lines = PUBLISHED.strip().splitlines()

    found = [shown(three, *line.split()[:3]) for line in lines]

    assert "\n".join(found) == "\n".join(" ".join(line.split()) for line in lines)


def publish_everything(three: Three) -> None:
    for department in three.departments.values():
        services = [a_service(department, slot_class=name) for name in CAPACITY]
        published(*[a_plan(one, day, capacity=CAPACITY[one.slot_class]) for one in services for day in (BEFORE, AFTER)])


def shown(three: Three, name: str, day: str, slot_class: str) -> str:
    """What was published, in the form of the table."""
    visit = BEFORE if day == "before" else AFTER
    service = Service.objects.get(department=three.departments[name], slot_class=slot_class)
    slots = PoolSlot.objects.filter(service=service, visit_date=visit)
    bands = Slot.objects.filter(session__service=service, session__date=visit).aggregate(n=Count("pk"))["n"]
    referral, direct = slots.filter(kind=PoolKind.COMMUNITY_REFERRAL), slots.filter(kind=PoolKind.RESIDENT_DIRECT)
    numbers = [bands, total(referral, "published"), total(referral, "late"), total(direct, "published")]
    instants = [
        only(visit, referral, "opens_at"), only(visit, referral.filter(late__gt=0), "late_opens_at"),
        only(visit, direct, "opens_at"), only(visit, slots, "closes_at"),
    ]  # fmt: skip
    return " ".join(map(str, [name, day, slot_class, *numbers, *instants]))


def total(slots: Any, column: str) -> int:
    return slots.aggregate(n=Sum(column, default=0))["n"]


def only(visit: date, slots: Any, column: str) -> str:
    """The one instant of all these bands, as days before the visit and the hour in Beijing."""
    found: set[datetime] = set(slots.values_list(column, flat=True))
    if not found:
        return "-"
    (instant,) = found
    local = instant.astimezone(BEIJING)
    return f"{(visit - local.date()).days} {local:%H:%M}"


@pytest.mark.parametrize("line", VALUES.strip().splitlines(), ids=lambda line: " ".join(line.split()[:2]))
def test_a_value_holds_where_and_from_when_its_row_says(three: Three, line: str) -> None:
    _conflict, key, default, second, third_before, third_after = line.split()
    parameter = REGISTRY[key]
    if second != default:
        in_force(three, "宣武", key, second, LONG_AGO)
    if third_after != third_before:
        in_force(three, "复兴", key, third_after, CHANGE)

    def value(name: str, day: date) -> Any:
        return policy.values([parameter], Target.at(three.hospitals[name], three.departments[name]), day)[key].value

    days = (BEFORE, CHANGE, AFTER)
    expected = {"北大": [default] * 3, "宣武": [second] * 3, "复兴": [third_before, third_after, third_after]}
    for name, texts in expected.items():
        assert [value(name, day) for day in days] == [parameter.parse("" if text == "-" else text) for text in texts], name


def test_a_place_given_back_rests_as_long_as_its_hospital_says_today(three: Three) -> None:
    """C34, C35: a value from tomorrow on does not count yet."""
    for key in ("cool_down_minutes_least", "cool_down_minutes_most"):
        in_force(three, "宣武", key, "45", LONG_AGO)
        in_force(three, "复兴", key, "60", in_days(1))
    slots = {name: published(a_plan(a_service(one), BEFORE))[0] for name, one in three.departments.items()}
    dice = Random(7)
    drawn = Random(7)

    with transaction.atomic():
        rests = {name: round((cool_until(slot.pk, dice=dice) - timezone.now()) / timedelta(minutes=1)) for name, slot in slots.items()}

    first, _second, third = (drawn.randint(*pair) for pair in ((30, 120), (45, 45), (30, 120)))
    assert rests == {"北大": first, "宣武": 45, "复兴": third}
