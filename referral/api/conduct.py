"""The monthly lists by program: where a month stands, the counts of one list with its digest, and the signature."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs, StrictCharField, StrictSerializer
from permissions.roles import Capability
from referral.supervision.acts import Group
from referral.supervision.models import ConductSignature
from referral.supervision.month import Month
from referral.supervision.queries import MONTH_NAME, Standing, month_named, month_of, people_of, recent_months, signatures_of, standings
from referral.supervision.sign import sign

SEES = Needs(Capability.SIGN_CONDUCT, Capability.SEE_DISTRICT)


@extend_schema_field(OpenApiTypes.STR)
class MonthField(serializers.Field):  # type: ignore[type-arg]
    """A month like 2026-10, in ASCII digits."""

    default_error_messages = {"invalid": _("Enter a month, like 2026-10.")}

    def to_internal_value(self, data: Any) -> str:
        if not (isinstance(data, str) and MONTH_NAME.match(data)):
            self.fail("invalid")
        return data


class MonthQuery(StrictSerializer):
    """Which month, like 2026-10; the one that ended last without it."""

    month = MonthField(required=False)


class MonthStanding(serializers.Serializer[Any]):
    """Where one month of one institution stands."""

    institution = serializers.UUIDField()
    name = serializers.CharField()
    month = serializers.CharField()
    state = serializers.CharField()
    due = serializers.DateField()
    signed_by = serializers.CharField(allow_blank=True)
    signed_at = serializers.DateTimeField(allow_null=True)


class MonthStandings(serializers.Serializer[Any]):
    """The same month of every institution the person may see."""

    results = MonthStanding(many=True)


class PersonCounts(serializers.Serializer[Any]):
    """How many acts of each kind one person did."""

    person = serializers.UUIDField()
    name = serializers.CharField()
    counts = serializers.DictField(child=serializers.IntegerField())


class ListSignature(serializers.Serializer[Any]):
    """Who signed which list, and when."""

    by = serializers.CharField()
    at = serializers.DateTimeField()
    digest = serializers.CharField()


class MonthList(serializers.Serializer[Any]):
    """One list: its people with their counts, its digest, and its signatures, the newest last."""

    institution = serializers.UUIDField()
    month = serializers.CharField()
    acts = serializers.IntegerField()
    digest = serializers.CharField()
    people = PersonCounts(many=True)
    signatures = ListSignature(many=True)


class Conduct(Api):
    """One month of every institution the person may see."""

    policies = {"GET": SEES}

    @extend_schema(parameters=[MonthQuery], responses=MonthStandings, operation_id="conduct_list")
    def get(self, request: Request) -> Response:
        name = self.asked(MonthQuery).get("month") or recent_months()[1]
        return Response({"results": [standing(one) for one in standings(self.acting, month_named(name))]})


class ConductMonth(Api):
    """One list; its manager signs it by the digest she saw."""

    policies = {"GET": SEES, "POST": Needs(Capability.SIGN_CONDUCT)}

    class Input(StrictSerializer):
        digest = StrictCharField(min_length=64, max_length=64, lines=False)

    @extend_schema(responses=MonthList, operation_id="conduct_read")
    def get(self, request: Request, institution: UUID, month: str) -> Response:
        return Response(described(month_of(self.acting, institution, month)))

    @extend_schema(request=Input, responses={201: MonthList}, operation_id="conduct_sign")
    def post(self, request: Request, institution: UUID, month: str) -> Response:
        held = month_of(self.acting, institution, month)
        sign(held, self.read(self.Input)["digest"], by=self.acting)
        return Response(described(held), status=201)


def standing(one: Standing) -> dict[str, Any]:
    """Where one month stands, as plain values."""
    signed = one.signature
    return {
        "institution": one.institution.public_id,
        "name": one.institution.name,
        "month": one.name,
        "state": one.state(timezone.localdate()),
        "due": one.due,
        "signed_by": signed.post.user.name if signed else "",
        "signed_at": signed.created_at if signed else None,
    }


def described(month: Month) -> dict[str, Any]:
    """One list as plain values."""
    return {
        "institution": month.institution.public_id,
        "month": f"{month.first:%Y-%m}",
        "acts": month.summary.acts,
        "digest": month.summary.digest,
        "people": [
            {"person": row["id"], "name": row["name"], "counts": {Group(key).value: count for key, _label, count in row["counts"]}}
            for row in people_of(month)
        ],
        "signatures": [signature(one) for one in signatures_of(month.institution, [month.first])],
    }


def signature(one: ConductSignature) -> dict[str, Any]:
    """Who signed which list, and when."""
    return {"by": one.post.user.name, "at": one.created_at, "digest": one.digest}
