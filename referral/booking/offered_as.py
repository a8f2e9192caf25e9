"""What may take the place of what: a clinic that of a clinic, anything booked by its name only that of the same (R057, R072)."""

from django.utils.translation import gettext_lazy as _

from clinics.models import Service
from clinics.models.offer import ASKED_FIRST, BOOKED_BY_NAME
from referral.booking.read import Row
from vault.refusal import invalid


def same_name(kind: str, name: str) -> str:
    """The name by which a search finds the same examination, which hospitals call the same; '' of a clinic, as any will do."""
    return name if kind in BOOKED_BY_NAME else ""


def is_same_offer(row: Row, service: Service) -> bool:
    """Whether a place may take the place of one of the service: of a bed or day surgery only the very one that was accepted."""
    if row.service_kind in ASKED_FIRST:
        return row.service == service.pk
    return row.service_kind == service.kind and (row.service_kind not in BOOKED_BY_NAME or row.service_name == service.name)


def require_same_offer(row: Row, service: Service) -> None:
    """Refuse with `invalid_input` a place for something else than the service that is booked."""
    if not is_same_offer(row, service):
        raise invalid(
            "pool_slot",
            _("This place is for something else than what is booked."),
            remedy=_("Choose another time of the same, or cancel this booking and book again."),
        )
