"""The lives of referral and booking: every pair of states is lawful or not, exactly as DESIGN says."""

from itertools import product

import pytest

from permissions.roles import Role
from referral.booking.models import BookingStatus
from referral.booking.states import BOOKING_STATES
from referral.cases.models import ReferralStatus
from referral.cases.states import REFERRAL_STATES
from referral.cases.submission_models import PLACE_REQUEST_STATES, PlaceRequestStatus
from vault.states import StateTable

REFERRAL = {
    "": "draft",
    "draft": "booked on_standby submitted expired cancelled",
    "on_standby": "booked draft expired",
    "submitted": "accepted draft returned_with_advice cancelled expired",
    "booked": "accepted info_requested booked returned_with_advice draft attended not_attended cancelled",
    "accepted": "booked attended not_attended draft cancelled expired",
    "info_requested": "attended booked cancelled draft not_attended",
    "not_attended": "draft closed booked accepted info_requested",
    "attended": "reported booked accepted info_requested",
    "reported": "returned closed",
    "returned": "closed",
    "cancelled": "booked",
}
BOOKING = {
    "": "booked held",
    "held": "booked cancelled",
    "booked": "arrived cancelled moved noshow entered_in_error",
    "cancelled": "booked",
    "fulfilled": "arrived entered_in_error",
    "arrived": "fulfilled noshow booked entered_in_error",
    "noshow": "arrived booked entered_in_error",
}
PLACE_REQUEST = {"": "asked", "asked": "accepted returned withdrawn lapsed", "accepted": "withdrawn lapsed"}
LIVES = (
    (REFERRAL_STATES, REFERRAL, ReferralStatus),
    (BOOKING_STATES, BOOKING, BookingStatus),
    (PLACE_REQUEST_STATES, PLACE_REQUEST, PlaceRequestStatus),
)
NAMES = ("referral", "booking", "place_request")


@pytest.mark.parametrize(("table", "lawful", "statuses"), LIVES, ids=NAMES)
def test_every_cell_of_the_table(table: StateTable, lawful: dict[str, str], statuses: type) -> None:
    states = sorted(statuses.values)

    for source, target in product(["", *states], states):
        expected = target in lawful.get(source, "").split()
        assert (table.find(source, target) is not None) == expected, (source, target)


@pytest.mark.parametrize(("table", "lawful", "statuses"), LIVES, ids=NAMES)
def test_every_status_has_words_and_every_step_an_actor_the_product_knows(
    table: StateTable, lawful: dict[str, str], statuses: type
) -> None:
    actors = {*Role.values, "system", "resident", "two_persons"}

    assert table.states == set(statuses.values)
    assert all(str(label) for label in statuses.labels)
    assert all(step.who and set(step.who) <= actors for step in table.transitions)
    assert all(step.event.startswith(f"{table.kind}.") for step in table.transitions)


def test_what_a_family_doctor_may_do_with_a_booked_referral() -> None:
    steps = REFERRAL_STATES.open_to("booked", ["family_doctor"])

    assert [step.target for step in steps] == ["draft", "cancelled"]
