"""The register of institutions as lines of a file: its columns, one line, and the word for how an institution stands."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from clinics.models import FactLabel, Institution
from clinics.models.institution import InstitutionKind
from clinics.register.answerable import takes_part
from clinics.register.particulars import LABELS

COLUMNS = (
    LABELS["name"], LABELS["short_name"], LABELS["name_en"], LABELS["kind"], LABELS["parent"], LABELS["level"], LABELS["grade"],
    LABELS["category"], LABELS["phone"], LABELS["address"], LABELS["website"], LABELS["introduction"], LABELS["directions"],
    LABELS["pickup_by"], LABELS["pickup_place"], LABELS["arrival_text"], LABELS["referral_window"], LABELS["help_desk"],
    gettext_lazy("Shows doctors' names"), LABELS["active_from"], LABELS["active_to"], LABELS["responsible_department"],
    LABELS["responsible_name"], LABELS["responsible_title"], gettext_lazy("State"),
)  # fmt: skip


def line_of(one: Institution, labels: Sequence[FactLabel]) -> list[object]:
    """One line of the file, the district's further facts last."""
    shows = (gettext("yes") if one.shows_doctor_names else gettext("no")) if one.kind == InstitutionKind.HOSPITAL else ""
    return [
        one.name, one.short_name, one.name_en, one.get_kind_display(), one.parent.name if one.parent else "", one.get_level_display(),
        one.grade, one.get_category_display(), one.phone, one.address, one.website, one.introduction, one.directions,
        one.get_pickup_by_display(), one.pickup_place, one.arrival_text, one.referral_window, one.help_desk, shows, one.active_from,
        one.active_to, one.responsible_department, one.responsible_name, one.responsible_title, state_of(one),
        *(one.facts.get(str(label.public_id), "") for label in labels),
    ]  # fmt: skip


def state_of(one: Institution) -> str:
    """Suspended, not taking part yet or any more (R009), or working."""
    if one.is_suspended:
        return gettext("suspended")
    today = timezone.localdate()
    if takes_part(one, today):
        return gettext("working")
    begins = one.active_from is not None and today < one.active_from
    return gettext("not taking part yet") if begins else gettext("no longer taking part")


def kind_of_state(one: Institution) -> str:
    """The colour of that word."""
    return "bad" if one.is_suspended else "ok" if takes_part(one, timezone.localdate()) else "few"
