"""The inbox by program of its own person: what changed for her, one read, all read."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import SIGNED_IN, Api, StrictChoiceField, StrictSerializer, StrictUUIDField
from permissions.doors.paging import PAGE, PageQuery, paged
from referral.inbox import opened, queries
from referral.inbox.kinds import Group
from referral.news.reading import Line, line_of, lines_of


class NoticeEntry(serializers.Serializer[Line]):
    """One notice as a sentence; `link` is the page it leads to, empty when there is none for the reader."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    group = serializers.CharField()
    text = serializers.CharField()
    link = serializers.CharField(source="href", allow_blank=True)
    at = serializers.DateTimeField()
    read = serializers.BooleanField(source="is_read")
    urgent = serializers.BooleanField(source="is_urgent")


class Inbox(Api):
    """The notices of the acting person and post, the newest first, with how many of all are unread (counted to a hundred)."""

    policies = {"GET": SIGNED_IN}

    class Query(PageQuery):
        group = StrictChoiceField(choices=Group.choices, required=False, default="")
        unread = StrictChoiceField(choices=[("1", "1"), ("0", "0")], required=False, default="0")

    class Output(serializers.Serializer[Any]):
        results = NoticeEntry(many=True)
        next = serializers.CharField(allow_null=True)
        unread = serializers.IntegerField()

    @extend_schema(parameters=[Query], responses=Output, operation_id="inbox_list")
    def get(self, request: Request) -> Response:
        asked = self.asked(self.Query)
        page = asked["page"]
        found = queries.inbox_of(self.acting, group=asked["group"], unread=asked["unread"] == "1")
        lines = lines_of(self.acting, found[(page - 1) * PAGE : page * PAGE + 1])
        answer = paged(request, lines, page, lambda line: NoticeEntry(line).data)
        answer.data["unread"] = queries.unread_count(self.acting)
        return answer


class NoticeRead(Api):
    """One notice counts as read; once more changes nothing."""

    policies = {"POST": SIGNED_IN}

    @extend_schema(request=None, responses=NoticeEntry, operation_id="inbox_read")
    def post(self, request: Request, notice: UUID) -> Response:
        return Response(NoticeEntry(line_of(self.acting, opened.read(notice, by=self.acting))).data)


class NoticesRead(Api):
    """Every notice counts as read, or those of one group; `until` is the newest one that was seen."""

    policies = {"POST": SIGNED_IN}

    class Input(StrictSerializer):
        group = StrictChoiceField(choices=Group.choices, required=False, default="")
        until = StrictUUIDField(required=False)

    class Output(serializers.Serializer[Any]):
        read = serializers.IntegerField()

    @extend_schema(request=Input, responses=Output, operation_id="inbox_read_all")
    def post(self, request: Request) -> Response:
        given = self.read(self.Input)
        return Response({"read": opened.read_all(group=given["group"], until=given.get("until"), by=self.acting)})
