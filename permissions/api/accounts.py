"""The accounts of a district and the sessions of others by program, for the system and the security administrator."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.accounts import accounts_of, close_account, reopen_account
from permissions.api.administrators import ReasonInput
from permissions.doors import Api, Needs, StrictCharField
from permissions.doors.paging import PageQuery, page_of
from permissions.identity.phones import mask_phone
from permissions.models import Session, User
from permissions.oversight import end_all_of, end_session_of_other, live_sessions_of
from permissions.people import LONGEST_SEARCH, found
from permissions.roles import Capability

KEEPING, ENDING = Needs(Capability.MANAGE_ACCOUNTS), Needs(Capability.END_SESSIONS)


class PersonQuery(PageQuery):
    """Part of the name, or the last four of the phone."""

    q = StrictCharField(required=False, default="", max_length=LONGEST_SEARCH, lines=False, allow_blank=True)


class AccountEntry(serializers.Serializer[User]):
    """Who may log in, with the phone masked."""

    id = serializers.UUIDField(source="public_id")
    name = serializers.CharField()
    phone = serializers.SerializerMethodField(help_text="masked")
    is_open = serializers.BooleanField(source="is_active")
    created_at = serializers.DateTimeField()

    def get_phone(self, user: User) -> str:
        return mask_phone(user.phone)


class AccountList(serializers.Serializer[Any]):
    """One page of them."""

    results = AccountEntry(many=True)
    next = serializers.CharField(allow_null=True)


class Accounts(Api):
    """The accounts of the district."""

    policies = {"GET": KEEPING}

    @extend_schema(parameters=[PersonQuery], responses=AccountList, operation_id="accounts_list")
    def get(self, request: Request) -> Response:
        given = self.asked(PersonQuery)
        rows = found(accounts_of(self.acting), given["q"]).order_by("pk")
        return page_of(request, rows, given["page"], lambda user: AccountEntry(user).data)


class AccountClose(Api):
    """Nobody logs in with this account until it is opened again."""

    policies = {"POST": KEEPING}

    @extend_schema(request=ReasonInput, responses=AccountEntry, operation_id="accounts_close")
    def post(self, request: Request, public_id: UUID) -> Response:
        close_account(public_id, self.read(ReasonInput)["reason"], by=self.acting)
        return Response(AccountEntry(accounts_of(self.acting).get(public_id=public_id)).data)


class AccountReopen(Api):
    """A closed account logs in again."""

    policies = {"POST": KEEPING}

    @extend_schema(request=ReasonInput, responses=AccountEntry, operation_id="accounts_reopen")
    def post(self, request: Request, public_id: UUID) -> Response:
        reopen_account(public_id, self.read(ReasonInput)["reason"], by=self.acting)
        return Response(AccountEntry(accounts_of(self.acting).get(public_id=public_id)).data)


class LiveSessionEntry(serializers.Serializer[Session]):
    """Who is logged in where; nothing of what is done there."""

    id = serializers.UUIDField(source="public_id")
    user = serializers.UUIDField(source="user.public_id")
    name = serializers.CharField(source="user.name")
    kind = serializers.ChoiceField(choices=Session.Kind.choices)
    client = serializers.CharField()
    address = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()
    seen_at = serializers.DateTimeField()


class LiveSessionList(serializers.Serializer[Any]):
    """One page of them."""

    results = LiveSessionEntry(many=True)
    next = serializers.CharField(allow_null=True)


class LiveSessions(Api):
    """Every live session of the district."""

    policies = {"GET": ENDING}

    @extend_schema(parameters=[PersonQuery], responses=LiveSessionList, operation_id="live_sessions_list")
    def get(self, request: Request) -> Response:
        given = self.asked(PersonQuery)
        rows = found(live_sessions_of(self.acting), given["q"], "user__")
        return page_of(request, rows, given["page"], lambda session: LiveSessionEntry(session).data)


class LiveSessionEnd(Api):
    """One session is over."""

    policies = {"POST": ENDING}

    @extend_schema(request=ReasonInput, responses=LiveSessionEntry, operation_id="live_sessions_end")
    def post(self, request: Request, public_id: UUID) -> Response:
        session = end_session_of_other(public_id, self.read(ReasonInput)["reason"], by=self.acting)
        return Response(LiveSessionEntry(session).data)


class AccountEndSessions(Api):
    """Every session of a person is over."""

    policies = {"POST": ENDING}

    class Output(serializers.Serializer[Any]):
        ended = serializers.IntegerField()

    @extend_schema(request=ReasonInput, responses=Output, operation_id="accounts_end_sessions")
    def post(self, request: Request, public_id: UUID) -> Response:
        ended = end_all_of(public_id, self.read(ReasonInput)["reason"], by=self.acting)
        return Response(self.Output({"ended": ended}).data)
