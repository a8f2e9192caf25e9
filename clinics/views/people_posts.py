"""Posts given and corrected from the page of a person; a new person gets her first post with her account."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import Institution, Post
from clinics.models.post import Title
from clinics.people import NewPerson, NewPost, appoint_again, appoint_person, correct_name, correct_post
from clinics.people_queries import person_seen_by, post_in_scope
from clinics.post_kinds import kinds_open_to
from clinics.register.place_queries import departments_of, institution_registered, institutions_registered
from clinics.views import typed
from clinics.views.people import SEEING
from clinics.views.people_page import person_context
from permissions.doors import Page
from permissions.models import User
from vault.refusal import Refusal, invalid

PERSON = ("name", "phone", "name_en")
POST = ("kind", "title")
REDRAWN = frozenset({"invalid_input", "already_exists", "not_allowed", "stale_state"})
LABELS = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Mobile number"),
    "name_en": gettext_lazy("English name"),
    "kind": gettext_lazy("Kind of post"),
    "department": gettext_lazy("Department"),
    "title": gettext_lazy("Title"),
    "institution": gettext_lazy("Institution"),
}


class PersonNew(Page):
    """A person with her first post; the institution is chosen first, as its posts and departments depend on it."""

    policies = {"GET": SEEING, "POST": SEEING}

    def get(self, request: HttpRequest) -> HttpResponse:
        return appointing(self, request, None, request.GET)

    def post(self, request: HttpRequest) -> HttpResponse:
        request.refused = partial(refused_appointing, self, request, None)  # type: ignore[attr-defined]
        person = NewPerson(**typed.texts(request, PERSON))
        done = appoint_person(person, new_post(request), institution_in(self, request), by=self.acting)
        name = {"name": done.post.user.display_name}
        known = _("%(name)s had an account already and has this post too now.") % name
        messages.success(request, known if done.was_known else _("%(name)s can log in now with her phone.") % name)
        return redirect("person", done.post.user.public_id)


class PersonPost(Page):
    """Another post of somebody who has an account."""

    policies = {"GET": SEEING, "POST": SEEING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        return appointing(self, request, person_seen_by(self.acting, public_id), request.GET)

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        person = person_seen_by(self.acting, public_id)
        request.refused = partial(refused_appointing, self, request, person)  # type: ignore[attr-defined]
        appoint_again(person, new_post(request), institution_in(self, request), by=self.acting)
        messages.success(request, _("The post has begun."))
        return redirect("person", public_id)


class PersonName(Page):
    """Corrects the name, with the document that was seen."""

    policies = {"GET": SEEING, "POST": SEEING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        person = person_seen_by(self.acting, public_id)
        return beside(self, request, person, name_said={"name": person.name, "name_en": person.name_en, "reason": ""})

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        request.refused = partial(self.refused, request, public_id)  # type: ignore[attr-defined]
        person = person_seen_by(self.acting, public_id)
        correct_name(person, **typed.texts(request, ("name", "name_en", "reason")), by=self.acting)
        messages.success(request, _("Saved. What was there before is in the history."))
        return redirect("person", public_id)

    def refused(self, request: HttpRequest, public_id: UUID, refusal: Refusal) -> HttpResponse | None:
        if refusal.code not in REDRAWN:
            return None
        return beside(self, request, person_seen_by(self.acting, public_id), refusal, name_said=request.POST)


class PostEdit(Page):
    """Corrects the department or title of a live post."""

    policies = {"GET": SEEING, "POST": SEEING}

    def get(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        post = post_in_scope(self.acting, public_id)
        return self.drawn(request, post, {"title": post.title, "department": str(post.department.public_id) if post.department else ""})

    def post(self, request: HttpRequest, public_id: UUID) -> HttpResponse:
        post = post_in_scope(self.acting, public_id)
        request.refused = partial(self.refused, request, post)  # type: ignore[attr-defined]
        title = typed.texts(request, ("title",))["title"]
        correct_post(post, department=typed.chosen_id(request, "department"), title=title, by=self.acting)
        messages.success(request, _("Saved. What was there before is in the history."))
        return redirect("person", post.user.public_id)

    def refused(self, request: HttpRequest, post: Post, refusal: Refusal) -> HttpResponse | None:
        return self.drawn(request, post, request.POST, refusal) if refusal.code in REDRAWN else None

    def drawn(self, request: HttpRequest, post: Post, said: Mapping[str, Any], refusal: Refusal | None = None) -> HttpResponse:
        choices = {"departments": department_choices(post.institution), "titles": title_choices()}
        return beside(self, request, post.user, refusal, post_said=said, edited=post, **choices)


def beside(page: Page, request: HttpRequest, person: User, refusal: Refusal | None = None, **more: Any) -> HttpResponse:
    """The page of the person with a dialog open."""
    seen = person_seen_by(page.acting, person.public_id)
    return page.render(request, "clinics/person.html", person_context(page.acting, seen) | typed.errors_in(refusal) | more)


def appointing(
    page: Page, request: HttpRequest, person: User | None, said: Mapping[str, Any], refusal: Refusal | None = None
) -> HttpResponse:
    """The form of a post, for a new person or a known one."""
    places = list(institutions_registered(page.acting))
    own = page.acting.post.institution.public_id if page.acting.post else None
    wanted = said.get("institution") or str(own or "")
    place = next((one for one in places if str(one.public_id) == wanted), None)
    kinds = kinds_open_to(page.acting, place) if place else []
    context = {
        "person": person,
        "place": place,
        "places": [("", _("please choose")), *((str(one.public_id), one.display_name) for one in places)],
        "kinds": [("", _("please choose")), *((kind.value, kind.label) for kind in kinds)],
        "departments": department_choices(place) if place else [],
        "titles": title_choices(),
        "said": said,
        "labels": LABELS,
        **typed.errors_in(refusal),
    }
    return page.render(request, "clinics/person_form.html", context)


def refused_appointing(page: Page, request: HttpRequest, person: User | None, refusal: Refusal) -> HttpResponse | None:
    """The same form with everything typed and what is wrong with it."""
    return appointing(page, request, person, request.POST, refusal) if refusal.code in REDRAWN else None


def institution_in(page: Page, request: HttpRequest) -> Institution:
    """The institution that was chosen before the form was filled in."""
    public_id = typed.chosen_id(request, "institution")
    if public_id is None:
        raise invalid("institution", _("Choose the institution first."))
    return institution_registered(page.acting, public_id)


def new_post(request: HttpRequest) -> NewPost:
    """The post as typed."""
    return NewPost(**typed.texts(request, POST), department=typed.chosen_id(request, "department"))


def department_choices(institution: Institution) -> typed.Options:
    return [("", _("none")), *((str(one.public_id), one.name) for one in departments_of(institution))]


def title_choices() -> typed.Options:
    return [("", _("none")), *Title.choices]
