"""A login given to a device in a hall: it opens that device's own pages and nothing else, until its person proves herself again."""

from datetime import datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Least, Now
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from permissions.models import KnownBrowser, Session
from permissions.sessions import actor_of, hash_of
from permissions.visit import Visit
from vault import audit
from vault.refusal import Refusal


@transaction.atomic(durable=True)
def open_kiosk(session: Session | None, visit: Visit) -> None:
    """Use case: from the next request on this login opens the pages of a device only; to every other page it is a locked screen.

    It is never idle and ends with the day, no later than its absolute limit. The browser forgets whoever logged in with it, so that
    no name is shown in a hall. Refuses with `not_allowed` whatever is no browser. Doing it twice is once.
    """
    if session is None or session.kind != Session.Kind.BROWSER:
        raise Refusal("not_allowed", _("Only a browser can be opened as a self-service device."))
    rows = Session.objects.live().filter(pk=session.pk, kiosk_since=None, proof_due=False)
    if rows.update(kiosk_since=Now(), expires_at=Least("expires_at", _end_of_day())):
        audit.record("open_kiosk", "session", session.public_id, by=actor_of(session.user))
    if visit.browser_key:
        KnownBrowser.objects.filter(key_hash=hash_of(visit.browser_key)).delete()


def is_kiosk(session: Any) -> bool:
    """Whether this login stands in a hall."""
    return session is not None and session.kiosk_since is not None


def stands_in_a_hall(path: str) -> bool:
    """Whether an address is one of the device's own; the pages say so themselves (`Page.of_a_kiosk`)."""
    try:
        door = resolve(path).func
    except Resolver404:
        return False
    return bool(getattr(getattr(door, "view_class", None), "of_a_kiosk", False))


def _end_of_day() -> datetime:
    """The coming midnight in Shanghai."""
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=1), time()))
