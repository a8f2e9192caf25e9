"""Words of sessions for templates: short classes, and what was changed of a published one."""

from typing import Any

from django import template

from clinics.models import ScheduleChange
from config.templatetags.words import clock
from reserved_pools.views import session_words

register = template.Library()


@register.filter
def short_class(slot_class: str) -> str:
    """普通, 专科, 副主任, 主任, where there is no room for more."""
    return session_words.class_words(slot_class)


@register.filter
def change_words(change: ScheduleChange) -> Any:
    """增加 3 个号, without any name."""
    return session_words.change_words(change, clock(change.starts_at))


@register.filter
def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, where a tag takes no comparison."""
    return bool(one == other)
