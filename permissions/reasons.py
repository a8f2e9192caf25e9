"""The reason of a decision about a person, as typed: said in one line, kept in the audit trail."""

from django.utils.translation import gettext_lazy as _

from permissions.printable import unprintable_in
from vault.refusal import invalid

REASON_LENGTH = 200


def clean_reason(text: str, field: str = "reason") -> str:
    """The reason as it is kept. Refuses with `invalid_input` what is missing, too long or cannot be stored."""
    said = text.strip()
    if not said:
        raise invalid(field, _("Write down why."))
    if len(said) > REASON_LENGTH:
        raise invalid(field, _("Write at most 200 characters."))
    if unprintable_in(said, lines=False):
        raise invalid(field, _("The text holds a character that cannot be stored."))
    return said
