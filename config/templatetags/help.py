"""The help of a page for templates that stand outside the frame: the public page and the self-service device."""

from django import template

from config.help_texts import Help, help_of

register = template.Library()


@register.simple_tag
def page_help(topic: str) -> Help:
    """The help of a page in the reader's language."""
    return help_of(topic)
