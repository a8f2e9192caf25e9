"""A browser several people use, as at a clinic's desk: who logged in here before, and handing it to the next of them."""

from uuid import UUID

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from permissions.identity.names import mask_name
from permissions.models import KnownBrowser, User
from permissions.sessions import hash_of
from permissions.visit import Visit
from vault.refusal import invalid

SHOWN = 6


def people_of(visit: Visit) -> "QuerySet[User]":
    """The people who logged in with this browser in the last months, whoever did so last first; nobody for a new browser."""
    if not visit.browser_key:
        return User.objects.none()
    here = KnownBrowser.objects.filter(key_hash=hash_of(visit.browser_key), expires_at__gt=Now())
    return User.objects.filter(known_browsers__in=here, is_active=True).order_by("-known_browsers__expires_at", "pk")[:SHOWN]


def shown_here(visit: Visit) -> list[tuple[UUID, str, str]]:
    """The same people as the login page may show them to anybody: id, masked name, the phone's last four."""
    return [(person.public_id, mask_name(person.name), person.phone_tail) for person in people_of(visit)]


def phone_of(public_id: UUID, visit: Visit) -> str:
    """The phone on file of one of them. Refuses with `invalid_input` whoever is not one: then the number has to be typed."""
    person = next((person for person in people_of(visit) if person.public_id == public_id), None)
    if person is None:
        raise invalid("phone", _("Enter the phone number."))
    return person.phone
