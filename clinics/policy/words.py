"""How people read the regulation's values: title, unit, group, how far down one may be set, and the bounds of common sense."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.criteria.focus import FOCUS
from clinics.policy import Level, Merge, Parameter, ValueType
from vault.refusal import Sentence


class Group(TextChoices):
    """The headings of the page of values, in its order."""

    SHARES = "shares", _("Shares of places")
    RELEASE = "release", _("Opening and giving back")
    BOOKING = "booking", _("Booking, limits and deadlines")
    TIMETABLE = "timetable", _("Timetables and stops")
    PEOPLE = "people", _("Rights and registrations")
    EVALUATION = "evaluation", _("Monthly evaluation")


@dataclass(frozen=True, slots=True)
class Words:
    """One parameter for people; `reach` is the lowest level at which a row has any effect, `least` and `most` bound numbers."""

    title: Sentence
    unit: Sentence
    group: Group
    reach: Level
    least: int = 0
    most: int = 365


DAYS = _("days")
DAYS_BEFORE = _("days before the visit")
MINUTES = _("minutes")
HOURS = _("hours")
MONTHS = _("months")
BOOKINGS = _("bookings")
HOUR = _("Beijing time")
OF_ALL = _("of all places")
S, R, B, T, P, E = Group.SHARES, Group.RELEASE, Group.BOOKING, Group.TIMETABLE, Group.PEOPLE, Group.EVALUATION
HERE, THERE, WIDE = Level.DEPARTMENT, Level.INSTITUTION, Level.DISTRICT

WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "bookable_share": Words(_("Share that can be booked"), OF_ALL, S, HERE),
        "reserved_share_base": Words(_("What the reserved share is a share of"), "", S, HERE),
        "reserved_share": Words(_("Share reserved for community referrals"), _("of the base"), S, HERE),
        "expert_share": Words(_("Experts' part of the reserved places"), _("of reserved places"), S, HERE),
        "exempt_classes": Words(_("Classes without reserved places"), "", S, HERE),
        "near_term_share": Words(_("Part kept for the last days"), _("of reserved places"), S, HERE),
        "near_term_days": Words(_("When the part for the last days opens"), DAYS_BEFORE, R, HERE, 0, 60),
        "ordinary_release_days": Words(_("Ordinary release"), DAYS_BEFORE, R, HERE, 1, 180),
        "pool_lead_days": Words(_("Reserved places open earlier by"), _("days before the ordinary release"), R, HERE, 0, 180),
        "pool_opening_time": Words(_("Hour of opening"), HOUR, R, HERE),
        "return_days_before": Words(_("Unused places go back"), DAYS_BEFORE, R, HERE, 1, 30),
        "return_time": Words(_("Hour at which unused places go back"), HOUR, R, HERE),
        "cool_down_minutes_least": Words(_("A place given back rests at least"), MINUTES, R, HERE, 0, 1440),
        "cool_down_minutes_most": Words(_("A place given back rests at most"), MINUTES, R, HERE, 0, 1440),
        "cool_down_ends_before_cutoff": Words(_("Last moment a rested place opens"), _("minutes before the cut-off"), R, HERE, 0, 1440),
        "promise_days": Words(_("Visit promised within"), _("calendar days"), B, WIDE, 1, 30),
        "booking_horizon_days": Words(_("Booking ahead"), DAYS, B, HERE, 1, 180),
        "booking_cutoff": Words(_("Booking closes the day before at"), HOUR, B, HERE),
        "cancel_cutoff": Words(_("Cancelling is free until the day before at"), HOUR, B, HERE),
        "limit_per_day": Words(_("Bookings a resident may have on one day"), BOOKINGS, B, WIDE, 1, 20),
        "limit_per_day_department": Words(_("Bookings a day in one department"), BOOKINGS, B, WIDE, 1, 20),
        "limit_7_days": Words(_("Bookings in seven days"), BOOKINGS, B, WIDE, 1, 50),
        "limit_7_days_department": Words(_("Bookings in seven days in one department"), BOOKINGS, B, WIDE, 1, 50),
        "limit_3_months": Words(_("Bookings in three months"), BOOKINGS, B, WIDE, 1, 100),
        "limit_3_months_binds_referrals": Words(_("Three-month limit binds referrals"), "", B, WIDE),
        "churn_applies": Words(_("Frequent changes stop new bookings"), "", B, WIDE),
        "churn_changes": Words(_("Cancellations and moves without consequence"), _("by the resident"), B, WIDE, 0, 50),
        "churn_days": Words(_("Cancellations and moves are counted for"), DAYS, B, WIDE, 1, 365),
        "service_hours_from": Words(_("Booking begins each day at"), _("Beijing time; the same hour twice is the whole day"), B, THERE),
        "service_hours_to": Words(_("Booking ends each day at"), _("Beijing time; the same hour twice is the whole day"), B, THERE),
        "no_show_threshold": Words(_("Missed visits until a ban"), _("missed visits"), B, WIDE, 1, 20),
        "no_show_ban_months": Words(_("Length of a ban"), MONTHS, B, WIDE, 0, 24),
        "no_show_window": Words(_("Missed visits that count together"), "", B, WIDE),
        "no_show_window_months": Words(_("Months in which missed visits count together"), MONTHS, B, WIDE, 1, 24),
        "no_show_ban_covers": Words(_("What a ban covers"), "", B, WIDE),
        "late_rule": Words(_("Who comes after the time booked"), "", B, HERE),
        "late_by_hour": Words(_("Latest hour to report on the day"), HOUR, B, HERE),
        "no_show_closing": Words(_("Visits nobody reported by the evening"), "", B, THERE),
        "appeal_days": Words(_("A missed visit can be appealed for"), DAYS, B, WIDE, 1, 365),
        "restrict_after": Words(_("A hospital may restrict a resident after"), _("uncollected numbers"), B, THERE, 1, 50),
        "booker_residents": Words(_("Residents one booker asks for"), _("residents at a time"), B, WIDE, 0, 20),
        "exception_days": Words(_("An exception lasts at most"), DAYS, B, WIDE, 0, 7),
        "priority_proof_months": Words(_("A priority is verified again after"), MONTHS, P, WIDE, 1, 60),
        "substitute_hold_hours": Words(_("A substitute place is held for"), HOURS, B, HERE, 1, 240),
        "reminder_time": Words(_("Residents are reminded the day before at"), HOUR, B, THERE),
        "duplicates": Words(_("Booked twice for one visit"), "", B, WIDE),
        "cancel_by": Words(_("Who cancels a booking made by referral"), "", B, WIDE),
        "identity_documents": Words(_("Documents a resident is registered with"), "", P, WIDE, 1),
        "resident_confirms": Words(_("Residents say that they will come"), "", B, THERE),
        "counted_bookings": Words(_("Bookings that count for the limits"), "", B, WIDE),
        "who_refers": Words(_("Who refers a contracted resident"), "", B, WIDE),
        "doctor_names_shown": Words(_("Hospitals may show doctors' names to who refers"), "", P, WIDE),
        "encounter_fresh_days": Words(_("Visit to the doctor counts for"), DAYS, B, WIDE, 0, 90),
        "arrival_early_days": Words(_("Received before the visit day"), DAYS, B, THERE, 0, 30),
        "arrival_undo_minutes": Words(_("An arrival can be undone for"), MINUTES, B, THERE, 0, 120),
        "change_cutoff": Words(_("Moving a booking ends"), _("hours before the visit"), B, HERE, 0, 168),
        "resident_may_move": Words(_("Residents move their bookings themselves"), "", B, THERE),
        "next_visit_days": Words(
            _("The consulting room books the next visit for"), _("days after the visit; 0 is its own day"), B, THERE, 0, 30
        ),
        "review_hours": Words(_("A hospital reviews a booked referral within"), HOURS, B, HERE, 1, 240),
        "question_hours": Words(_("The doctor answers the hospital's question within"), HOURS, B, HERE, 1, 240),
        "review_undo_minutes": Words(_("An acceptance can be taken back for"), MINUTES, B, THERE, 0, 120),
        "advice_patient_hours": Words(_("The resident hears of a returned referral at the latest after"), HOURS, B, THERE, 1, 96),
        "place_request_days": Words(_("A hospital answers a request for a bed or day surgery within"), DAYS, B, HERE, 1, 60),
        "acceptance_days": Words(_("An accepted bed or day surgery is booked within"), DAYS, B, HERE, 1, 180),
        "draft_expires_days": Words(_("A draft without a place ends after"), DAYS, B, THERE, 3, 180),
        "return_answer_days": Words(_("A return is answered within"), DAYS, B, THERE, 1, 30),
        "band_minutes_tertiary": Words(_("Length of a band, tertiary hospitals"), MINUTES, T, THERE, 5, 240),
        "band_minutes_secondary": Words(_("Length of a band, secondary hospitals"), MINUTES, T, THERE, 5, 240),
        "band_minutes_other": Words(_("Length of a band, other institutions"), MINUTES, T, THERE, 5, 240),
        "general_without_cap": Words(_("General clinics without a limit"), _("in the ordinary release"), T, HERE),
        "exams_on_working_days": Words(_("Examinations run on working days only"), "", T, THERE),
        "publishing_horizon_months": Words(_("Timetables are published ahead by"), MONTHS, T, THERE, 1, 12),
        "schedule_freeze_days": Words(_("A timetable stays as it is for"), _("days before the session"), T, THERE, 0, 60),
        "stop_notice_days": Words(_("Notice of a stop"), _("days before the session"), T, HERE, 0, 60),
        "long_stop_days": Words(_("A stop counts as long above"), DAYS, T, HERE, 1, 90),
        "long_stop_notice_days": Words(_("Notice of a long stop"), _("days before the first session"), T, HERE, 0, 60),
        "day_list_time": Words(_("The list of the next day's patients is due"), _("Beijing time, the day before"), T, THERE),
        "attestation_grace_days": Words(_("Attesting late is possible for"), _("days after the quarter"), P, THERE, 0, 60),
        "right_dormant_days": Words(_("A right rests unused after"), DAYS, P, THERE, 1, 730),
        "registration_edits_per_month": Words(_("Corrections of a registration in a month"), _("edits"), P, WIDE, 0, 30),
        "focus_diseases": Words(_("Diseases that are the focus of referral"), "", B, WIDE),
        "conduct_sign_days": Words(_("Monthly lists are signed within"), DAYS, P, THERE, 1, 60),
        "evaluation_places_kept": Words(_("Promised places put out, at least"), _("of the places promised"), E, WIDE),
        "evaluation_in_time": Words(_("Visits within the promised days, at least"), _("of the bookings by referral"), E, WIDE),
        "evaluation_missed": Words(_("Visits missed without excuse, at most"), _("of the visits due"), E, WIDE),
        "evaluation_unreported": Words(_("Visits nobody reported, at most"), _("of the visits due"), E, WIDE),
        "evaluation_cancelled": Words(_("Bookings cancelled by the hospital, at most"), _("of the month's bookings"), E, WIDE),
        "evaluation_returned": Words(_("Referrals returned with advice, at most"), _("of the month's bookings"), E, WIDE),
        "evaluation_special_stops": Words(_("Special stops of a hospital, at most"), _("in a month"), E, WIDE, 0, 100),
        "evaluation_messages_failed": Words(_("Messages not delivered, at most"), _("of the messages"), E, WIDE),
        "evaluation_exceptions": Words(_("Exceptions granted to an institution, at most"), _("in a month"), E, WIDE, 0, 1000),
        "evaluation_warning": Words(_("A figure is a risk from"), _("of its bound"), E, WIDE),
        "evaluation_sign_days": Words(_("The district's finding is signed within"), _("days after the month"), E, WIDE, 1, 28),
    }
)

LEVELS: Mapping[Level, Sentence] = MappingProxyType(
    {
        Level.CITY: pgettext_lazy("policy level", "city"),
        Level.DISTRICT: pgettext_lazy("policy level", "district"),
        Level.INSTITUTION: pgettext_lazy("policy level", "institution"),
        Level.DEPARTMENT: pgettext_lazy("policy level", "department"),
    }
)
MERGES: Mapping[Merge, Sentence] = MappingProxyType(
    {
        Merge.SUPERIOR: _("The higher authority's value is final; a lower one has no effect."),
        Merge.AT_MOST: _("A lower level may only set a smaller number."),
        Merge.AT_LEAST: _("A lower level may only set a larger value."),
        Merge.EARLIEST: _("A lower level may only set an earlier hour."),
        Merge.NEAREST: _("The nearest value counts: department before institution before district."),
    }
)
OPTIONS: Mapping[str, Sentence] = MappingProxyType(
    {
        "bookable": _("the bookable places"),
        "all": _("all places"),
        "yes": pgettext_lazy("policy", "yes"),
        "no": pgettext_lazy("policy", "no"),
        "calendar_year": _("those of one calendar year"),
        "rolling_months": _("those of so many months in a row"),
        "lifetime": _("all of them"),
        "booking": _("booking by oneself"),
        "booking_and_referral": _("booking and referral"),
        "received": _("received on the day; the time booked is over"),
        "in_band": _("received only within the time booked"),
        "by_hour": _("received until an hour of the day"),
        "void": _("not received: the booking is void"),
        "requeue": _("received and queues again"),
        "no_show": _("not received: counts as missed"),
        "propose": _("are proposed to the staff, who decide"),
        "record": _("are recorded as missed"),
        **{one.key: one.words for one in FOCUS},
        "evasion_listed": _("refused; who booked under several identities is listed"),
        "refused": _("refused, and nobody is listed for it"),
        "referrer_and_resident": _("the referring unit and the resident"),
        "referrer": _("only the referring unit"),
        "resident": _("only the resident, with number and code"),
        "optional": _("if they like; it changes nothing else"),
        "live_and_missed": _("those ahead, attended and missed"),
        "live_and_attended": _("those ahead and attended"),
        "live_only": _("only those ahead"),
        "contracted_institution": _("every doctor of the contracted institution who may refer"),
        "contracted_team": _("the contracted care team"),
        "contracted_doctor": _("the contracted doctor alone"),
    }
)
NO_WINS: Sentence = _("Yes or no: once a level says no, no lower level says yes.")


def merge_words(parameter: Parameter) -> Sentence:
    """How values of several levels become one, said of this parameter."""
    if parameter.type is ValueType.YES_NO and parameter.merge is Merge.AT_MOST:
        return NO_WINS
    return MERGES[parameter.merge]


def words_of(parameter: Parameter) -> Words:
    """The words of a parameter; a test demands them of every one, and until they are written its key stands for them."""
    return WORDS.get(parameter.key) or Words(parameter.key, parameter.unit, Group.BOOKING, Level.DEPARTMENT)
