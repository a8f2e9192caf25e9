"""A month's evaluation by program: every figure with its two numbers, and what fell short (R131, R163, R178)."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors import Api, Needs
from permissions.roles import Capability
from referral.api.conduct import MonthQuery
from referral.evaluation.figures import Figure, Name, Row, Side, banded
from referral.evaluation.month import Evaluation as Held
from referral.evaluation.month import evaluate
from referral.evaluation.problems import Code, Grade, Problem
from referral.evaluation.scope import month_in

SEEING = Needs(Capability.SEE_DISTRICT, Capability.MANAGE_POOLS, Capability.SIGN_CONDUCT)


class EvaluationFigureEntry(serializers.Serializer[Any]):
    """So many of so many; `of` is null where it is a plain count, the share where there is nothing to share."""

    figure = serializers.ChoiceField(choices=Name.choices)
    count = serializers.IntegerField()
    of = serializers.DecimalField(max_digits=12, decimal_places=1, allow_null=True)
    share = serializers.DecimalField(max_digits=9, decimal_places=4, allow_null=True)


class EvaluationHour(serializers.Serializer[Any]):
    """The visits that begin in one hour of the day."""

    hour = serializers.IntegerField()
    visits = serializers.IntegerField()


class EvaluationWait(serializers.Serializer[Any]):
    """The bookings with so many days until their visit; the last band has no end."""

    first = serializers.IntegerField()
    last = serializers.IntegerField(allow_null=True)
    bookings = serializers.IntegerField()


class EvaluationRow(serializers.Serializer[Any]):
    """One institution on one side; null for everything together."""

    institution = serializers.UUIDField(allow_null=True)
    institution_name = serializers.CharField(allow_null=True)
    side = serializers.ChoiceField(choices=Side.choices, allow_null=True)
    figures = EvaluationFigureEntry(many=True)
    hours = EvaluationHour(many=True)
    waits = EvaluationWait(many=True)


class EvaluationProblem(serializers.Serializer[Any]):
    """What fell short, or is about to: whose, by which article, the figure and its bound."""

    code = serializers.ChoiceField(choices=Code.choices)
    grade = serializers.ChoiceField(choices=Grade.choices)
    article = serializers.CharField()
    institution = serializers.UUIDField()
    side = serializers.ChoiceField(choices=Side.choices)
    figure = EvaluationFigureEntry()
    bound = serializers.DecimalField(max_digits=9, decimal_places=4)


class EvaluationMonth(serializers.Serializer[Any]):
    """A month as the records say it now."""

    month = serializers.CharField()
    is_over = serializers.BooleanField()
    whole = EvaluationRow()
    rows = EvaluationRow(many=True)
    problems = EvaluationProblem(many=True)


class Evaluation(Api):
    """One month: of the district, or of one's own institution."""

    policies = {"GET": SEEING}

    @extend_schema(parameters=[MonthQuery], responses=EvaluationMonth, operation_id="evaluation_read")
    def get(self, request: Request) -> Response:
        month = month_in(self.asked(MonthQuery).get("month", ""))
        return Response(described(evaluate(self.acting, month)))


def described(held: Held) -> dict[str, Any]:
    """A month as plain values."""
    return {
        "month": held.month.name,
        "is_over": held.is_over,
        "whole": row(held.whole),
        "rows": [row(one) for one in held.rows],
        "problems": [problem(one) for one in held.problems],
    }


def row(one: Row) -> dict[str, Any]:
    """One row as plain values."""
    return {
        "institution": one.institution.public_id if one.institution else None,
        "institution_name": one.institution.name if one.institution else None,
        "side": one.side.value if one.institution else None,
        "figures": [figure(held) for held in one.figures],
        "hours": [{"hour": hour, "visits": n} for hour, n in sorted(one.hours.items())],
        "waits": [{"first": first, "last": last, "bookings": n} for first, last, n in banded(one.waits)],
    }


def figure(one: Figure) -> dict[str, Any]:
    """One figure as plain values."""
    share = one.share
    return {
        "figure": one.name.value,
        "count": one.part,
        "of": None if one.whole is None else f"{one.whole:.1f}",
        "share": None if share is None else f"{share:.4f}",
    }


def problem(one: Problem) -> dict[str, Any]:
    """One problem as plain values."""
    return {
        "code": one.code.value, "grade": one.grade.value, "article": one.article, "institution": one.institution.public_id,
        "side": one.side.value, "figure": figure(one.figure), "bound": f"{one.bound:.4f}",
    }  # fmt: skip
