"""Posts by program: given to a new person or a known one, and corrected; they are ended where open work is handed over."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import ANSWERING
from clinics.api.people import KINDS, PostEntry
from clinics.models import Post
from clinics.models.post import Title
from clinics.people import LONGEST_ENGLISH, NewPerson, NewPost, appoint_again, appoint_person, correct_post
from clinics.people_queries import person_seen_by, post_in_scope
from clinics.register.place_queries import institution_registered
from permissions.doors import Api, StrictCharField, StrictChoiceField, StrictSerializer, StrictUUIDField
from vault.refusal import Refusal, Violation

OF_A_NEW_PERSON = ("name", "phone")


class PersonWithPost(PostEntry):
    """A post, and whose it is."""

    person = StrictUUIDField(source="user.public_id")


class Posts(Api):
    """A post from now on: for `person`, or for whoever `name` and `phone` are, who gets an account when she has none."""

    policies = {"POST": ANSWERING}

    class Input(StrictSerializer):
        person = StrictUUIDField(required=False)
        name = StrictCharField(lines=False, max_length=100, required=False)
        phone = StrictCharField(lines=False, max_length=30, required=False)
        name_en = StrictCharField(lines=False, max_length=LONGEST_ENGLISH, required=False, allow_blank=True, default="")
        institution = StrictUUIDField()
        kind = StrictChoiceField(choices=KINDS)
        department = StrictUUIDField(required=False, default=None)
        title = StrictChoiceField(choices=Title.choices, required=False, default="")

    @extend_schema(request=Input, responses={201: PersonWithPost}, operation_id="posts_appoint")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        _check_whose(given)
        institution = institution_registered(self.acting, given["institution"])
        wanted = NewPost(given["kind"], given["department"], given["title"])
        if "person" in given:
            made = appoint_again(person_seen_by(self.acting, given["person"]), wanted, institution, by=self.acting)
        else:
            person = NewPerson(given["name"], given["phone"], given["name_en"])
            made = appoint_person(person, wanted, institution, by=self.acting).post
        return described(made, status.HTTP_201_CREATED)


class PostDetail(Api):
    """One live post; department and title are corrected, anything else is a new post."""

    policies = {"GET": ANSWERING, "PATCH": ANSWERING}

    class Input(StrictSerializer):
        department = StrictUUIDField(required=False)
        title = StrictChoiceField(choices=Title.choices, required=False)

    @extend_schema(responses=PersonWithPost, operation_id="posts_get")
    def get(self, request: Request, post: UUID) -> Response:
        return described(post_in_scope(self.acting, post))

    @extend_schema(request=Input, responses=PersonWithPost, operation_id="posts_correct")
    def patch(self, request: Request, post: UUID) -> Response:
        given = self.read(self.Input)
        held = post_in_scope(self.acting, post)
        department = given.get("department", held.department.public_id if held.department else None)
        return described(correct_post(held, department=department, title=given.get("title", held.title), by=self.acting))


def described(post: Post, code: int = status.HTTP_200_OK) -> Response:
    return Response(PersonWithPost(post).data, status=code)


def _check_whose(given: dict[str, Any]) -> None:
    """A known person by id, or a new one by name and phone, not both."""
    new = [name for name in OF_A_NEW_PERSON if name in given]
    if "person" in given and new:
        wrong = {name: _("Give either a person or a name and phone.") for name in new}
    elif "person" not in given:
        wrong = {name: _("Please enter this.") for name in OF_A_NEW_PERSON if name not in given}
    else:
        wrong = {}
    if wrong:
        faults = tuple(Violation("invalid_input", sentence, field=name) for name, sentence in wrong.items())
        raise Refusal("invalid_input", next(iter(wrong.values())), faults)
