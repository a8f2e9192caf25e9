"""A hospital's rules of booking (R075): every text with its days, and a newer one."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import KEEPING
from clinics.register.booking_rules import LONGEST_RULES, Dated, dated, enter_rules, one_of, rules_of
from clinics.register.place_queries import institution_registered
from permissions.doors import Api, StrictCharField, StrictDateField, StrictSerializer


class RulesEntry(serializers.Serializer[Dated]):
    """One text; `last_day` is null while none follows, `standing` says whether it is the one in force today."""

    id = serializers.UUIDField(source="rules.public_id")
    valid_from = serializers.DateField(source="rules.valid_from")
    last_day = serializers.DateField(allow_null=True)
    standing = serializers.ChoiceField(choices=("now", "later", "earlier"))
    text = serializers.CharField(source="rules.text")
    entered_at = serializers.DateTimeField(source="rules.created_at")


class BookingRules(Api):
    """Every text of one hospital, the latest day first, and a newer one; a text is never changed."""

    policies = {"GET": KEEPING, "POST": KEEPING}

    class Input(StrictSerializer):
        text = StrictCharField(max_length=LONGEST_RULES)
        valid_from = StrictDateField()

    class Output(serializers.Serializer[Any]):
        results = RulesEntry(many=True)

    @extend_schema(responses=Output, operation_id="booking_rules_list")
    def get(self, request: Request, institution: UUID) -> Response:
        texts = dated(list(rules_of(institution_registered(self.acting, institution))), timezone.localdate())
        return Response(self.Output({"results": texts}).data)

    @extend_schema(request=Input, responses={201: RulesEntry}, operation_id="booking_rules_enter")
    def post(self, request: Request, institution: UUID) -> Response:
        given, today = self.read(self.Input), timezone.localdate()
        hospital = institution_registered(self.acting, institution)
        made = enter_rules(hospital, **given, today=today, by=self.acting)
        return Response(RulesEntry(one_of(hospital, made.public_id, today)).data, status=status.HTTP_201_CREATED)
