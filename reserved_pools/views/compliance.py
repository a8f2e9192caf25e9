"""The page that says whether hospitals put out what the regulation asks for, shortfalls first, and the same as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from clinics.policy import Target, values
from clinics.views import typed
from clinics.views.exporting import handed_out
from permissions.doors import Needs, Page
from permissions.roles import Capability
from reserved_pools.balance.balance import total
from reserved_pools.balance.compliance import By, Line, Within, compliance, subjects_seen_by
from reserved_pools.parameters import SHARE_BASE
from reserved_pools.sessions.spans import Span, choices, span_in
from reserved_pools.views.balance_words import figures_of, tags_of
from vault.refusal import Refusal

SEEING = Needs(Capability.SEE_DISTRICT, Capability.MANAGE_POOLS)
PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address of this page asks for."""

    span: Span
    by: By
    hospital: UUID | None
    department: UUID | None
    subject: str

    @property
    def within(self) -> Within:
        return Within(self.span.first, self.span.last, self.hospital, self.department, self.subject)


class Compliance(Page):
    """Hospitals, their departments and their weeks: promised, offered, booked, returned, the shares, the verdict."""

    policies = {"GET": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        refusal: Refusal | None = None
        try:
            asked = asked_in(request.GET)
        except Refusal as found:
            refusal, asked = found, asked_in(QueryDict())
        subjects = subjects_seen_by(self.acting)
        lines = compliance(self.acting, asked.within, asked.by)
        page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
        context = {
            **typed.errors_in(refusal),
            "asked": asked,
            "spans": choices(),
            "departments": [("", _("all departments")), *subjects.items()],
            "finenesses": [(By.HOSPITAL, _("by hospital")), (By.DEPARTMENT, _("by department")), (By.WEEK, _("by week"))],
            "page": page,
            "rows": [(line, figures_of(line.of)) for line in page],
            "all": total(line.of for line in lines),
            "figures": figures_of(total(line.of for line in lines)),
            "short": sum(line.of.is_short for line in lines),
            "chosen": lines[0] if lines and asked.hospital else None,
            "base_is_all": self.base_is_all(),
        }
        return self.render(request, "reserved_pools/compliance.html", context, status=422 if refusal else 200)

    def base_is_all(self) -> bool:
        """Whether the district counts the share of all places or of those that may be booked (R088)."""
        held = values([SHARE_BASE], Target(district=self.acting.district_id), timezone.localdate())
        return held[SHARE_BASE.key].value == "all"


class ComplianceExport(Page):
    """The same rows as a file."""

    policies = {"POST": SEEING}

    def post(self, request: HttpRequest) -> HttpResponseBase:
        asked = asked_in(request.GET)
        filters = {
            "by": str(asked.by),
            "first": asked.span.first.isoformat(),
            "last": asked.span.last.isoformat(),
            "hospital": str(asked.hospital or ""),
            "department": str(asked.department or asked.subject),
        }
        rows = rows_of(compliance(self.acting, asked.within, asked.by))
        return handed_out(request, "compliance", _("Places and the regulation"), columns(), rows, by=self.acting, filters=filters)


def asked_in(data: QueryDict) -> Asked:
    """What an address asks for; what cannot be is as if it had not been said, except days. Refuses with `invalid_input`."""
    by = typed.one_of(data, "by", set(By)) or By.HOSPITAL
    subject = data.get("subject", "")
    known = subject if len(subject) <= 8 and subject.replace(".", "").isdigit() else ""
    hospital, department = (typed.id_or_none(data.get(name, "")) for name in ("hospital", "department"))
    return Asked(span_in(data, timezone.localdate()), By(by), hospital, department, known)


def columns() -> list[str]:
    """The head of the file."""
    return [
        _("Hospital"),
        pgettext("clinic", "Department"),
        pgettext("calendar", "Week"),
        _("All places"),
        _("Bookable"),
        _("Promised"),
        _("Offered"),
        _("Booked"),
        pgettext("places", "Returned"),
        _("Reserved share (%)"),
        _("Reserved floor (%)"),
        _("Expert share (%)"),
        _("Expert floor (%)"),
        _("Reserved part of the experts' places (%)"),
        _("Bookable share (%)"),
        _("Residents direct"),
        _("Window"),
        _("Given early"),
        _("Stopped sessions"),
        _("Promise kept (%)"),
        _("Used (%)"),
        _("Weeks below a floor"),
        _("Verdict"),
    ]


def rows_of(lines: list[Line]) -> Iterator[list[object]]:
    """The lines as cells; shares are numbers, so that a sheet can work with them."""
    for line in lines:
        one = line.of
        yield [
            line.institution.display_name, line.department.name if line.department else "", line.iso_week,
            one.all_places, one.bookable, one.promised, one.offered, one.booked, one.returned,
            *(_number(share) for share in (one.reserved_share, one.reserved_floor, one.expert_share, one.expert_floor)),
            _number(one.of_workload), _number(one.bookable_share), one.direct, one.window, one.given, one.stopped,
            _number(one.fulfilment), _number(one.used), one.short, "；".join(str(word) for _kind, word in tags_of(one)),
        ]  # fmt: skip


def _number(share: Any) -> float | None:
    return None if share is None else round(float(share) * 100, 1)
