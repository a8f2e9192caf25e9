"""The words of the pages of stops: how a state looks, what a click did, which halves of a day there are."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from clinics.models import HalfDay

KINDS: Final = {"proposed": "few", "in_force": "bad", "declined": "off", "withdrawn": "off"}
DONE: Final[dict[str, Any]] = {
    "approve": _("Agreed: the clinic is stopped."),
    "decline": _("Declined: the sessions take place."),
    "withdraw": _("Taken back: the sessions take place."),
}
HALVES: Final = [("", _("whole days")), *HalfDay.choices]
