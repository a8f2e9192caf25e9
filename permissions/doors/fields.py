"""Ids, days, instants, choices and counts in the one form the interface writes; what was sent is never said back."""

import re
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from vault.refusal import invalid

ID = re.compile(r"\A[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
DAY = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
INSTANT = re.compile(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:[0-9]{2})\Z")
COUNT = re.compile(r"\A[0-9]{1,9}\Z")
YEARS = range(1850, 2200)  # from the oldest person alive to the furthest plan, with room; beyond it no sum of days is safe


def read_day(text: str) -> date:
    """A day like 2026-11-26, in ASCII digits, that somebody can mean. Raises ValueError for anything else."""
    if not DAY.match(text) or int(text[:4]) not in YEARS:
        raise ValueError
    return date.fromisoformat(text)


def typed_day(name: str, text: str) -> date:
    """A day as somebody typed it into the field `name`. Refuses with `invalid_input`."""
    try:
        return read_day(text)
    except ValueError:
        raise invalid(name, gettext("Enter a day, like 2026-11-26.")) from None


def typed_day_or_none(name: str, text: str) -> date | None:
    """The same for a field that may stay empty."""
    return typed_day(name, text) if text else None


def read_instant(text: str) -> datetime:
    """An instant with its offset, of a year somebody can mean. Raises ValueError for anything else."""
    if not INSTANT.match(text) or int(text[:4]) not in YEARS:
        raise ValueError
    return datetime.fromisoformat(text)


class StrictUUIDField(serializers.UUIDField):
    """An id as the interface gave it: text with hyphens, neither a number nor another spelling."""

    default_error_messages = {"invalid": _("This is not an id of this interface.")}

    def to_internal_value(self, data: Any) -> UUID:
        if not (isinstance(data, str) and ID.match(data)):
            self.fail("invalid")
        return UUID(data)


class StrictDateField(serializers.DateField):
    """A day like 2026-11-26, in ASCII digits."""

    default_error_messages = {"invalid": _("Enter a day, like 2026-11-26.")}

    def to_internal_value(self, value: Any) -> date:
        try:
            return read_day(value)
        except (ValueError, TypeError):
            self.fail("invalid")


class StrictDateTimeField(serializers.DateTimeField):
    """An instant with its offset; without one nobody knows whose clock was meant."""

    default_error_messages = {"invalid": _("Give day, time and offset, like 2026-11-26T09:30:00+08:00.")}

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return read_instant(value)
        except (ValueError, TypeError):
            self.fail("invalid")


class StrictChoiceField(serializers.ChoiceField):
    """One of the listed words, as text."""

    default_error_messages = {"invalid_choice": _("This is not one of the choices.")}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice")
        return super().to_internal_value(data)


class QueryCountField(serializers.IntegerField):
    """A whole number of an address, in ASCII digits."""

    def to_internal_value(self, data: Any) -> int:
        if not (isinstance(data, str) and COUNT.match(data)):
            self.fail("invalid")
        return super().to_internal_value(data)
