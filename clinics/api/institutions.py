"""Institutions: those a person may look for places at, and the register a district or manager answers for."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import Institution
from clinics.models.institution import Category, InstitutionKind, Level, PickupBy
from clinics.queries import institutions_open_to
from clinics.register.facts import LONGEST_FACT
from clinics.register.particulars import HIDDEN, LONGEST, SHOWN, Particulars, day_of
from clinics.register.place_queries import (
    STANDINGS,
    contacts_of,
    institution_registered,
    institutions_registered,
    standing,
    with_contact,
    with_name,
)
from clinics.register.registry import correct_institution, register_institution
from permissions.doors import (
    IF_MATCH,
    Api,
    Needs,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from permissions.roles import Capability

REGISTERING = Needs(Capability.MANAGE_INSTITUTIONS)
ANSWERING = Needs(Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS)
LONGEST_SEARCH = 50
KEEPING = Needs(Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS, Capability.KEEP_REGISTER)
READING = Needs(Capability.MANAGE_INSTITUTIONS, Capability.MANAGE_POSTS, Capability.MANAGE_POOLS)


def line(name: str, **options: Any) -> StrictCharField:
    """A line of text of a field of the register, as long as it may be."""
    return StrictCharField(lines=False, max_length=LONGEST[name], **({"required": False, "allow_blank": True} | options))


def facts_field() -> serializers.DictField:
    """Further facts by the id of their label; '' takes one away, what is left out stays (R096)."""
    return serializers.DictField(child=StrictCharField(lines=False, max_length=LONGEST_FACT, allow_blank=True), required=False)


class DayOrNothing(StrictCharField):
    """A day like 2026-11-26 as text; '' takes it away."""

    default_error_messages = {"day": _("Enter a day, like 2026-11-26.")}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if text and day_of(text) is None:
            self.fail("day")
        return text


class InstitutionFields(StrictSerializer):
    """What is registered of an institution; a field that is left out stays as it is."""

    name_en = line("name_en")
    level = StrictChoiceField(choices=Level.choices, required=False)
    grade = line("grade")
    category = StrictChoiceField(choices=Category.choices, required=False)
    parent = StrictUUIDField(required=False)  # type: ignore[assignment]
    phone = StrictCharField(lines=False, max_length=30, required=False, allow_blank=True)
    address = line("address")
    website = line("website")
    introduction = StrictCharField(max_length=LONGEST["introduction"], required=False, allow_blank=True)
    directions = line("directions")
    pickup_by = StrictChoiceField(choices=PickupBy.choices, required=False, allow_blank=True)
    pickup_place = line("pickup_place")
    arrival_text = line("arrival_text")
    referral_window = line("referral_window")
    help_desk = line("help_desk")
    shows_doctor_names = StrictBooleanField(required=False)
    active_from = DayOrNothing(required=False, allow_blank=True)
    active_to = DayOrNothing(required=False, allow_blank=True)
    responsible_department = line("responsible_department")
    responsible_name = StrictCharField(lines=False, max_length=100, required=False, allow_blank=True)
    responsible_title = line("responsible_title")
    responsible_phone = StrictCharField(lines=False, max_length=30, required=False, allow_blank=True)
    facts = facts_field()


class NewInstitution(InstitutionFields):
    """An institution to register; its kind never changes."""

    kind = StrictChoiceField(choices=InstitutionKind.choices)
    name = line("name", required=True, allow_blank=False)
    short_name = line("short_name", required=True, allow_blank=False)


class InstitutionChanges(InstitutionFields):
    """The fields to change."""

    name = line("name", allow_blank=False)
    short_name = line("short_name", allow_blank=False)


class RegisteredInstitution(serializers.Serializer[Institution]):
    """One institution of the register with everything that is known of it; the version stands in the ETag too."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=InstitutionKind.choices)
    name = serializers.CharField()
    short_name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    parent = serializers.UUIDField(source="parent.public_id", allow_null=True, default=None)  # type: ignore[assignment]
    level = serializers.ChoiceField(choices=Level.choices)
    grade = serializers.CharField(allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices)
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    website = serializers.CharField(allow_blank=True)
    introduction = serializers.CharField(allow_blank=True)
    directions = serializers.CharField(allow_blank=True)
    pickup_by = serializers.ChoiceField(choices=PickupBy.choices, allow_blank=True)
    pickup_place = serializers.CharField(allow_blank=True)
    arrival_text = serializers.CharField(allow_blank=True)
    referral_window = serializers.CharField(allow_blank=True)
    help_desk = serializers.CharField(allow_blank=True)
    shows_doctor_names = serializers.BooleanField()
    active_from = serializers.DateField(allow_null=True)
    active_to = serializers.DateField(allow_null=True)
    responsible_department = serializers.CharField(allow_blank=True)
    responsible_name = serializers.CharField(allow_blank=True)
    responsible_title = serializers.CharField(allow_blank=True)
    responsible_phone = serializers.CharField(allow_blank=True)
    facts = serializers.DictField(child=serializers.CharField())
    is_suspended = serializers.BooleanField()


class InstitutionEntry(serializers.Serializer[Institution]):
    """One institution; `is_partner` tells whether it shares an alliance with the acting post's own."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    short_name = serializers.CharField()
    kind = serializers.ChoiceField(choices=InstitutionKind.choices)
    level = serializers.ChoiceField(choices=Level.choices)
    grade = serializers.CharField(allow_blank=True)
    category = serializers.ChoiceField(choices=Category.choices)
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    is_partner = serializers.BooleanField()


class ContactEntry(serializers.Serializer[Institution]):
    """Who answers for one institution, and how to reach them."""

    institution = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    responsible_name = serializers.CharField(allow_blank=True)
    responsible_title = serializers.CharField(allow_blank=True)
    responsible_phone = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)


class Institutions(Api):
    """The institutions whose reserved places the acting person may see, those of her alliances first; the district adds more."""

    policies = {"GET": Needs(Capability.SEE_AVAILABILITY), "POST": REGISTERING}

    class Output(serializers.Serializer[Any]):
        results = InstitutionEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="institutions_list")
    def get(self, request: Request) -> Response:
        page = self.asked(PageQuery)["page"]
        return page_of(request, institutions_open_to(self.acting), page, lambda row: InstitutionEntry(row).data)

    @extend_schema(request=NewInstitution, responses={201: RegisteredInstitution}, operation_id="institutions_register")
    def post(self, request: Request) -> Response:
        given, facts = as_typed(self.read(NewInstitution))
        made = register_institution(Particulars(**given), by=self.acting, facts=facts)
        return described(made, status.HTTP_201_CREATED)


class Register(Api):
    """Every institution the acting person answers for, whether or not it offers places."""

    policies = {"GET": KEEPING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", max_length=LONGEST_SEARCH, allow_blank=True, lines=False)
        kind = StrictChoiceField(required=False, choices=InstitutionKind.choices)
        standing = StrictChoiceField(required=False, default="", choices=[(name, words) for name, (words, _condition) in STANDINGS.items()])

    class Output(serializers.Serializer[Any]):
        results = RegisteredInstitution(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="register_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = with_name(standing(institutions_registered(self.acting), given["standing"]), given["q"])
        found = found.filter(kind=given["kind"]) if "kind" in given else found
        return page_of(request, found, given["page"], lambda row: RegisteredInstitution(row).data)


class InstitutionDetail(Api):
    """One institution of the register, read and corrected."""

    policies = {"GET": KEEPING, "PATCH": KEEPING}

    @extend_schema(responses=RegisteredInstitution, operation_id="institutions_get")
    def get(self, request: Request, institution: UUID) -> Response:
        return described(institution_registered(self.acting, institution))

    @extend_schema(request=InstitutionChanges, responses=RegisteredInstitution, parameters=[IF_MATCH], operation_id="institutions_correct")
    def patch(self, request: Request, institution: UUID) -> Response:
        version = if_match(request)
        changes, facts = as_typed(self.read(InstitutionChanges))
        held = institution_registered(self.acting, institution)
        return described(correct_institution(held, changes, by=self.acting, expected_version=version, facts=facts))


class Contacts(Api):
    """Who answers for each institution of the district."""

    policies = {"GET": READING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", max_length=LONGEST_SEARCH, allow_blank=True, lines=False)

    class Output(serializers.Serializer[Any]):
        results = ContactEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="contacts_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        return page_of(request, with_contact(contacts_of(self.acting), given["q"]), given["page"], lambda row: ContactEntry(row).data)


def as_typed(given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields as the register's rules read them, the switch as a word, and the further facts apart."""
    facts = given.pop("facts", {})
    shows = {"shows_doctor_names": SHOWN if given["shows_doctor_names"] else HIDDEN} if "shows_doctor_names" in given else {}
    return given | shows, facts


def described(institution: Institution, code: int = status.HTTP_200_OK) -> Response:
    """One institution with its version as ETag."""
    return Response(RegisteredInstitution(institution).data, status=code, headers={"ETag": etag(institution)})
