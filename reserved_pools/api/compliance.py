"""Compliance by program: what each hospital, department or week owed and gave."""

from datetime import date
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs, StrictCharField, StrictChoiceField, StrictDateField, StrictUUIDField
from permissions.doors.paging import PAGE, PageQuery, paged
from permissions.roles import Capability
from reserved_pools.balance.balance import VERDICT_CHOICES
from reserved_pools.balance.compliance import By, Line, Within, compliance
from reserved_pools.sessions.spans import WEEK, check_span, named

PLACES = (
    "all_places", "bookable", "promised", "offered", "booked", "returned", "expert", "direct", "window", "given", "kept", "short",
    "stopped",
)  # fmt: skip
SHARES = (
    "reserved_share", "reserved_floor", "expert_share", "expert_floor", "bookable_share", "of_workload", "fulfilment", "used",
)  # fmt: skip


class ComplianceQuery(PageQuery):
    """Both days included, this week without them; `by` says how fine the rows are."""

    to = StrictDateField(required=False)
    institution = StrictUUIDField(required=False)
    department = StrictUUIDField(required=False)
    standard_code = StrictCharField(required=False, max_length=8)
    by = StrictChoiceField(choices=[(one.value, one.value) for one in By], required=False, default=By.HOSPITAL.value)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of Python, so it joins here."""
        return {"from": StrictDateField(required=False), **super().get_fields()}


class ComplianceShares(serializers.Serializer[Any]):
    """Fractions with four digits; null where there is nothing to share."""

    reserved_share = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    reserved_floor = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    expert_share = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    expert_floor = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    bookable_share = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    of_workload = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    fulfilment = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    used = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)


class ComplianceEntry(ComplianceShares):
    """One row; the department and the week (its Monday) are null where they are summed up."""

    institution = serializers.UUIDField()
    institution_name = serializers.CharField()
    department = serializers.UUIDField(allow_null=True)
    department_name = serializers.CharField(allow_null=True)
    week = serializers.DateField(allow_null=True)
    all_places = serializers.IntegerField()
    bookable = serializers.IntegerField()
    promised = serializers.IntegerField()
    offered = serializers.IntegerField()
    booked = serializers.IntegerField()
    returned = serializers.IntegerField()
    expert = serializers.IntegerField()
    direct = serializers.IntegerField()
    window = serializers.IntegerField()
    given = serializers.IntegerField()
    kept = serializers.IntegerField()
    short = serializers.IntegerField()
    stopped = serializers.IntegerField()
    verdicts = serializers.ListField(child=serializers.ChoiceField(choices=VERDICT_CHOICES))


class ComplianceList(serializers.Serializer[Any]):
    """One page of them, shortfalls first; `next` is the address of the following page."""

    results = ComplianceEntry(many=True)
    next = serializers.URLField(allow_null=True)


class Compliance(Api):
    """Promised, offered, booked and returned places, the shares and the verdict (R040, R053, R088)."""

    policies = {"GET": Needs(Capability.SEE_DISTRICT, Capability.MANAGE_POOLS)}

    @extend_schema(parameters=[ComplianceQuery], responses=ComplianceList, operation_id="compliance_list")
    def get(self, request: Request) -> Response:
        given = self.asked(ComplianceQuery)
        first, last = days_in(given, timezone.localdate())
        within = Within(first, last, given.get("institution"), given.get("department"), given.get("standard_code", ""))
        begin = (given["page"] - 1) * PAGE
        rows = compliance(self.acting, within, By(given["by"]))[begin : begin + PAGE + 1]
        return paged(request, rows, given["page"], described)


def days_in(given: dict[str, Any], today: date) -> tuple[date, date]:
    """The days asked for; a week from the one given, this week without any."""
    week = named(WEEK, given.get("from") or given.get("to") or today)
    first, last = given.get("from", week.first), given.get("to", week.last)
    check_span(first, last)
    return first, last


def described(line: Line) -> dict[str, Any]:
    """One row as the interface shows it."""
    one = line.of
    shares = {name: getattr(one, name) for name in SHARES}
    return {
        "institution": line.institution.public_id,
        "institution_name": line.institution.name,
        "department": line.department.public_id if line.department else None,
        "department_name": line.department.name if line.department else None,
        "week": line.week,
        **{name: getattr(one, name) for name in PLACES},
        **{name: None if share is None else f"{share:.4f}" for name, share in shares.items()},
        "verdicts": [str(verdict) for verdict in one.verdicts],
    }
