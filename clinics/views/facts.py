"""Further facts the district asks for (R096): the list of labels by kind, one more, and one that is no longer asked for."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.models import FactOf
from clinics.register.fact_labels import define_fact, end_fact, label_of, labels_of
from clinics.views import typed
from clinics.views.institutions import REGISTERING
from permissions.doors import Page
from vault.refusal import Refusal

FIELDS = ("of", "name", "name_en")


class FactLabels(Page):
    """Every label of the district, and the dialog that defines another."""

    policies = {"GET": REGISTERING, "POST": REGISTERING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.listed(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = self.refused  # type: ignore[attr-defined]
        made = define_fact(**typed.texts(request, FIELDS), by=self.acting)
        messages.success(request, _("%(name)s is asked for from now on.") % {"name": made.name})
        return redirect("facts")

    def refused(self, refusal: Refusal) -> HttpResponse | None:
        return self.listed(self.request, refusal, open_new=True) if refusal.code == "invalid_input" else None

    def listed(self, request: HttpRequest, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
        kind = typed.one_of(request.GET, "of", FactOf.values)
        found = labels_of(self.acting)
        held = list(found.filter(of=kind) if kind else found)
        context = {
            "asked": [one for one in held if one.ended_on is None],
            "ended": [one for one in held if one.ended_on is not None],
            "of": kind,
            "filters": [("", _("all")), *FactOf.choices],
            "kinds": [("", _("please choose")), *FactOf.choices],
            "said": {name: request.POST.get(name, "") for name in FIELDS},
            "labels": {"of": _("Registered of"), "name": _("Label"), "name_en": _("English label")},
            **typed.errors_in(refusal),
            **more,
        }
        return self.render(request, "clinics/facts.html", context)


class FactLabelEnd(Page):
    """Ends one label, after its own question; the values stay where they are."""

    policies = {"GET": REGISTERING, "POST": REGISTERING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.render(request, "clinics/fact_end.html", {"label": label_of(self.acting, public_id)})

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        ended = end_fact(label_of(self.acting, public_id), today=timezone.localdate(), by=self.acting)
        messages.success(request, _("%(name)s is no longer asked for. Define it again, and its values come back.") % {"name": ended.name})
        return redirect("facts")
