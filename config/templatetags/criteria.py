"""How pages say a criterion and the focus diseases of a case."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, pgettext

from clinics.criteria.focus import words_of

register = template.Library()


@register.simple_tag
def criterion_words(line: Any) -> SafeString:
    """The words of a criterion in the reader's language, marked as Chinese where it has no other."""
    if get_language() == "en" and line.text_en:
        return format_html('<span lang="en">{}</span>', line.text_en)
    return format_html('<span lang="zh-CN">{}</span>', line.text)


@register.filter
def focus_words(keys: str) -> str:
    """The focus diseases of a case, as its row keeps them, in words."""
    return pgettext("list", ", ").join(str(word) for word in words_of(str(keys or "").split()))
