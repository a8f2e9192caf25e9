"""The self-service page of a device in a hall: code, then document, by touch or keyboard; it shows a first character and nothing more."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy

from permissions.doors import Needs, Page
from permissions.kiosk import is_kiosk, open_kiosk
from permissions.roles import Capability
from permissions.visit import visit_of
from referral.booking.arrival import received_late
from referral.booking.codes import ALPHABET, LENGTH, clean_code
from referral.booking.kiosk import check_in, first_character
from referral.booking.kiosk_words import RECEIVED_LATE
from referral.booking.models import Booking
from referral.booking.stopped import sent_instead, takes_place
from vault.refusal import Refusal

RECEIVING = Needs(Capability.RECEIVE)
LONGEST: Final = {"code": 12, "document": 30}
RESULT_SECONDS, TYPING_SECONDS, QUIET_SECONDS = 20, 60, 900
OPEN: Final = "open"
KEYS: Final = {"code": ALPHABET, "document": "1234567890X"}
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWYZ"
AT_THE_WINDOW: Final = gettext_lazy("Please go to the window; the staff will help you.")


class Kiosk(Page):
    """GET: the first step. POST: a key of the pad, the next step, or the end; nothing is kept between two people.

    At a clerk's own screen it first asks whether this browser is to stand in the hall: from then on its login opens this page only.
    """

    policies = {"GET": RECEIVING, "POST": RECEIVING}
    of_a_kiosk = True

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(request, "code") if is_kiosk(self.acting.session) else self.render(request, "referral/kiosk_open.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        step = request.POST.get("step", "")
        if step == OPEN:
            open_kiosk(self.acting.session, visit_of(request))
        if step == OPEN or not is_kiosk(self.acting.session):
            return redirect("kiosk")
        if step not in KEYS:
            return self.shown(request, "code")
        held = {name: plain(request.POST.get(name, ""), most) for name, most in LONGEST.items()}
        key = request.POST.get("key", "")
        if key:
            return self.shown(request, step, held | {step: pressed(held[step], key, LONGEST[step])})
        return self.next(request, step, held)

    def next(self, request: HttpRequest, step: str, held: dict[str, str]) -> HttpResponse:
        """The code leads to the document, both together to the answer."""
        try:
            if step == "code":
                clean_code(held["code"])
                return self.shown(request, "document", held)
            booking = check_in(held["code"], held["document"], by=self.acting)
        except Refusal as refusal:
            if refusal.code == "invalid_input":
                field = refusal.violations[0].field
                return self.shown(request, field if field in KEYS else step, held, fault=refusal.message)
            return self.told(request, {"refusal": refusal, "help": AT_THE_WINDOW}, 429 if refusal.retry_after else 422)
        return self.told(request, done(booking))

    def shown(self, request: HttpRequest, step: str, held: dict[str, str] | None = None, *, fault: Any = "") -> HttpResponse:
        """One step with its pad; an abandoned one goes back to the start by itself."""
        values = held or dict.fromkeys(LONGEST, "")
        context = {
            "step": step,
            "code": values["code"],
            "document": values["document"],
            "value": values[step],
            "keys": KEYS[step],
            "letters": LETTERS if step == "document" else "",
            "fault": fault,
            "length": LENGTH,
            "typing": bool(any(values.values()) or fault),
            "seconds": TYPING_SECONDS if any(values.values()) or fault else QUIET_SECONDS,
            "institution": getattr(self.acting.post, "institution", None),
        }
        return self.render(request, "referral/kiosk.html", context, status=422 if fault else 200)

    def told(self, request: HttpRequest, said: dict[str, Any], status: int = 200) -> HttpResponse:
        """The answer, which leaves the screen by itself."""
        return self.render(request, "referral/kiosk_told.html", said | {"seconds": RESULT_SECONDS}, status=status)


def done(booking: Booking) -> dict[str, Any]:
    """The first character of the name and the department; what being late means for her."""
    if not takes_place(booking):
        return {"first": first_character(booking), "department": booking.department.name, "late": sent_instead(booking)}
    late = RECEIVED_LATE.get(received_late([booking]).get(booking.public_id, ""), "")
    return {"first": first_character(booking), "department": booking.department.name, "late": late}


def pressed(text: str, key: str, most: int) -> str:
    """What stands in the field after a key."""
    if key == "back":
        return text[:-1]
    if key == "clear":
        return ""
    return (text + key)[:most] if len(key) == 1 and (key.isascii() and key.isalnum()) else text


def plain(text: str, most: int) -> str:
    """What was typed, as far as it can be a code or a number."""
    return "".join(character for character in text if character.isprintable()).strip()[:most]
