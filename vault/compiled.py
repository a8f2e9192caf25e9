"""A question of the ORM that every request asks: its SQL is written once, not each time, as writing it costs more than the answer."""

from collections.abc import Iterable
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet

Found = TypeVar("Found", bound=Model)


class Compiled(Generic[Found]):
    """Promise the first row of a queryset, as `first()` would give it, for other values than it was written with.

    `marks` says for which of the queryset's values others may be given: each is a value that occurs nowhere else in it. Related
    models that were selected come with their rows, annotations as attributes. Nothing of an answer is kept.
    """

    def __init__(self, queryset: "QuerySet[Found]", **marks: Any) -> None:
        compiler = queryset[:1].query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, parameters = compiler.as_sql()
        self.parameters = tuple(parameters)
        self.places = {name: _places(self.parameters, mark) for name, mark in marks.items()}
        self.model = compiler.klass_info
        self.annotations = dict(compiler.annotation_col_map or {})
        self.names = [
            getattr(column.target, "attname", "") if hasattr(column, "target") else "" for column, _sql, _alias in compiler.select
        ]
        self.converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])

    def first(self, **values: Any) -> Found | None:
        """The first row for these values, one for each mark, in one query."""
        bound = list(self.parameters)
        for name, places in self.places.items():
            for place in places:
                bound[place] = values[name]
        with connection.cursor() as cursor:
            cursor.execute(self.sql, bound)
            row = cursor.fetchone()
        return self._built(list(row)) if row else None

    def _built(self, row: list[Any]) -> Found:
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                row[place] = convert(row[place], expression, connection)
        found: Any = self._object(self.model, row)
        for name, place in self.annotations.items():
            setattr(found, name, row[place])
        return found

    def _object(self, info: dict[str, Any], row: list[Any]) -> Any:
        """The model of these columns with the models joined to it; None where a join found nothing."""
        model, places = info["model"], info["select_fields"]
        values = {self.names[place]: row[place] for place in places}
        if values[model._meta.pk.attname] is None:
            return None
        found = model.from_db(DEFAULT_DB_ALIAS, list(values), list(values.values()))
        for joined in info.get("related_klass_infos", ()):
            other = self._object(joined, row)
            joined["local_setter"](found, other)
            if other is not None:
                joined["remote_setter"](other, found)
        return found


def _places(parameters: Iterable[Any], mark: Any) -> list[int]:
    """Where a mark stands; one that stands nowhere would leave every answer the same."""
    plain = [getattr(value, "obj", value) for value in parameters]  # bytes travel in a wrapper of the driver's
    found = [place for place, value in enumerate(plain) if type(value) is type(mark) and value == mark]
    assert found, f"the mark {mark!r} is no value of this question"
    return found
