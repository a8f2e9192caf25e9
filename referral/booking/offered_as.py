"""What may take the place of what: a clinic that of a clinic, an examination only that of the same examination (R057, R072)."""

from django.utils.translation import gettext_lazy as _

from clinics.models import Service
from clinics.models.offer import EXAMINATIONS
from vault.refusal import invalid


def same_name(kind: str, name: str) -> str:
    """The name by which a search finds the same examination, which hospitals call the same; '' of a clinic, as any will do."""
    return name if kind in EXAMINATIONS else ""


def is_same_offer(kind: str, name: str, service: Service) -> bool:
    """Whether a place of this kind and name may take the place of one of the service."""
    return kind == service.kind and (kind not in EXAMINATIONS or name == service.name)


def require_same_offer(kind: str, name: str, service: Service) -> None:
    """Refuse with `invalid_input` a place for something else than the service that is booked."""
    if not is_same_offer(kind, name, service):
        raise invalid(
            "pool_slot",
            _("This place is for something else than what is booked."),
            remedy=_("Choose another time of the same, or cancel this booking and book again."),
        )
