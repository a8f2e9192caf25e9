"""The regulation's values by program: what holds, its rows, entering one, looking first whom it concerns, and the second person's word."""

from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from clinics.models import PolicyRow
from clinics.policy import REGISTRY, Parameter
from clinics.policy.board import Line, lines_of, rows_of, waiting
from clinics.policy.judging import LONGEST_QUOTE, LONGEST_SOURCE, NewRow, judge, parameter_named
from clinics.policy.rows import LONGEST_REASON, ask_end, enter, refuse_end, reject, withdraw
from clinics.policy.scope import Scope, governs, institutions_of, row_seen_by, scope_of
from clinics.policy.typed import said
from clinics.policy.words import words_of
from permissions.doors import IF_MATCH, Api, StrictCharField, StrictDateField, StrictSerializer, StrictUUIDField, etag, if_match
from permissions.doors.paging import PageQuery, page_of
from reserved_pools.policy_acts import approve, approve_end
from reserved_pools.policy_effects import Effects, effects_of
from reserved_pools.views.policy import SETTING


class ComingValue(serializers.Serializer[Any]):
    """A day on which the value changes, and what holds from then on."""

    day = serializers.DateField()
    value = serializers.CharField()


class PolicyEntry(serializers.Serializer[Any]):
    """One parameter at one place today; `value` is for people, `level` who decided it, `row` the row behind it, if there is one."""

    key = serializers.CharField()
    title = serializers.CharField()
    value = serializers.CharField()
    level = serializers.CharField()
    merge = serializers.CharField()
    rule = serializers.CharField(allow_blank=True)
    source = serializers.CharField()  # type: ignore[assignment]
    article = serializers.CharField(allow_blank=True)
    quote = serializers.CharField(allow_blank=True)
    row = serializers.UUIDField(allow_null=True)
    coming = ComingValue(many=True)


class PolicyRowEntry(serializers.Serializer[PolicyRow]):
    """One row: `value` as it is kept; the version stands in the ETag too."""

    id = serializers.UUIDField(source="public_id")
    version = serializers.IntegerField()
    parameter = serializers.CharField()
    value = serializers.CharField()
    district = serializers.CharField(source="district.code", default=None, allow_null=True)
    institution = serializers.UUIDField(source="institution.public_id", default=None, allow_null=True)
    department = serializers.UUIDField(source="department.public_id", default=None, allow_null=True)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    quote = serializers.CharField(allow_blank=True)
    status = serializers.CharField()
    ends_on = serializers.DateField(allow_null=True)


class PlaceQuery(StrictSerializer):
    """Where: one of the institutions or departments somebody sees; without it the district."""

    institution = StrictUUIDField(required=False, default=None)
    department = StrictUUIDField(required=False, default=None)


class NewPolicyRow(PlaceQuery):
    """A value from a day on: 7, 0.30, 14:00, yes, general or several words with spaces."""

    value = StrictCharField(max_length=200, lines=False, allow_blank=True)
    valid_from = StrictDateField()
    valid_to = StrictDateField(required=False, default=None)
    source = StrictCharField(max_length=LONGEST_SOURCE, lines=False)  # type: ignore[assignment]
    quote = StrictCharField(max_length=LONGEST_QUOTE, required=False, allow_blank=True, default="")


class Policy(Api):
    """Every value that holds today at one place."""

    policies = {"GET": SETTING}

    class Output(serializers.Serializer[Any]):
        results = PolicyEntry(many=True)

    @extend_schema(parameters=[PlaceQuery], responses=Output, operation_id="policy_list")
    def get(self, request: Request) -> Response:
        scope = asked_scope(self, self.asked(PlaceQuery))
        lines = lines_of(list(REGISTRY.values()), scope, timezone.localdate())
        return Response({"results": [line_body(line) for line in lines]})


class PolicyParameter(Api):
    """One parameter at one place, and every row of it somebody may see, the latest first."""

    policies = {"GET": SETTING}

    class Query(PlaceQuery, PageQuery):
        pass

    class Output(serializers.Serializer[Any]):
        now = PolicyEntry()
        results = PolicyRowEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[Query], responses=Output, operation_id="policy_get")
    def get(self, request: Request, key: str) -> Response:
        parameter, given = parameter_named(key), self.asked(self.Query)
        scope = asked_scope(self, given)
        answer = page_of(request, rows_of(parameter, self.acting), given["page"], lambda row: PolicyRowEntry(row).data)
        answer.data["now"] = line_body(lines_of([parameter], scope, timezone.localdate())[0])
        return answer


class PolicyRows(Api):
    """A value is entered; another person of the district decides about it."""

    policies = {"POST": SETTING}

    @extend_schema(request=NewPolicyRow, responses={201: PolicyRowEntry}, operation_id="policy_enter")
    def post(self, request: Request, key: str) -> Response:
        parameter = parameter_named(key)
        row = enter(parameter, new_row(self), today=timezone.localdate(), by=self.acting)
        return described(row_seen_by(self.acting, row.public_id), status.HTTP_201_CREATED)


class PolicyPreview(Api):
    """Whom a value would concern; nothing is written."""

    policies = {"POST": SETTING}

    @extend_schema(request=NewPolicyRow, responses={200: dict}, operation_id="policy_preview")
    def post(self, request: Request, key: str) -> Response:
        parameter = parameter_named(key)
        judged = judge(parameter, new_row(self), today=timezone.localdate())
        return Response(effects_body(parameter, effects_of(parameter, judged)))


class PolicyWaiting(Api):
    """Drafts and ends that wait for a second person."""

    policies = {"GET": SETTING}

    class Output(serializers.Serializer[Any]):
        results = PolicyRowEntry(many=True)
        next = serializers.URLField(allow_null=True)

    @extend_schema(parameters=[PageQuery], responses=Output, operation_id="policy_waiting")
    def get(self, request: Request) -> Response:
        return page_of(request, waiting(self.acting), self.asked(PageQuery)["page"], lambda row: PolicyRowEntry(row).data)


class PolicyApprove(Api):
    """The second person's yes: to a draft, or to the end that was asked for."""

    policies = {"POST": SETTING}

    @extend_schema(request=None, responses=PolicyRowEntry, parameters=[IF_MATCH], operation_id="policy_approve")
    def post(self, request: Request, row: UUID) -> Response:
        version, held = if_match(request), row_seen_by(self.acting, row)
        act = approve_end if held.ends_on is not None and held.ended_by_id is None else approve
        act(held, today=timezone.localdate(), expected_version=version, by=self.acting)
        return described(row_seen_by(self.acting, row))


class PolicyReject(Api):
    """The second person's no: a draft is rejected with its reason, an end that was asked for does not come."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        reason = StrictCharField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True, lines=False)

    @extend_schema(request=Input, responses=PolicyRowEntry, parameters=[IF_MATCH], operation_id="policy_reject")
    def post(self, request: Request, row: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = row_seen_by(self.acting, row)
        if held.ends_on is not None and held.ended_by_id is None:
            refuse_end(held, expected_version=version, by=self.acting)
        else:
            reject(held, reason=given["reason"], expected_version=version, by=self.acting)
        return described(row_seen_by(self.acting, row))


class PolicyWithdraw(Api):
    """Whoever entered a draft takes it back."""

    policies = {"POST": SETTING}

    @extend_schema(request=None, responses=PolicyRowEntry, parameters=[IF_MATCH], operation_id="policy_withdraw")
    def post(self, request: Request, row: UUID) -> Response:
        version = if_match(request)
        withdraw(row_seen_by(self.acting, row), expected_version=version, by=self.acting)
        return described(row_seen_by(self.acting, row))


class PolicyEnd(Api):
    """Asks that a value in force stops to hold on a day; it counts once another person of the district approves."""

    policies = {"POST": SETTING}

    class Input(StrictSerializer):
        ends_on = StrictDateField()

    @extend_schema(request=Input, responses=PolicyRowEntry, parameters=[IF_MATCH], operation_id="policy_end")
    def post(self, request: Request, row: UUID) -> Response:
        version, given = if_match(request), self.read(self.Input)
        held = row_seen_by(self.acting, row)
        ask_end(held, ends_on=given["ends_on"], today=timezone.localdate(), expected_version=version, by=self.acting)
        return described(row_seen_by(self.acting, row))


def asked_scope(door: Api, given: dict[str, Any]) -> Scope:
    """The place of a query; a coordinator who names none reads her own hospital."""
    if given["institution"] is None and given["department"] is None and not governs(door.acting):
        own = institutions_of(door.acting).first()
        return scope_of(door.acting, own.public_id if own else None, None)
    return scope_of(door.acting, given["institution"], given["department"])


def new_row(door: Api) -> NewRow:
    """The body as a row to judge."""
    given = door.read(NewPolicyRow)
    scope = scope_of(door.acting, given["institution"], given["department"])
    return NewRow(scope, given["value"], given["valid_from"], given["source"], given["valid_to"], given["quote"])


def line_body(line: Line) -> dict[str, Any]:
    """One value as the interface writes it."""
    coming = [{"day": day.isoformat(), "value": value} for day, value in line.coming]
    return {
        "key": line.parameter.key, "title": str(line.words.title), "value": line.value, "level": line.held.level.name.lower(),
        "merge": line.parameter.merge.value, "rule": line.parameter.rule, "source": str(line.source), "article": str(line.article),
        "quote": line.quote, "row": str(line.row.public_id) if line.row else None, "coming": coming,
    }  # fmt: skip


def effects_body(parameter: Parameter, effects: Effects) -> dict[str, Any]:
    """Whom a value concerns, as plain JSON."""
    return {
        "title": str(words_of(parameter).title), "unchanged": effects.unchanged, "moves_published_windows": effects.moves,
        "counts_for_later_publications": effects.cuts,
        "bookings_ahead": effects.bookings.judged if effects.bookings else None,
        "would_not_be_allowed": effects.bookings.newly if effects.bookings else None,
        "more_bookings_ahead": effects.bookings.is_cut if effects.bookings else None,
        "institutions": [
            {
                "institution": str(one.institution.public_id), "before": said(parameter, one.before), "after": said(parameter, one.after),
                "published_sessions": one.sessions, "open_bands": one.open_bands, "weekly_half_days": one.weekly,
                "published_until": day_body(one.published_until),
            }
            for one in effects.places
        ],
        "typical_week": [
            {
                "department": str(one.department.public_id),
                "before": {"referral": one.before.referral, "direct": one.before.direct, "window": one.before.window},
                "after": {"referral": one.after.referral, "direct": one.after.direct, "window": one.after.window},
            }
            for one in effects.weeks
        ],
    }  # fmt: skip


def day_body(day: date | None) -> str | None:
    """A day as text."""
    return day.isoformat() if day else None


def described(row: PolicyRow, code: int = status.HTTP_200_OK) -> Response:
    """One row with its version as ETag."""
    return Response(PolicyRowEntry(row).data, status=code, headers={"ETag": etag(row)})
