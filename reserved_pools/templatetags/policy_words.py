"""How templates say a value of the regulation."""

from django import template

from clinics.policy import Parameter, Value
from clinics.policy.typed import said as said_value

register = template.Library()


@register.simple_tag
def said(parameter: Parameter, value: Value) -> str:
    """30%, 14:00, 7 days: a value with its unit."""
    return said_value(parameter, value)
