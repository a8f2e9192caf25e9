"""What a broken rule says to a doctor: one sentence and one way out for each article, in her language."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from clinics.parameters import CITY_2011, CITY_2021, DISTRICT_2018, HOSPITALS, NOT_CHOSEN
from referral.booking.articles import Source
from referral.cases.emergencies import CALL, advice_on, sign_of
from vault.refusal import Refusal, Violation

TITLES: Final[dict[str, Any]] = {
    Source.CITY_BOOKING: CITY_2011,
    Source.CITY_REFERRAL: CITY_2021,
    Source.DISTRICT: DISTRICT_2018,
    Source.HOSPITAL_A: HOSPITALS,
    Source.HOSPITAL_N: HOSPITALS,
    Source.NOT_CHOSEN: NOT_CHOSEN,
}
ARTICLES: Final[dict[str, Any]] = {
    "Q2": _("Answer 2"),
    "Q&A 1": _("Answer 1"),
    "Q&A 2": _("Answer 2"),
    "Q&A 3": _("Answer 3"),
    "Q&A 5": _("Answer 5"),
    "§8": _("Article 8"),
    "§16": _("Article 16"),
    "§17": _("Article 17"),
    "§17(1)": _("Article 17 (1)"),
    "§17(2)": _("Article 17 (2)"),
    "§22": _("Article 22"),
    "§32": _("Article 32"),
    "Q&A 8.2": _("Answer 8 (2)"),
    "§5": _("Article 5"),
    "§8.3": _("Article 8 (3)"),
    "七.1": _("Article 7 (1)"),
}
OF_DAYS: Final = frozenset({"R106", "R107", "R108", "R015", "R109", "R017", "R018"})  # another day would do, if there is one
NO_DAY: Final = gettext_noop("No day ahead has room. Cancel a visit that is no longer needed, or ask the district for an exception.")
# (code, rule, field) → what is wrong, and what to do about it. `last` is the last day on which it holds, `what` what the rule names.
SENTENCES: Final[dict[tuple[str, str, str], tuple[Any, Any]]] = {
    ("right_not_in_force", "R045", ""): (
        _("Your right to refer is not in force."),
        _("Please ask the district administrator. Nothing was booked."),
    ),
    ("no_grant_on_target", "R046", ""): (
        _("Your right does not reach this hospital."),
        _("Choose a hospital of your alliance, or ask the district administrator to add this one."),
    ),
    ("encounter_required", "R050", ""): (
        _("There is no visit to you or your care team in the last %(limit)s days; it was %(count)s days ago or elsewhere."),
        _("See the patient first and record it, then write the referral from that visit."),
    ),
    ("contract_required", "R118", ""): (
        _("The patient has no family doctor contract with your institution in force today."),
        _("Sign or renew the contract first."),
    ),
    ("contract_required", "R118", "care_team"): (
        _("The district lets only the contracted care team refer, and the patient's contract is with another team."),
        _("Ask a doctor of that team, or ask the district for an exception."),
    ),
    ("contract_required", "R118", "contract_doctor"): (
        _("The district lets only the contracted doctor refer, and the patient's contract names another doctor."),
        _("Ask that doctor, or ask the district for an exception."),
    ),
    ("contract_required", "R118", "health_record_number"): (
        _("The contract has no health record number."),
        _("Open the health record and enter its 17 digits first."),
    ),
    ("slot_not_available", "R052", ""): (
        _("This hospital receives no referrals at present."),
        _("Choose another hospital."),
    ),
    ("acceptance_required", "R072", ""): (
        _("A bed or day surgery is booked once the hospital has accepted the patient for it; there is no acceptance in force."),
        _("Ask the hospital first; it answers on this platform."),
    ),
    ("acceptance_required", "R072", "valid_until"): (
        _("The hospital had accepted the patient; the last day for booking was %(what)s."),
        _("Ask the hospital again."),
    ),
    ("slot_not_available", "R019", ""): (
        _("This time has just been fully booked."),
        _("Choose one of the times below."),
    ),
    ("outside_horizon", "R106", ""): (
        _("The visit is %(count)s days ahead; at most %(limit)s are allowed."),
        _("Choose an earlier day."),
    ),
    ("past_cutoff", "R107", ""): (
        _("Booking for this day is closed; it closes at %(what)s on the day before."),
        _("Choose a later day."),
    ),
    ("limit_reached", "R108", ""): (
        _("The patient already has %(count)s bookings on this day; at most %(limit)s are allowed."),
        _("Choose another day."),
    ),
    ("limit_reached", "R015", ""): (
        _("The patient already has %(count)s booking in this department of this hospital on this day; at most %(limit)s is allowed."),
        _("Choose another day or another department."),
    ),
    ("limit_reached", "R109", ""): (
        _("Within 7 consecutive days the patient would have more than %(limit)s bookings in this department; there are %(count)s."),
        _("Choose a day further away, or another department."),
    ),
    ("limit_reached", "R017", ""): (
        _("Within 7 days the patient would have more than %(limit)s bookings in all; there are %(count)s."),
        _("Choose a day further away."),
    ),
    ("limit_reached", "R018", ""): (
        _("Within three months the patient would have more than %(limit)s bookings in all; there are %(count)s."),
        _("Choose a day further away, or ask the district for an exception."),
    ),
    ("limit_reached", "R147", ""): (
        _("The patient cancelled or moved %(count)s bookings lately; more than %(limit)s stop new ones for a while."),
        _("Book again later, or ask the district for an exception."),
    ),
    ("emergency_do_not_book", "R187", ""): (
        _("Emergency: %(what)s. Nothing is booked."),
        CALL,
    ),
    ("banned", "R014", ""): (
        _("%(what)s holds a document of this patient on its list: nothing is booked with it."),
        _("Please ask the administrator of the district whose list it is; the reason is known there."),
    ),
    ("banned", "R136", ""): (
        _("The patient is on the no-show list, the last day is %(last)s."),
        _("If the patient was not at fault, appeal against the missed visit; booking is possible when the appeal is accepted."),
    ),
    ("banned", "R027", ""): (
        _("This hospital takes no bookings for this patient, the last day is %(last)s."),
        _("Choose another hospital, or ask the hospital's referral coordinator."),
    ),
    ("outside_service_hours", "R142", ""): (
        _("Places are booked from %(what)s only."),
        _("Come back at that time; the draft is kept."),
    ),
    ("past_cutoff", "R022", ""): (
        _("It is too late to cancel here: that was possible until %(what)s."),
        _("Please call the hospital, so that the place is not lost."),
    ),
}


def refusal_of(violations: tuple[Violation, ...], **current: Any) -> Refusal:
    """One refusal for all violations; its code and sentence are those of the first, which ranks highest."""
    spoken = tuple(speak(violation) for violation in violations)
    return Refusal(spoken[0].code, spoken[0].message, spoken, current)


def speak(violation: Violation) -> Violation:
    """The same violation with its sentence, its way out, and the names of its document and article.

    A document that is none of the catalogue's is a decision somebody entered, and named already. What a rule names besides numbers
    stands in its `message` until it is spoken: hours, a district, the code of an emergency sign.
    """
    sentence, remedy = SENTENCES[violation.code, violation.rule, violation.field]
    named = {"count": violation.count, "limit": violation.limit, "last": last_day_of(violation), "what": named_by(violation)}
    return replace(
        violation,
        message=sentence % named,
        remedy=remedy_of(violation, remedy),
        source=TITLES.get(violation.source, violation.source),
        article=str(ARTICLES[violation.article]) if violation.article else "",
    )


def named_by(violation: Violation) -> Any:
    """What the rule found, in words."""
    if violation.code == "emergency_do_not_book":
        return sign_of(violation.message).words
    return violation.message


def last_day_of(violation: Violation) -> str:
    """The last day on which a refusal holds that ends by itself."""
    return date_format(violation.next_date - timedelta(days=1), "DATE_FORMAT") if violation.next_date else ""


def remedy_of(violation: Violation, remedy: Any) -> str:
    """The way out, with the next day that would do; of an emergency what to do now."""
    if violation.code == "emergency_do_not_book":
        return advice_on(violation.message)
    if violation.code == "outside_service_hours" and violation.possible_from:
        opens = {"day": date_format(violation.possible_from, "DATE_FORMAT"), "hour": violation.message.partition("-")[0]}
        return gettext("Booking opens again on %(day)s at %(hour)s; the draft is kept.") % opens
    if violation.later_date and violation.possible_from:
        return beyond_horizon(violation.later_date, violation.possible_from)
    if violation.next_date is None:
        return gettext(NO_DAY) if violation.rule in OF_DAYS else str(remedy)
    day = date_format(violation.next_date, "DATE_FORMAT")
    return gettext("%(remedy)s The next possible day is %(day)s.") % {"remedy": remedy, "day": day}


def beyond_horizon(day: date, since: date) -> str:
    """The way out where no day that can be booked now has room: which will have, and from when it can be booked."""
    sentence = gettext("No day that can be booked now has room. The next with room is %(day)s; it can be booked from %(since)s.")
    return sentence % {"day": date_format(day, "DATE_FORMAT"), "since": date_format(since, "DATE_FORMAT")}
