"""Special stops by hospital and month, on a page and as a file: they count against the hospital (R128)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinics.views.exporting import handed_out
from permissions.doors import Page
from permissions.roles import Capability
from referral.disruptions.special import SpecialStops, special_stops
from referral.disruptions.stop import today
from referral.views.stops import SEEING

YEARS_BACK = 4


class SpecialStopsPage(Page):
    """How often each hospital stopped a clinic later than the notice asked, in one year."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        year = year_of(request)
        years = [(one, str(one)) for one in range(today().year + 1, today().year - YEARS_BACK, -1)]
        context = {
            "rows": special_stops(self.acting, year),
            "year": year,
            "years": years,
            "by_hospital": self.acting.can(Capability.SEE_DISTRICT),
        }
        return self.render(request, "referral/special_stops.html", context)


class SpecialStopsExport(Page):
    """POST: the same as a file."""

    policies = {"POST": SEEING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        year = year_of(request)
        columns = [
            _("Hospital"),
            _("Month"),
            _("Special stops"),
            _("All stops"),
            _("Sessions"),
            pgettext("column", "Patients"),
            pgettext("disruption", "Settled"),
            pgettext("column", "Clinic"),
        ]
        rows = map(exported, special_stops(self.acting, year))
        return handed_out(request, "special_stops", _("Special stops"), columns, rows, by=self.acting, filters={"year": str(year)})


def year_of(request: HttpRequest) -> int:
    """The year of the address; what is none of those shown is this one."""
    text: Any = request.GET.get("year", "")
    this = today().year
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else this
    return wanted if this - YEARS_BACK < wanted <= this + 1 else this


def exported(row: SpecialStops) -> list[object]:
    """One line of the file."""
    return [
        row.institution.name,
        f"{row.month:%Y-%m}",
        row.stops,
        row.of_all,
        row.sessions,
        row.patients,
        row.settled,
        "、".join(row.clinics),
    ]
