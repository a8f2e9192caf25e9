"""Whether a hospital may publish at all: somebody answers for booking (R074), and it takes part on the day (R009); pure."""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from clinics.models import Institution
from vault.refusal import Refusal, Sentence, Violation

NEEDED = ("responsible_department", "responsible_name")
WHERE = _("Name both on the hospital's page under “Who answers for it”, then publish again.")
SAID: dict[str, Sentence] = {
    "responsible_department": _("%(hospital)s has named no department that answers for booking."),
    "responsible_name": _("%(hospital)s has named no person who answers for booking."),
}


def missing_of(institution: Institution) -> list[str]:
    """Which of the two is not named yet: the responsible department, the responsible person (R074)."""
    return [name for name in NEEDED if not getattr(institution, name).strip()]


def require_answerable(institution: Institution) -> None:
    """Refuse with `invalid_input` while no department or no person answers for booking at this hospital (R074)."""
    missing = missing_of(institution)
    if not missing:
        return
    violations = tuple(
        Violation("invalid_input", SAID[name] % {"hospital": institution.display_name}, name, remedy=WHERE, rule="R074") for name in missing
    )
    message = _("%(hospital)s publishes nothing until a department and a person answer for booking.")
    raise Refusal("invalid_input", message % {"hospital": institution.display_name}, violations)


def takes_part(institution: Institution, day: date) -> bool:
    """Whether an institution takes part on a day (R009); without dates it always does, and on its last day no more."""
    begun = institution.active_from is None or institution.active_from <= day
    return begun and (institution.active_to is None or day < institution.active_to)


def require_taking_part(institution: Institution, day: date) -> None:
    """Refuse with `invalid_input` for a day on which the hospital does not take part (R009)."""
    if takes_part(institution, day):
        return
    span = {"hospital": institution.display_name, "day": day.isoformat(), "from": institution.active_from, "to": institution.active_to}
    if institution.active_from is not None and day < institution.active_from:
        message = _("%(hospital)s takes part only from %(from)s on; nothing is published for %(day)s.") % span
    else:
        message = _("%(hospital)s no longer takes part from %(to)s on; nothing is published for %(day)s.") % span
    remedy = _("Choose another day, or ask the district to change the dates.")
    raise Refusal("invalid_input", message, (Violation("invalid_input", message, "date", remedy=remedy, rule="R009"),))


def require_publishable(places: Iterable[tuple[Institution, date]]) -> None:
    """Refuse what may not be published: each hospital answers for booking and takes part on each of its days."""
    for institution, day in dict.fromkeys(places):
        require_answerable(institution)
        require_taking_part(institution, day)
