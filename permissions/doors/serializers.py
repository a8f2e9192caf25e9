"""Input that says exactly what it is: unknown fields and unprintable characters are refused, types are not guessed."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from permissions.printable import unprintable_in

LONGEST_NAME = 50


class StrictCharField(serializers.CharField):
    """Text as typed, without NUL, surrogates, control or invisible characters; numbers are not turned into text."""

    default_error_messages = {"unprintable": _("This holds a character that cannot be stored or shown.")}

    def __init__(self, *, lines: bool = True, **kwargs: Any) -> None:
        self.lines = lines
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text = super().to_internal_value(data.replace("\r\n", "\n"))
        if unprintable_in(text, lines=self.lines):
            self.fail("unprintable")
        return text


class StrictIntegerField(serializers.IntegerField):
    """A JSON number without a fraction; text, true and 1.0 are refused."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictBooleanField(serializers.BooleanField):
    """true or false and nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class StrictSerializer(serializers.Serializer[Any]):
    """The base of every nested Input: a field that is not declared is an error of that field."""

    default_error_messages = {"unknown": _("There is no such field.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = sorted(set(data) - set(self.fields))
            if unknown:
                raise serializers.ValidationError({sayable(name): [self.error_messages["unknown"]] for name in unknown}, code="unknown")
        return super().to_internal_value(data)


def sayable(name: str) -> str:
    """A field's name as it may be said back: one that is too long or cannot be shown becomes a question mark."""
    return "?" if len(name) > LONGEST_NAME or unprintable_in(name, lines=False) else name
