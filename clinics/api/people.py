"""People by program: found by name, phone or institution, read with their posts, their names corrected."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import ANSWERING
from clinics.people import LONGEST_ENGLISH, LONGEST_REASON, correct_name
from clinics.people_queries import STATES, all_posts_of, chosen, people_seen_by, person_seen_by, with_posts
from permissions.doors import Api, StrictCharField, StrictChoiceField, StrictSerializer, StrictUUIDField
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import POST_KIND_CHOICES

LONGEST_SEARCH = 50
KINDS = POST_KIND_CHOICES


class PostEntry(serializers.Serializer[Any]):
    """One post of a person."""

    id = serializers.UUIDField(source="public_id")
    institution = serializers.UUIDField(source="institution.public_id")
    institution_name = serializers.CharField(source="institution.name")
    department = serializers.UUIDField(source="department.public_id", allow_null=True, default=None)
    kind = serializers.ChoiceField(choices=KINDS)
    title = serializers.CharField(allow_blank=True)
    right = serializers.UUIDField(source="right.public_id", allow_null=True, default=None)
    valid_from = serializers.DateTimeField()
    valid_to = serializers.DateTimeField(allow_null=True)


class PersonEntry(serializers.Serializer[Any]):
    """One person; of the phone only the last four."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    phone_tail = serializers.CharField()
    is_active = serializers.BooleanField()
    posts = PostEntry(many=True, source="shown_posts")


class People(Api):
    """Everybody with a post in the acting person's scope."""

    policies = {"GET": ANSWERING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", allow_blank=True, max_length=LONGEST_SEARCH, lines=False)
        kind = StrictChoiceField(choices=KINDS, required=False, default="")
        institution = StrictUUIDField(required=False, default=None)
        state = StrictChoiceField(choices=[name for name in STATES if name], required=False, default="")

    class Output(serializers.Serializer[Any]):
        results = PersonEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="people_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        page, text = given.pop("page"), given.pop("q")
        found = chosen(people_seen_by(self.acting), self.acting, text=text, **given)
        return page_of(request, with_posts(found, self.acting), page, lambda row: PersonEntry(row).data)


class Person(Api):
    """One person with all her posts, ended ones too."""

    policies = {"GET": ANSWERING, "PATCH": ANSWERING}

    class Input(StrictSerializer):
        name = StrictCharField(lines=False, max_length=100)
        name_en = StrictCharField(lines=False, max_length=LONGEST_ENGLISH, required=False, allow_blank=True)
        reason = StrictCharField(lines=False, max_length=LONGEST_REASON)

    @extend_schema(responses=PersonEntry, operation_id="people_get")
    def get(self, request: Request, person: UUID) -> Response:
        return self.described(person)

    @extend_schema(request=Input, responses=PersonEntry, operation_id="people_correct_name")
    def patch(self, request: Request, person: UUID) -> Response:
        given = self.read(self.Input)
        held = person_seen_by(self.acting, person)
        correct_name(held, name=given["name"], name_en=given.get("name_en", held.name_en), reason=given["reason"], by=self.acting)
        return self.described(person)

    def described(self, public_id: UUID) -> Response:
        person = person_seen_by(self.acting, public_id)
        person.shown_posts = all_posts_of(person, self.acting)  # type: ignore[attr-defined]
        return Response(PersonEntry(person).data)
