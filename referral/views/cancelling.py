"""Why a doctor takes a booking or a draft back: the code is kept, the words are shown."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

REASONS: Mapping[str, Any] = {
    "patient": _("The patient asks for it"),
    "condition": _("The condition has changed"),
    "another": _("Another time or hospital"),
    "mistake": _("Booked by mistake"),
}


def reason_words(reason: str) -> Any:
    """The words of a code; free text stays as it was written."""
    return REASONS.get(reason, reason)
