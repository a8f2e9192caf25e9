"""The words of the messages' page: each text's name, each state, and why a message did not arrive."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from referral.booking import exam_messages
from referral.disruptions import messages as stop_messages
from vault.outbox.models import Outcome


class State(TextChoices):
    """How far a message came, as the district reads it."""

    QUEUED = "queued", pgettext_lazy("message", "on its way")
    SENT = "sent", pgettext_lazy("message", "sent")
    DELIVERED = "delivered", pgettext_lazy("message", "delivered")
    FAILED = "failed", pgettext_lazy("message", "not delivered")
    SUPERSEDED = "superseded", _("not needed any more")


STATE_KINDS: Final = {State.QUEUED: "info", State.SENT: "ok", State.DELIVERED: "ok", State.FAILED: "bad", State.SUPERSEDED: "off"}
EXAM_TEXTS: Final = {base: text.key for base, text in {**exam_messages.OF_EXAMS, **stop_messages.OF_EXAMS}.items()}
STAY_TEXTS: Final = {base: text.key for base, text in exam_messages.OF_STAYS.items()}


def _with_exams(titles: Mapping[str, Any]) -> dict[str, Any]:
    """These texts, each followed by those that say the same of an examination, and of a bed or day surgery."""
    named: dict[str, Any] = {}
    for key, title in titles.items():
        named[key] = title
        if key in EXAM_TEXTS:
            named[EXAM_TEXTS[key]] = format_lazy(_("{text} (examination)"), text=title)
        if key in STAY_TEXTS:
            named[STAY_TEXTS[key]] = format_lazy(_("{text} (bed or day surgery)"), text=title)
    return named


# Each text that speaks to residents: its name, by the kind of object it is about.
OF_BOOKINGS: Final[Mapping[str, Any]] = {
    "referral_booked": _("place booked"),
    "referral_resent": _("booking sent again"),
    "referral_changed": _("booking moved"),
    "referral_restored": _("cancelling taken back"),
    "reminder_d1": _("reminder the day before"),
    "reminder_late": _("reminder after the cut-off"),
    "reminder_d1_asking": _("reminder the day before, asking whether she comes"),
    "reminder_late_asking": _("reminder after the cut-off, asking whether she comes"),
    "referral_cancelled": pgettext_lazy("message", "booking cancelled"),
    "referral_cancelled_by_hospital": _("cancelled by the hospital"),
    "next_cancelled_by_hospital": _("next visit cancelled by the hospital"),
    "booker_booked": _("to the booker: place booked"),
    "booker_cancelled": _("to the booker: cancelled"),
    "booker_stopped": _("to the booker: clinic stopped"),
    "review_returned": _("returned by the hospital's review"),
    "clinic_stand_in": _("another doctor sees the patients"),
    "clinic_band_blocked": _("band blocked, the hospital will call"),
    "clinic_band_opened": _("band open again, the visit stands"),
}
ABOUT_BOOKINGS: Final[Mapping[str, Any]] = _with_exams(OF_BOOKINGS)
ABOUT_DISRUPTIONS: Final[Mapping[str, Any]] = {
    "clinic_stopped_offer": _("clinic stopped, another place held"),
    "clinic_stopped_call": _("clinic stopped, the hospital will call"),
    EXAM_TEXTS["clinic_stopped_offer"]: _("service stopped, another time held"),
    EXAM_TEXTS["clinic_stopped_call"]: _("service stopped, the hospital will call"),
}
ABOUT_REFERRALS: Final[Mapping[str, Any]] = {"referral_ended": _("request ended without a place")}
ABOUT_RETURNS: Final[Mapping[str, Any]] = {"return_patient": _("sent back to the centre")}
ABOUT_BREACHES: Final[Mapping[str, Any]] = {
    "breach_recorded": _("no-show recorded"),
    "breach_recorded_late": _("coming late recorded as a no-show"),
    "ban_listed": _("put on the no-show list"),
    "breach_upheld": _("no-show upheld"),
    "breach_struck": _("no-show struck"),
    "breach_struck_still_listed": _("no-show struck, still on the list"),
}
ABOUT_RESTRICTIONS: Final[Mapping[str, Any]] = {
    "hospital_restricted": _("a hospital takes no bookings for now"),
    "hospital_unrestricted": _("a hospital takes bookings again"),
}
TITLES: Final[Mapping[str, Any]] = {
    **ABOUT_BOOKINGS, **ABOUT_DISRUPTIONS, **ABOUT_REFERRALS, **ABOUT_RETURNS, **ABOUT_BREACHES, **ABOUT_RESTRICTIONS,
}  # fmt: skip
# Texts that only say something while the visit lies ahead; each also where it speaks of what is booked by its name.
BEFORE_A_VISIT: Final = (
    "referral_booked", "referral_resent", "referral_changed", "referral_restored", "booker_booked", "reminder_d1", "reminder_late",
    "reminder_d1_asking", "reminder_late_asking", "clinic_stand_in", "booker_stopped", "clinic_band_blocked",
    "clinic_band_opened",
)  # fmt: skip
# Who does not hear this comes for nothing.
OF_VISITS_OFF: Final = frozenset({"referral_cancelled", "referral_cancelled_by_hospital", "next_cancelled_by_hospital", "review_returned"})
SAY_IT_IS_OFF: Final = frozenset({"booker_stopped", "clinic_band_blocked"})  # true just while it does not take place
OF_VISITS_AHEAD: Final = frozenset(_with_exams(dict.fromkeys(BEFORE_A_VISIT)))

NO_SUCH_NUMBER: Final = _("The number does not exist or is no mobile number. Have the registration corrected, then call the patient.")
TOO_MANY: Final = _("The number got too many messages today.")
OUR_TEXT: Final = _("The provider does not take this text. Tell the platform's operator.")
NO_PROVIDER: Final = _("The provider could not be reached.")
OUR_SIDE: Final = _("Interrupted on our side.")
NOT_TAKEN: Final = _("The phone did not take it: switched off, out of reach, or no longer in use.")
REFUSED: Final = _("The provider refused it.")
CODES: Final[Mapping[str, Any]] = {
    "isv.MOBILE_NUMBER_ILLEGAL": NO_SUCH_NUMBER,
    "isv.BUSINESS_LIMIT_CONTROL": TOO_MANY,
    "isv.MOBILE_COUNT_OVER_LIMIT": TOO_MANY,
    "no_template_code": OUR_TEXT,
    "worker_lost": OUR_SIDE,
    "ConnectError": NO_PROVIDER,
    "ConnectTimeout": NO_PROVIDER,
    "PoolTimeout": NO_PROVIDER,
    "ReadTimeout": NO_PROVIDER,
}
OUR_WORDS: Final = ("isv.SMS_", "isv.TEMPLATE", "isv.PARAM", "isv.INVALID", "isv.BLACK")


def failure(code: str, outcome: str, receipt: str) -> Any:
    """Why a message did not arrive, for people; '' when nothing is known against it."""
    if receipt == "undelivered":
        return NOT_TAKEN
    if code in CODES:
        return CODES[code]
    if code.startswith(OUR_WORDS):
        return OUR_TEXT
    return REFUSED if outcome == Outcome.REFUSED else NO_PROVIDER if outcome in (Outcome.FAILED, Outcome.UNKNOWN) else ""
