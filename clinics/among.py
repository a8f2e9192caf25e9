"""A condition "is one of these" that an index can be asked with."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, QuerySet


class Among(Func):
    """`column = ANY (ARRAY(SELECT …))`: the keys are read once, and one index scan asks for all of them.

    `column IN (SELECT …)` says the same, but beside an OR every row of the table is asked instead.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY ("
    output_field = BooleanField()

    def __init__(self, column: str, keys: "QuerySet[Any, Any]") -> None:
        super().__init__(F(column), ArraySubquery(keys))
