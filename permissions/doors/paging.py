"""Pages of a list: numbered, with the address of the next."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from permissions.doors.fields import QueryCountField
from permissions.doors.serializers import StrictSerializer

PAGE = 200


class PageQuery(StrictSerializer):
    """Which page of a list."""

    page = QueryCountField(required=False, default=1, min_value=1, max_value=1000)


def page_of(request: Request, found: "QuerySet[Any]", page: int, entry: Callable[[Any], Any]) -> Response:
    """One page of a list, each row as `entry` shows it."""
    return paged(request, list(found[(page - 1) * PAGE : page * PAGE + 1]), page, entry)


def paged(request: Request, rows: Sequence[Any], page: int, entry: Callable[[Any], Any]) -> Response:
    """The same for rows read already: a page and one row more when another page follows."""
    query = request.query_params.copy()
    query["page"] = str(page + 1)
    following = request.build_absolute_uri(f"?{query.urlencode()}") if len(rows) > PAGE else None
    return Response({"results": [entry(row) for row in rows[:PAGE]], "next": following})
