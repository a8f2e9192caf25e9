"""Every kind of notice as data: its group, its sentence in both languages, the codes it takes, and what object it is about."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Group(TextChoices):
    """What the inbox is filtered by."""

    BOOKINGS = "bookings", _("Bookings")
    VISITS = "visits", _("Visits and no-shows")
    REVIEW = "review", _("Review by the hospital")
    RETURNS = "returns", _("Returns")
    STOPS = "stops", _("Stopped clinics")
    RIGHTS = "rights", pgettext_lazy("notices", "Rights and nominations")
    DECISIONS = "decisions", _("Waiting for a second person")
    LISTS = "lists", _("Imports and messages")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: `text` names the words of its object and its codes; `about` says what kind of object that is.

    The words of each object are read under the reader's rights: a name she may not see is left out of the sentence.
    """

    key: str
    group: Group
    about: str
    text: Any
    params: frozenset[str] = frozenset()
    is_urgent: bool = False


def kind(key: str, group: Group, about: str, text: Any, *params: str, urgent: bool = False) -> Kind:
    """One row of the table below."""
    return Kind(key, group, about, text, frozenset(params), urgent)


BOOKING, REFERRAL, RETURN, DISRUPTION = "booking", "referral", "return", "disruption"
PLACE_REQUEST, ADVICE = "place_request", "advice"  # advice by its referral, of which there is one
REVIEWED = "reviewed"  # what a hospital decided, by the booking it decided about
BREACH, OVERRIDE, CONTROL, RESTRICTION = "breach", "rule_override", "controlled_identity", "restriction"
RIGHT, STOP, POLICY, DOCUMENT, CRITERIA, IMPORT = "right", "clinic_stop", "policy_row", "policy_set", "criteria_set", "import"
B, V, W, R, S, P, D, L = Group

# Words a sentence may use: of a booking, referral, return, disruption or breach: patient, hospital, department, when, number.
# Of a right: doctor, institution, until. Of a stop: service, hospital, days. Of a policy row or document: value. Of an import: list.
# A code names its label: cause, why, reason, choice, outcome; `day` is a date.
KINDS: Final[tuple[Kind, ...]] = (
    # Bookings
    kind(
        "booking_cancelled", B, BOOKING,
        _("The booking of %(patient)s on %(when)s, %(hospital)s %(department)s, is off: %(cause)s."), "cause", urgent=True,
    ),
    kind("booking_moved", B, BOOKING, _("The booking of %(patient)s was moved to %(when)s, %(hospital)s %(department)s.")),
    kind("booking_next", B, BOOKING, _("The hospital booked the next visit of %(patient)s: %(when)s, %(hospital)s %(department)s.")),
    kind("booking_corrected", B, BOOKING, _("An act about the booking of %(patient)s on %(when)s, %(hospital)s, was put right.")),
    kind(
        "request_expired", B, REFERRAL,
        _("The referral of %(patient)s ended without a place. Tell the patient and look for another way."), urgent=True,
    ),
    kind("exception_granted", B, OVERRIDE, _("The district lets the exception for %(patient)s pass. You may book now.")),
    kind("exception_refused", B, OVERRIDE, _("The district does not let the exception for %(patient)s pass.")),
    kind("exception_withdrawn", B, OVERRIDE, _("The exception for %(patient)s was taken back. The rule holds as before."), urgent=True),
    kind("work_handed_over", B, REFERRAL, _("The referral of %(patient)s is yours from now on.")),
    # Visits and no-shows
    kind(
        "booking_noshow", V, BOOKING,
        _("%(patient)s was not seen on %(when)s at %(hospital)s %(department)s: %(why)s."), "why", urgent=True,
    ),
    kind(
        "booking_in_error", V, BOOKING,
        _("What stood about the visit of %(patient)s on %(when)s at %(hospital)s was wrong; the referral can be booked again."),
    ),
    kind(
        "booking_in_error_ended", V, BOOKING,
        _("What stood about the visit of %(patient)s on %(when)s at %(hospital)s was wrong; its referral ended with it."),
    ),
    kind("noshow_undone", V, BOOKING, _("The no-show of %(patient)s on %(when)s at %(hospital)s was taken back.")),
    kind(
        "breach_recorded", V, BREACH, _("A no-show of %(patient)s on %(when)s at %(hospital)s was recorded. You may appeal."), urgent=True,
    ),
    kind("breach_appealed", V, BREACH, _("An appeal against the no-show of %(patient)s on %(when)s at %(hospital)s waits for a decision.")),
    kind("breach_upheld", V, BREACH, _("The appeal was decided: the no-show of %(patient)s on %(when)s at %(hospital)s stands.")),
    kind("breach_struck", V, BREACH, _("The appeal was decided: the no-show of %(patient)s on %(when)s at %(hospital)s no longer counts.")),
    kind("visit_reported", V, REFERRAL, _("%(hospital)s wrote the report of %(patient)s's visit.")),
    kind("resident_restricted", V, RESTRICTION, _("%(hospital)s restricts bookings of %(patient)s.")),
    kind("resident_unrestricted", V, RESTRICTION, _("%(hospital)s books for %(patient)s again.")),
    # Review by the hospital
    kind(
        "place_asked", W, PLACE_REQUEST, _("%(centre)s asks whether you take %(patient)s: %(department)s, %(service)s."), urgent=True,
    ),
    kind("place_withdrawn", W, PLACE_REQUEST, _("%(centre)s took back what it had asked for a patient: %(department)s, %(service)s.")),
    kind(
        "place_accepted", W, PLACE_REQUEST,
        _("%(hospital)s takes %(patient)s: %(service)s. Choose a day and book it, the last day for that is %(day)s."), "day", urgent=True,
    ),
    kind("referral_accepted", W, REVIEWED, _("%(hospital)s accepted the referral of %(patient)s.")),
    kind("referral_returned", W, ADVICE, _("%(hospital)s returned the referral of %(patient)s with advice."), urgent=True),
    kind(
        "patient_to_call", W, BOOKING,
        _("%(patient)s has no mobile number and does not know that the visit on %(when)s, %(hospital)s, is off. Call the patient."),
        urgent=True,
    ),
    kind("referral_asked", W, REVIEWED, _("%(hospital)s asks something about the referral of %(patient)s."), urgent=True),
    kind("referral_answered", W, REFERRAL, _("The referring doctor answered about the referral of %(patient)s.")),
    kind("referral_redirected", W, REVIEWED, _("%(hospital)s moved the referral of %(patient)s to %(department)s.")),
    kind("referral_amended", W, REFERRAL, _("The booked referral of %(patient)s was amended; the slip has a new version.")),
    # Returns
    kind("return_sent", R, RETURN, _("%(hospital)s sent %(patient)s back. Take the patient over in time."), urgent=True),
    kind("return_assigned", R, RETURN, _("The manager named you for %(patient)s, sent back by %(hospital)s."), urgent=True),
    kind(
        "return_declined", R, RETURN, _("The return of %(patient)s from %(hospital)s was declined; another owner has to be named."),
        urgent=True,
    ),
    kind("return_overdue", R, RETURN, _("Nobody took over %(patient)s, sent back by %(hospital)s, in time."), urgent=True),
    kind("return_accepted", R, RETURN, _("%(centre)s took over %(patient)s.")),
    # Stopped clinics
    kind(
        "booking_stopped", S, BOOKING,
        _("The clinic of %(when)s, %(hospital)s %(department)s, is stopped: %(patient)s needs another time."), urgent=True,
    ),
    kind("booking_substituted", S, BOOKING, _("A substitute sees %(patient)s on %(when)s at %(hospital)s %(department)s.")),
    kind(
        "disruption_answered", S, DISRUPTION,
        _("%(patient)s answered about the stopped clinic on %(when)s at %(hospital)s: %(choice)s."), "choice",
    ),
    kind(
        "disruption_open", S, DISRUPTION,
        _("%(patient)s has no new time yet for the stopped clinic on %(when)s at %(hospital)s."), urgent=True,
    ),
    kind("stop_agreed", S, STOP, _("Your stop of %(service)s, %(days)s, was agreed.")),
    kind("stop_declined", S, STOP, _("Your stop of %(service)s, %(days)s, was declined.")),
    # Rights and nominations
    kind("right_granted", P, RIGHT, _("The right to refer of %(doctor)s was granted until %(until)s.")),
    kind("right_suspended", P, RIGHT, _("The right to refer of %(doctor)s is suspended: %(reason)s."), "reason", urgent=True),
    kind("right_reinstated", P, RIGHT, _("The right to refer of %(doctor)s is in force again until %(until)s.")),
    kind("right_revoked", P, RIGHT, _("The right to refer of %(doctor)s was revoked: %(reason)s."), "reason", urgent=True),
    kind("right_expired", P, RIGHT, _("The right to refer of %(doctor)s has run out."), urgent=True),
    kind("right_expiring", P, RIGHT, _("The right to refer of %(doctor)s runs out on %(until)s. Nominate again in time."), urgent=True),
    kind("right_ended", P, RIGHT, _("The right to refer of %(doctor)s ended with the post.")),
    kind("nomination_sent", P, RIGHT, _("%(institution)s nominated %(doctor)s.")),
    kind("nomination_verified", P, RIGHT, _("The nomination of %(doctor)s was verified and waits to be granted.")),
    kind("nomination_sent_back", P, RIGHT, _("The nomination of %(doctor)s came back: %(reason)s."), "reason", urgent=True),
    # Waiting for a second person
    kind("policy_waiting", D, POLICY, _("A value of the regulation waits for your decision: %(value)s.")),
    kind("policy_approved", D, POLICY, _("The value you entered was approved: %(value)s.")),
    kind("policy_rejected", D, POLICY, _("The value you entered was rejected: %(value)s.")),
    kind("document_waiting", D, DOCUMENT, _("Values of a document wait for your decision: %(value)s.")),
    kind("document_approved", D, DOCUMENT, _("The document you chose was approved: %(value)s.")),
    kind("document_rejected", D, DOCUMENT, _("The document you chose was rejected: %(value)s.")),
    kind("criteria_waiting", D, CRITERIA, _("A list of referral criteria waits for your decision: %(value)s.")),
    kind("criteria_approved", D, CRITERIA, _("The list of referral criteria was approved: %(value)s.")),
    kind("criteria_sent_back", D, CRITERIA, _("The list of referral criteria came back: %(value)s.")),
    kind("stop_waiting", D, STOP, _("A long stop waits for a second person: %(service)s, %(days)s."), urgent=True),
    kind("error_waiting", D, BOOKING, _("What stands about the visit of %(patient)s on %(when)s is said to be wrong and waits for you.")),
    kind("exception_waiting", D, OVERRIDE, _("A doctor asks for an exception for %(patient)s.")),
    kind("control_waiting", D, CONTROL, _("A controlled document waits for a second person.")),
    kind("control_approved", D, CONTROL, _("The controlled document you proposed was approved.")),
    kind("control_rejected", D, CONTROL, _("The controlled document you proposed was rejected.")),
    kind("control_lifted", D, CONTROL, _("A controlled document you proposed or asked to lift was lifted.")),
    kind("control_kept", D, CONTROL, _("A document you proposed or asked to lift stays controlled.")),
    # Imports and messages
    kind("import_ready", L, IMPORT, _("The list %(list)s was checked and waits for you.")),
    kind("import_finished", L, IMPORT, _("The list %(list)s was taken in.")),
    kind("import_failed", L, IMPORT, _("The list %(list)s could not be taken in."), urgent=True),
    kind(
        "message_failed", L, BOOKING,
        _("The message to %(patient)s about %(when)s, %(hospital)s, did not arrive. Call the patient."), urgent=True,
    ),
    kind(
        "booker_not_told", L, BOOKING,
        _("The message about %(when)s, %(hospital)s, did not reach the person who booked for %(patient)s."),
    ),
    kind(
        "ending_not_told", L, REFERRAL,
        _("The message to %(patient)s that the request ended without a place did not arrive. Call the patient."), urgent=True,
    ),
)  # fmt: skip
BY_KEY: Final = {one.key: one for one in KINDS}


def find(key: str) -> Kind:
    """The kind of this key; an unknown one is our own error."""
    return BY_KEY[key]


def keys_of(groups: Iterable[str]) -> list[str]:
    """The keys of every kind in these groups."""
    wanted = set(groups)
    return [one.key for one in KINDS if one.group in wanted]
