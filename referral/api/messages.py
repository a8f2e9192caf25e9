"""The district's messages by program: what was sent to residents, how far it came, and a failed one sent again."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs, StrictCharField, StrictChoiceField, StrictDateField
from permissions.doors.paging import PAGE, PageQuery, paged
from permissions.roles import Capability
from referral.news.messages import (
    A_WEEK,
    LONGEST,
    NOT_A_NUMBER,
    NUMBER_DIGITS,
    Asked,
    Line,
    counted,
    in_state,
    is_number,
    lines_of,
    messages_of,
    seen_by,
)
from referral.news.resend import resend
from referral.news.sms_words import TITLES, State
from vault.refusal import invalid

SEES = Needs(Capability.SEE_MESSAGES)


class MessageEntry(serializers.Serializer[Line]):
    """One message: its text's name, never its words; of the phone the last four digits."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    text = serializers.CharField()
    state = serializers.CharField()
    booking_number = serializers.CharField(source="number", allow_blank=True)
    hospital = serializers.CharField(allow_blank=True)
    visit_at = serializers.DateTimeField(source="starts_at", allow_null=True)
    phone_tail = serializers.CharField(allow_blank=True)
    attempts = serializers.IntegerField()
    ended_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField(allow_blank=True)
    may_resend = serializers.BooleanField()


class Messages(Api):
    """The messages of some days, the newest first, with the counts of every state; a booking number is looked for on all days."""

    policies = {"GET": SEES}

    class Query(PageQuery):
        first = StrictDateField(required=False)
        last = StrictDateField(required=False)
        text = StrictChoiceField(choices=list(TITLES), required=False, default="")
        state = StrictChoiceField(choices=State.choices, required=False, default="")
        number = StrictCharField(required=False, default="", max_length=NUMBER_DIGITS, lines=False)

    class Output(serializers.Serializer[Any]):
        results = MessageEntry(many=True)
        next = serializers.CharField(allow_null=True)
        counts = serializers.DictField(child=serializers.IntegerField())

    @extend_schema(parameters=[Query], responses=Output, operation_id="messages_list")
    def get(self, request: Request) -> Response:
        given = self.asked(self.Query)
        page, last = given["page"], given.get("last", timezone.localdate())
        first = given.get("first", last - A_WEEK)
        if not last - LONGEST <= first <= last:
            raise invalid("first", _("The first day lies at most 92 days before the last."))
        if given["number"] and not is_number(given["number"]):
            raise invalid("number", NOT_A_NUMBER)
        found = messages_of(self.acting, Asked(first, last, given["text"], given["state"], given["number"]))
        lines = lines_of(in_state(found, given["state"])[(page - 1) * PAGE : page * PAGE + 1])
        answer = paged(request, lines, page, lambda line: MessageEntry(line).data)
        answer.data["counts"] = counted(found)
        return answer


class MessageResend(Api):
    """A failed message goes out once more, as a message of its own, which is answered; asked again the same one answers."""

    policies = {"POST": SEES}

    @extend_schema(request=None, responses={202: MessageEntry}, operation_id="messages_resend")
    def post(self, request: Request, message: UUID) -> Response:
        again = resend(message, by=self.acting)
        line = lines_of(seen_by(self.acting).filter(pk=again.pk))[0]
        return Response(MessageEntry(line).data, status=status.HTTP_202_ACCEPTED)
