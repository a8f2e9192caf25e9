"""The form of a hospital's doctor: entering, correcting, marking as left and bringing back."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinics.keeping import place_kept_by, places_kept_by
from clinics.models import FactOf, Institution, Practitioner
from clinics.models.post import Title
from clinics.offers.practitioner_reading import LABELS, LONGEST, REQUIRED, SEVERAL_LINES, Doctor
from clinics.offers.practitioners import bring_back, correct_practitioner, doctor_of, enter_practitioner, leave
from clinics.offers.queries import departments_of_place, practitioner_kept_by
from clinics.register.facts import fact_fields, labels_for, typed_facts
from clinics.views import typed
from clinics.views.practitioners import KEEPING, page_of
from permissions.doors import Page
from permissions.doors.fields import typed_day
from permissions.identity.licences import mask_licence
from permissions.identity.phones import mask_phone
from vault.refusal import Refusal

TYPED = ("name", "staff_number", "title", "licence", "phone", "skills", "introduction")
COLUMNS = (("name", "staff_number", "department", "title"), ("licence", "phone", "skills", "introduction"))
KEPT_WHEN_EMPTY = ("licence", "phone")  # shown masked only, so that an empty field says nothing
REDRAWN = frozenset({"invalid_input", "stale_state"})


class PractitionerNew(Page):
    """Enters a doctor; who keeps several hospitals chooses one first."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest) -> HttpResponse:
        place = chosen_place(self, request)
        return self.form(request, place) if place else choose_place(self, request, _("Enter a doctor"), "practitioners")

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(self.refused, request)  # type: ignore[attr-defined]
        place = place_kept_by(self.acting, typed.chosen_id(request, "institution"))
        made = enter_practitioner(place, Doctor(**read_fields(request, place)), by=self.acting)
        messages.success(request, _("%(name)s was added.") % {"name": made.name})
        return redirect("practitioner", made.public_id)

    def refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        place = place_kept_by(self.acting, typed.id_or_none(request.POST.get("institution", "")))
        return self.form(request, place, refusal)

    def form(self, request: HttpRequest, place: Institution, refusal: Refusal | None = None) -> HttpResponse:
        return self.render(request, "clinics/practitioner_form.html", form_of(place, None, refusal, request.POST))


class PractitionerEdit(Page):
    """Corrects a doctor; licence and phone stand masked, an empty field leaves them as they are."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return self.form(request, practitioner_kept_by(self.acting, public_id))

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        one = practitioner_kept_by(self.acting, public_id)
        given = read_fields(request, one.institution)
        given = {name: value for name, value in given.items() if value or name not in KEPT_WHEN_EMPTY}
        correct_practitioner(one, given, by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("Saved. What was there before is in the history."))
        return redirect("practitioner", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return self.form(request, practitioner_kept_by(self.acting, public_id), refusal)

    def form(self, request: HttpRequest, one: Practitioner, refusal: Refusal | None = None) -> HttpResponse:
        return self.render(request, "clinics/practitioner_form.html", form_of(one.institution, one, refusal, request.POST))


class PractitionerLeave(Page):
    """POST: she left on a day."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        one = practitioner_kept_by(self.acting, public_id)
        leave(one, day_in(request, "left_on"), by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("Marked as left. Everything she was registered with stays."))
        return redirect("practitioner", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        context = page_of(practitioner_kept_by(self.acting, public_id)) | typed.errors_in(refusal)
        return self.render(request, "clinics/practitioner.html", context | {"open_leave": True, "said": request.POST})


class PractitionerBack(Page):
    """POST: she works here again."""

    policies = {"POST": KEEPING}

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        bring_back(practitioner_kept_by(self.acting, public_id), by=self.acting, expected_version=typed.version(request))
        messages.success(request, _("She works here again."))
        return redirect("practitioner", public_id)


def chosen_place(page: Page, request: HttpRequest) -> Institution | None:
    """The hospital of the address, or the only one there is; None when one has to be chosen."""
    wanted = typed.id_or_none(request.GET.get("institution", ""))
    if wanted is None and places_kept_by(page.acting).count() != 1:
        return None
    return place_kept_by(page.acting, wanted)


def choose_place(page: Page, request: HttpRequest, title: str, back: str) -> HttpResponse:
    """The hospitals to choose from, each a link."""
    places = list(places_kept_by(page.acting))
    return page.render(request, "clinics/choose_place.html", {"places": places, "title": title, "back": back})


def day_in(request: HttpRequest, name: str) -> Any:
    """A day as the browser's own field sends it. Refuses with `invalid_input`."""
    return typed_day(name, request.POST.get(name, "").strip())


def read_fields(request: HttpRequest, place: Institution) -> dict[str, Any]:
    """Every field as typed."""
    given: dict[str, Any] = dict(typed.texts(request, TYPED, several_lines=SEVERAL_LINES))
    labels = labels_for(FactOf.PRACTITIONER, place.district_id)
    return given | {"department": typed.chosen_id(request, "department"), "facts": typed_facts(request.POST, labels)}


def form_of(place: Institution, one: Practitioner | None, refusal: Refusal | None, said: Mapping[str, Any]) -> dict[str, Any]:
    """The form in two columns, each field with what its template asks for."""
    shown = typed.errors_in(refusal)
    held = doctor_of(one) if one else Doctor()
    if one and refusal is not None and refusal.code == "stale_state":
        shown["errors"] = stands_now(one, held, said)
    values = {name: str(getattr(held, name) or "") for name in (*TYPED, "department")}
    values |= dict.fromkeys(KEPT_WHEN_EMPTY, "") | {name: said[name] for name in values if name in said}
    departments = [(str(room.public_id), room.name) for room in departments_of_place(place)]
    labels = labels_for(FactOf.PRACTITIONER, place.district_id)
    return {
        "place": place,
        "one": one,
        "labels": LABELS,
        "columns": [[_field(name, one, values, shown["errors"], departments) for name in names] for names in COLUMNS],
        "facts": fact_fields(labels, one.facts if one else {}, said, shown["errors"]),
        "has_departments": bool(departments),
        **shown,
    }


def stands_now(one: Practitioner, held: Doctor, said: Mapping[str, Any]) -> dict[str, Any]:
    """What somebody else wrote meanwhile, beside each field where this reader has something else in hers."""
    words = {name: str(getattr(held, name) or "") for name in (*TYPED, "department") if name not in KEPT_WHEN_EMPTY}
    changed = [name for name, value in words.items() if value != str(said.get(name) or "")]
    words |= {"title": str(one.get_title_display()), "department": one.department.name}
    return {name: _("It now says: %(value)s") % {"value": words[name] or _("nothing")} for name in changed}


def _field(
    name: str, one: Practitioner | None, values: Mapping[str, Any], errors: Mapping[str, Any], departments: typed.Options
) -> dict[str, Any]:
    choose = ("", _("please choose"))
    options = {"department": [choose, *departments], "title": [choose, *Title.choices]}
    return {
        "name": name, "label": LABELS[name], "value": values[name], "error": errors.get(name, ""), "hint": _hint(name, one),
        "required": name in REQUIRED, "rows": 4 if name in SEVERAL_LINES else 0, "options": options.get(name),
        "limit": LONGEST[name] if name in SEVERAL_LINES else 0, "type": "tel" if name == "phone" else "text",
    }  # fmt: skip


def _hint(name: str, one: Practitioner | None) -> str:
    if name in KEPT_WHEN_EMPTY and one is not None and getattr(one, name):
        masked = mask_licence(one.licence) if name == "licence" else mask_phone(one.phone)
        return _("Now %(masked)s; leave it empty to keep it.") % {"masked": masked}
    hints = {
        "licence": _("15 digits for practice, 24 or 27 characters for the qualification."),
        "staff_number": _("The hospital's own number; one doctor each."),
        "skills": _("Diseases and methods, in a few words."),
    }
    return hints.get(name, "")
