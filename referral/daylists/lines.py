"""One line of the list of a day: for page and program, as cells of a file, and the look that showing it leaves."""

from collections.abc import Iterable
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from permissions.acting import Acting
from referral.daylists.queries import Asked
from referral.patients.models import Sex
from referral.patients.person import age_on
from referral.patients.priority_queries import group_word
from vault.audit import saw_many

MOST_LINES: Final = 5000  # of one paper or file
SEXES: Final = dict(Sex.choices)


def line_of(booking: Any) -> dict[str, Any]:
    """One line of the list: the whole name and the code, as the window needs them; numbers by their last four."""
    patient = booking.patient
    group = patient.priority_group if booking.priority_proved else ""
    return {
        "booking": booking.public_id,
        "department": booking.department.name,
        "service": booking.pool_slot.service.name,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "name": patient.name,
        "sex": patient.sex,
        "birth_date": patient.birth_date,
        "age": age_on(patient.birth_date, booking.visit_date),
        "priority_group": group,
        "priority": group_word(group),
        "document_tail": booking.document_tail or "",
        "phone_tail": patient.phone_tail or patient.landline_tail,
        "confirmation_code": booking.confirmation_code,
        "number": booking.number,
        "referred_by": booking.referral.institution.display_short_name,
        "status": booking.status,
        "status_word": str(booking.get_status_display()),
        "confirmed_at": booking.confirmed_at,
        "is_stopped": booking.session_status == "stopped" or booking.band_is_blocked,
    }


def columns() -> list[str]:
    """The head of the file."""
    return [
        _("Department"), pgettext("column", "Clinic"), _("Time"), _("Name"), _("Sex"), _("Age"), _("Priority group"),
        _("Last four of the document"), _("Last four of the phone"),
        _("Confirmation code"), _("Referral number"), _("Referred by"), _("State"), _("Stopped"),
    ]  # fmt: skip


def cells_of(line: dict[str, Any]) -> list[object]:
    """One line of the file."""
    starts, ends = timezone.localtime(line["starts_at"]), timezone.localtime(line["ends_at"])
    return [
        line["department"], line["service"], f"{starts:%H:%M}–{ends:%H:%M}", line["name"], SEXES.get(line["sex"], ""), line["age"],
        line["priority"],
        line["document_tail"], line["phone_tail"], line["confirmation_code"], line["number"], line["referred_by"], state_of(line),
        _("stopped") if line["is_stopped"] else "",
    ]  # fmt: skip


def state_of(line: dict[str, Any]) -> str:
    """The state in words, and whether she has said that she will come (C25)."""
    coming = pgettext("resident", "will come") if line["confirmed_at"] else ""
    return "　".join(part for part in (line["status_word"], coming) if part)


def looked(acting: Acting, lines: Iterable[dict[str, Any]], purpose: str) -> None:
    """Keeps one look for each patient whose line was shown; outside any transaction."""
    saw_many(acting.actor, "booking", [line["booking"] for line in lines], purpose)


def named(asked: Asked) -> dict[str, str]:
    """The filters of a list as an address and the trail say them."""
    room = str(asked.department.public_id) if asked.department else ""
    return {"date": asked.day.isoformat(), "half_day": asked.half_day, "department": room}
