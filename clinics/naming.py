"""The name of an institution in the reader's language, as part of a query."""

from django.db.models import F, TextField, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language


def short_name(institution: str) -> Combinable:
    """What `Institution.display_short_name` says of the institution at this path (`booking__institution`)."""
    if get_language() != "en":
        return F(f"{institution}__short_name")
    return Coalesce(NullIf(F(f"{institution}__name_en"), Value("", output_field=TextField())), F(f"{institution}__short_name"))
