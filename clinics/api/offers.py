"""What hospitals offer, by program: services of every kind found, read, entered and corrected (R072, R073, R092-R095)."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import LONGEST_SEARCH
from clinics.api.practitioners import KEEPING, facts_field, line
from clinics.keeping import place_kept_by
from clinics.models import Service, ServiceKind, SlotClass
from clinics.models.post import Title
from clinics.offers.fields import LONGEST, MOST_IN_TEAM, MOST_ITEMS
from clinics.offers.offers import bring_back_service, complete, correct_service, offer_service
from clinics.offers.queries import STANDINGS, service_kept_by, services_called, services_kept_by, services_standing
from clinics.offers.reading import LONGEST_ITEM, Item, Offer, clean_fee
from permissions.doors import (
    IF_MATCH,
    Api,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictIntegerField,
    StrictSerializer,
    StrictUUIDField,
    etag,
    if_match,
)
from permissions.doors.paging import PageQuery, page_of
from vault.refusal import Refusal


def text(name: str) -> StrictCharField:
    """Several lines that may be left out or emptied."""
    return StrictCharField(max_length=LONGEST[name], required=False, allow_blank=True)


class FeeField(StrictCharField):
    """A fee in yuan as text with at most two decimals; '' is none."""

    def to_internal_value(self, data: Any) -> str:
        written = super().to_internal_value(data)
        try:
            return money(clean_fee(written))
        except Refusal as refusal:
            raise serializers.ValidationError([str(one.message) for one in refusal.violations]) from refusal


class ItemFields(StrictSerializer):
    """One item of a package."""

    name = line(LONGEST_ITEM, required=True, allow_blank=False)
    code = line(LONGEST["code"])
    fee = FeeField(max_length=12, required=False, allow_blank=True, lines=False)


class ServiceFields(StrictSerializer):
    """What is registered of a service; a field that is left out stays as it is. Which a kind has, the documentation says."""

    title = StrictChoiceField(choices=Title.choices, required=False)
    disease = line(LONGEST["disease"])
    code = line(LONGEST["code"])
    fee = FeeField(max_length=12, required=False, allow_blank=True, lines=False)
    items = ItemFields(many=True, required=False, max_length=MOST_ITEMS)  # type: ignore[call-arg]
    introduction = text("introduction")
    indications = text("indications")
    preparation = text("preparation")
    eligibility = text("eligibility")
    team = serializers.ListField(child=StrictUUIDField(), required=False, max_length=MOST_IN_TEAM)
    notes = text("notes")
    places_per_day = StrictIntegerField(required=False, min_value=1, max_value=9999)
    active_from = StrictDateField(required=False)
    active_to = StrictDateField(required=False)
    facts = facts_field()


class NewService(ServiceFields):
    """A service to enter; its kind never changes. The institution may be left out by who keeps only one."""

    kind = StrictChoiceField(choices=ServiceKind.choices)
    institution = StrictUUIDField(required=False)
    department = StrictUUIDField()
    slot_class = StrictChoiceField(choices=SlotClass.choices, required=False)
    name = line(LONGEST["name"], required=True, allow_blank=False)


class ServiceChanges(ServiceFields):
    """The fields to change."""

    department = StrictUUIDField(required=False)
    slot_class = StrictChoiceField(choices=SlotClass.choices, required=False)
    name = line(LONGEST["name"], allow_blank=False)


class ServiceEntry(serializers.Serializer[Service]):
    """One service with everything that belongs to its kind; fees in yuan, the team by id. The version stands in the ETag too."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    institution = serializers.UUIDField(source="institution.public_id")
    institution_name = serializers.CharField(source="institution.name")
    department = serializers.UUIDField(source="department.public_id")
    department_name = serializers.CharField(source="department.name")
    kind = serializers.ChoiceField(choices=ServiceKind.choices)
    slot_class = serializers.ChoiceField(choices=SlotClass.choices)
    title = serializers.CharField(allow_blank=True)
    disease = serializers.CharField(allow_blank=True)
    name = serializers.CharField()
    code = serializers.CharField(allow_blank=True)
    fee = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()
    introduction = serializers.CharField(allow_blank=True)
    indications = serializers.CharField(allow_blank=True)
    preparation = serializers.CharField(allow_blank=True)
    eligibility = serializers.CharField(allow_blank=True)
    team = serializers.SerializerMethodField()
    notes = serializers.CharField(allow_blank=True)
    places_per_day = serializers.IntegerField(allow_null=True)
    active_from = serializers.DateField(allow_null=True)
    active_to = serializers.DateField(allow_null=True)
    facts = serializers.DictField(child=serializers.CharField())

    def get_fee(self, one: Service) -> str:
        return money(one.fee)

    def get_items(self, one: Service) -> list[dict[str, str]]:
        return [{"name": item.name, "code": item.code, "fee": money(item.fee)} for item in one.items.all()]

    def get_team(self, one: Service) -> list[str]:
        return [str(doctor.public_id) for doctor in one.team.all()]


class Services(Api):
    """Everything the hospitals that the acting person keeps offer."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    class Query(PageQuery):
        q = StrictCharField(required=False, default="", allow_blank=True, max_length=LONGEST_SEARCH, lines=False)
        institution = StrictUUIDField(required=False)
        department = StrictUUIDField(required=False)
        kind = StrictChoiceField(choices=ServiceKind.choices, required=False)
        slot_class = StrictChoiceField(choices=SlotClass.choices, required=False)
        standing = StrictChoiceField(choices=[name for name in STANDINGS if name], required=False, default="")

    class Output(serializers.Serializer[Any]):
        results = ServiceEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="services_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        found = chosen(services_kept_by(self.acting), given).prefetch_related("items", "team")
        return page_of(request, found, given["page"], lambda row: ServiceEntry(row).data)

    @extend_schema(request=NewService, responses={201: ServiceEntry}, operation_id="services_offer")
    def post(self, request: Request) -> Response:
        given = self.read(NewService)
        place = place_kept_by(self.acting, given.pop("institution", None))
        made = offer_service(place, Offer(**read(given)), by=self.acting)
        return described(complete(made.pk), status.HTTP_201_CREATED)


class ServiceDetail(Api):
    """One service, read and corrected; `active_to` ends it."""

    policies = {"GET": KEEPING, "PATCH": KEEPING}

    @extend_schema(responses=ServiceEntry, operation_id="services_get")
    def get(self, request: Request, service: UUID) -> Response:
        return described(service_kept_by(self.acting, service))

    @extend_schema(request=ServiceChanges, responses=ServiceEntry, parameters=[IF_MATCH], operation_id="services_correct")
    def patch(self, request: Request, service: UUID) -> Response:
        version, changes = if_match(request), read(self.read(ServiceChanges))
        held = service_kept_by(self.acting, service)
        return described(correct_service(held, changes, by=self.acting, expected_version=version))


class ServiceBack(Api):
    """A service that ended, or was to end, is offered without an end again."""

    policies = {"POST": KEEPING}

    @extend_schema(request=None, responses=ServiceEntry, parameters=[IF_MATCH], operation_id="services_bring_back")
    def post(self, request: Request, service: UUID) -> Response:
        held = service_kept_by(self.acting, service)
        return described(bring_back_service(held, by=self.acting, expected_version=if_match(request)))


def chosen(services: QuerySet[Service], given: dict[str, Any]) -> QuerySet[Service]:
    """The services this query leaves; a class leaves clinics only."""
    lookups = {"institution": "institution__public_id", "department": "department__public_id", "kind": "kind", "slot_class": "slot_class"}
    found = services.filter(**{lookup: given[name] for name, lookup in lookups.items() if name in given})
    found = found.filter(kind=ServiceKind.CLINIC) if "slot_class" in given else found
    return services_called(services_standing(found, given["standing"], timezone.localdate()), given["q"])


def read(given: dict[str, Any]) -> dict[str, Any]:
    """The validated body as the use cases take it: items and team as tuples."""
    made: dict[str, Any] = dict(given)
    if "items" in given:
        made["items"] = tuple(Item(one["name"], one.get("code", ""), fee_of(one.get("fee"))) for one in given["items"])
    if "team" in given:
        made["team"] = tuple(given["team"])
    if "fee" in given:
        made["fee"] = fee_of(given["fee"])
    return made


def fee_of(written: str | None) -> Decimal | None:
    """What a FeeField read; an empty one is no fee, 0 is one."""
    return Decimal(written) if written else None


def money(fee: Decimal | None) -> str:
    return "" if fee is None else f"{fee:.2f}"


def described(one: Service, code: int = status.HTTP_200_OK) -> Response:
    """One service with its version as ETag."""
    return Response(ServiceEntry(one).data, status=code, headers={"ETag": etag(one)})
