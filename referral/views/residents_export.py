"""The list of residents as a file: masked like the list on the page, with team, contract and health record, its taking audited."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.views.exporting import MOST_ROWS, handed_out
from permissions.doors import Page
from permissions.identity.masking import mask_name
from referral.patients.models import PriorityGroup, Sex
from referral.patients.residents import STANDINGS
from referral.views.residents import MANAGING, asked_for, found_for

READ_AT_ONCE = 2000
LEFT_ENCRYPTED = ("phone", "landline", "address")  # a file holds the last four of a number and no address
SEXES = dict(Sex.choices)
GROUPS = dict(PriorityGroup.choices) | {PriorityGroup.NONE.value: ""}


class ResidentsExport(Page):
    """POST: the residents the filters of the address leave, one line each."""

    policies = {"POST": MANAGING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked, today = asked_for(request, self.acting), timezone.localdate()
        columns = [_("Name"), _("Sex"), _("Birth date"), _("Last four of the document"), _("Last four of the phone")]
        columns += [_("Priority group"), _("State"), _("Care team"), _("Doctor"), _("Last day"), _("Health record number")]
        rows = found_for(self.acting, asked, today).defer(*LEFT_ENCRYPTED)[:MOST_ROWS].iterator(READ_AT_ONCE)
        said = {name: asked[name] for name in ("standing", "team", "doctor")}
        return handed_out(request, "residents", _("Residents"), columns, map(line_of, rows), by=self.acting, filters=said)


def line_of(resident: Any) -> list[object]:
    """One line of the file."""
    tail = resident.phone_tail or resident.landline_tail
    group = resident.priority_group if resident.priority_proved else ""
    return [
        mask_name(resident.name), SEXES[resident.sex], resident.birth_date, resident.document_tail, tail,
        GROUPS[group], STANDINGS[resident.standing], resident.team, resident.doctor_name,
        resident.contract_until - timedelta(days=1) if resident.contract_until else "", resident.record_number,
    ]  # fmt: skip
