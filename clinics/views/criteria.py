"""The district's referral criteria on pages: every list with how it stands, beginning one, its next version, and one as a file."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from clinics.criteria.history import standing
from clinics.criteria.judging import Head
from clinics.criteria.queries import lines_in_force, set_seen_by, sets_of
from clinics.criteria.write import begin_set, copy_set
from clinics.models import Criterion
from clinics.models.criteria import LONGEST_SOURCE, LONGEST_TITLE
from clinics.views import typed
from clinics.views.exporting import handed_out
from permissions.acting import Acting
from permissions.doors import Needs, Page
from permissions.doors.fields import typed_day_or_none
from permissions.roles import Capability
from vault.faults import Faults
from vault.refusal import Refusal

SETTING = Needs(Capability.SET_POLICY)
PER_PAGE = 20
HEAD = ("title", "source", "valid_from")
LABELS: dict[str, Any] = {
    "title": pgettext_lazy("criteria", "Title"),
    "source": gettext_lazy("Source"),
    "valid_from": gettext_lazy("First day"),
    "disease": gettext_lazy("Disease"),
    "codes": gettext_lazy("ICD-10 codes"),
    "direction": gettext_lazy("Where the patient belongs"),
    "text": gettext_lazy("Criterion"),
    "text_en": gettext_lazy("Criterion in English"),
    "place": gettext_lazy("Place in the list"),
    "lines": gettext_lazy("Lines"),
    "reason": gettext_lazy("Reason"),
    "ends_on": gettext_lazy("No longer from"),
}


class CriteriaSets(Page):
    """Every list of the district, and how many criteria hold today; without one the page says what is missing (C27)."""

    policies = {"GET": SETTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        page = Paginator(sets_of(self.acting), PER_PAGE).get_page(request.GET.get("page"))
        held = held_today(self.acting, today)
        context = {
            "page": page,
            "rows": [(one, *standing(one, today, list({line.criteria_id for line in held}))) for one in page],
            "held": held,
            "diseases": list(dict.fromkeys(line.disease for line in held)),
            "today": today,
        }
        return self.render(request, "clinics/criteria.html", context)


class CriteriaNew(Page):
    """Begins a list: what it is called, the document it is taken from, its first day."""

    policies = {"GET": SETTING, "POST": SETTING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.form(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        made = begin_set(head_from(request), today=timezone.localdate(), by=self.acting)
        messages.success(request, _("Begun. Add the criteria, then hand the list in."))
        return redirect("criteria_set", made.public_id)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        return self.form(request, refusal) if refusal.code == "invalid_input" else None

    def form(self, request: HttpRequest, refusal: Refusal | None = None) -> HttpResponse:
        said = {name: request.POST.get(name, "") for name in HEAD}
        context = {"said": said, "limits": LIMITS, "labels": LABELS, **typed.errors_in(refusal)}
        return self.render(request, "clinics/criteria_new.html", context)


class CriteriaCopy(Page):
    """The next version of a list: its lines copied into a draft that begins on a day."""

    policies = {"GET": SETTING, "POST": SETTING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.form(request, public_id)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        criteria = set_seen_by(self.acting, public_id)
        day = typed_day_or_none("valid_from", request.POST.get("valid_from", "").strip())
        made = copy_set(criteria, valid_from=day, today=timezone.localdate(), by=self.acting)
        messages.success(request, _("Copied as version %(number)d. Change it, then hand it in.") % {"number": made.number})
        return redirect("criteria_set", made.public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        return self.form(request, public_id, refusal) if refusal.code in ("invalid_input", "already_exists") else None

    def form(self, request: HttpRequest, public_id: UUID, refusal: Refusal | None = None) -> HttpResponse:
        criteria = set_seen_by(self.acting, public_id)
        said = {"valid_from": request.POST.get("valid_from", "")}
        context = {"criteria": criteria, "said": said, "labels": LABELS, **typed.errors_in(refusal)}
        return self.render(request, "clinics/criteria_copy.html", context)


class CriteriaExport(Page):
    """One list as a file, line by line."""

    policies = {"POST": SETTING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponseBase:
        criteria = set_seen_by(self.acting, public_id)
        names = ("place", "disease", "codes", "direction", "text", "text_en", "source")
        rows = [exported(line, criteria.source) for line in criteria.lines.all()]
        said = {"list": criteria.title, "version": str(criteria.number)}
        title, columns = f"{criteria.title} {criteria.number}", [LABELS[name] for name in names]
        return handed_out(request, "criteria", title, columns, rows, by=self.acting, filters=said)


LIMITS = {"title": LONGEST_TITLE, "source": LONGEST_SOURCE}


def held_today(by: Acting, today: Any) -> list[Criterion]:
    """The lines in force in the reader's district today."""
    return lines_in_force(by.district_id or 0, today)


def head_from(request: HttpRequest) -> Head:
    """The head of a list as typed. Refuses with `invalid_input`, every fault at once."""
    faults = Faults()
    texts = faults.of(typed.texts, request, HEAD) or dict.fromkeys(HEAD, "")
    day = faults.of(typed_day_or_none, "valid_from", texts["valid_from"])
    faults.tell()
    return Head(texts["title"], texts["source"], day)


def exported(line: Criterion, source: str) -> list[object]:
    """One line of the file."""
    return [line.place, line.disease, line.codes, line.get_direction_display(), line.text, line.text_en, source]
