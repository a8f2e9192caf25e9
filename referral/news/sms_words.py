"""The words of the messages' page: each text's name, each state, and why a message did not arrive."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from vault.outbox.models import Outcome


class State(TextChoices):
    """How far a message came, as the district reads it."""

    QUEUED = "queued", pgettext_lazy("message", "on its way")
    SENT = "sent", pgettext_lazy("message", "sent")
    DELIVERED = "delivered", pgettext_lazy("message", "delivered")
    FAILED = "failed", pgettext_lazy("message", "not delivered")
    SUPERSEDED = "superseded", _("not needed any more")


STATE_KINDS: Final = {State.QUEUED: "info", State.SENT: "ok", State.DELIVERED: "ok", State.FAILED: "bad", State.SUPERSEDED: "off"}
# Each text that speaks to residents: its name, by the kind of object it is about.
ABOUT_BOOKINGS: Final[Mapping[str, Any]] = {
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
    "booker_booked": _("to the booker: place booked"),
    "booker_cancelled": _("to the booker: cancelled"),
    "review_returned": _("returned by the hospital's review"),
    "clinic_stand_in": _("another doctor sees the patients"),
}
ABOUT_DISRUPTIONS: Final[Mapping[str, Any]] = {
    "clinic_stopped_offer": _("clinic stopped, another place held"),
    "clinic_stopped_call": _("clinic stopped, the hospital will call"),
}
ABOUT_REFERRALS: Final[Mapping[str, Any]] = {"referral_ended": _("request ended without a place")}
ABOUT_RETURNS: Final[Mapping[str, Any]] = {"return_patient": _("sent back to the centre")}
ABOUT_BREACHES: Final[Mapping[str, Any]] = {
    "breach_recorded": _("no-show recorded"),
    "ban_listed": _("put on the no-show list"),
    "breach_upheld": _("no-show upheld"),
    "breach_struck": _("no-show struck"),
}
TITLES: Final[Mapping[str, Any]] = {**ABOUT_BOOKINGS, **ABOUT_DISRUPTIONS, **ABOUT_REFERRALS, **ABOUT_RETURNS, **ABOUT_BREACHES}

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
