"""What kind of thing a value governs: shares, windows, publishing, or what is done from a day on; and the sentence that says so."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.parameters import (
    ATTESTATION_GRACE_DAYS,
    BAND_MINUTES_OTHER,
    BAND_MINUTES_SECONDARY,
    BAND_MINUTES_TERTIARY,
    CANCEL_CUTOFF,
    EXAMS_ON_WORKING_DAYS,
    PUBLISHING_HORIZON_MONTHS,
    RIGHT_DORMANT_DAYS,
)
from clinics.policy import Level, Parameter
from clinics.policy.words import Group, words_of
from reserved_pools.parameters import BOOKABLE_SHARE, EXEMPT_CLASSES, EXPERT_SHARE, RESERVED_SHARE, SHARE_BASE
from vault.refusal import Sentence

SHARES: Final = frozenset(one.key for one in (BOOKABLE_SHARE, SHARE_BASE, RESERVED_SHARE, EXPERT_SHARE, EXEMPT_CLASSES))
PUBLISHED_BY: Final = frozenset(
    one.key for one in (BAND_MINUTES_TERTIARY, BAND_MINUTES_SECONDARY, BAND_MINUTES_OTHER, EXAMS_ON_WORKING_DAYS, PUBLISHING_HORIZON_MONTHS)
)
# Values that hold at community centres too; every other one is a hospital's. The last three belong to an app above this one.
OF_EVERYBODY: Final = frozenset(
    {ATTESTATION_GRACE_DAYS.key, RIGHT_DORMANT_DAYS.key, "conduct_sign_days", "draft_expires_days", "return_answer_days"}
)
KEPT_BY_BOOKINGS: Final = frozenset({CANCEL_CUTOFF.key, "change_cutoff"})
WHOLE_DISTRICT: Final = _("The value counts for the residents of the district from its first day on.")
OF_DISTRICT: Final[Mapping[Group, Sentence]] = MappingProxyType(
    {Group.EVALUATION: _("The district's monthly evaluation goes by the new value from its first day on.")}
)
OF_PLACES: Final[Mapping[Group, Sentence]] = MappingProxyType(
    {
        Group.RELEASE: _("A place given back there from this day on rests by the new value."),
        Group.BOOKING: _("What is done there for bookings and visits from this day on goes by the new value; published places stay."),
        Group.TIMETABLE: _("Timetables, stops and lists of patients there go by the new value from this day on; published sessions stay."),
        Group.PEOPLE: _("Rights, registrations and monthly lists there go by the new value from this day on."),
    }
)
BOOKED_FROM: Final = _("Bookings made there from this day on go by the new value; one that is made already keeps its own.")


def sentence_of(parameter: Parameter) -> Sentence:
    """What goes by a value of this parameter, where no number says it; empty for shares."""
    words = words_of(parameter)
    if words.reach <= Level.DISTRICT:
        return OF_DISTRICT.get(words.group, WHOLE_DISTRICT)
    return BOOKED_FROM if parameter.key in KEPT_BY_BOOKINGS else OF_PLACES.get(words.group, "")
