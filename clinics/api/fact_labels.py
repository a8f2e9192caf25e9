"""The further facts a district asks for (R096): listed for whoever fills them in, defined and ended by the district."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.api.institutions import KEEPING, REGISTERING
from clinics.models import FactLabel, FactOf
from clinics.register.fact_labels import LONGEST_LABEL, define_fact, end_fact, label_of, labels_of
from permissions.doors import Api, StrictCharField, StrictChoiceField, StrictSerializer


class FactLabelEntry(serializers.Serializer[FactLabel]):
    """One label; its id is the key of the value in `facts`."""

    id = serializers.UUIDField(source="public_id")
    of = serializers.ChoiceField(choices=FactOf.choices)
    name = serializers.CharField()
    name_en = serializers.CharField(allow_blank=True)
    ended_on = serializers.DateField(allow_null=True)


class FactLabels(Api):
    """Every label of the acting person's district, and one more."""

    policies = {"GET": KEEPING, "POST": REGISTERING}

    class Input(StrictSerializer):
        of = StrictChoiceField(choices=FactOf.choices)
        name = StrictCharField(lines=False, max_length=LONGEST_LABEL)
        name_en = StrictCharField(lines=False, max_length=LONGEST_LABEL, required=False, allow_blank=True)

    class Output(serializers.Serializer[Any]):
        results = FactLabelEntry(many=True)

    @extend_schema(responses=Output, operation_id="fact_labels_list")
    def get(self, request: Request) -> Response:
        return Response(self.Output({"results": labels_of(self.acting)}).data)

    @extend_schema(request=Input, responses={201: FactLabelEntry}, operation_id="fact_labels_define")
    def post(self, request: Request) -> Response:
        made = define_fact(**self.read(self.Input), by=self.acting)
        return Response(FactLabelEntry(made).data, status=status.HTTP_201_CREATED)


class FactLabelEnd(Api):
    """POST: a label is no longer asked for; its values stay. Ending twice is once."""

    policies = {"POST": REGISTERING}

    @extend_schema(request=None, responses=FactLabelEntry, operation_id="fact_labels_end")
    def post(self, request: Request, label: UUID) -> Response:
        ended = end_fact(label_of(self.acting, label), today=timezone.localdate(), by=self.acting)
        return Response(FactLabelEntry(ended).data)
