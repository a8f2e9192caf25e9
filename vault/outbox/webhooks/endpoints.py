"""Opens, changes and ends an endpoint, and decides about deliveries that were given up; every verb here is a step."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from vault.outbox.claims import ClockTimestamp
from vault.outbox.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookState
from vault.outbox.webhooks.sign import new_secret
from vault.refusal import Refusal
from vault.transactions import requires_transaction

# How long the secret of before still signs beside the new one, so that a receiver can change over without losing anything.
OVERLAP = timedelta(hours=24)


def live_endpoint(owner: UUID) -> WebhookEndpoint | None:
    """The owner's endpoint, if it has one."""
    return WebhookEndpoint.objects.filter(owner=owner, ended_at=None).first()


def open_endpoint(owner: UUID, url: str, events: Iterable[str]) -> WebhookEndpoint:
    """Step: a new endpoint with a secret of its own. Refuses with `already_exists` where the owner has one."""
    requires_transaction()
    wanted = WebhookEndpoint(owner=owner, url=url, events=sorted(events), secret=new_secret())
    WebhookEndpoint.objects.bulk_create([wanted], ignore_conflicts=True)
    made = WebhookEndpoint.objects.filter(public_id=wanted.public_id).first()
    if made is None:
        raise Refusal("already_exists", _("There is an address already. Change it, or end it first."))
    return made


def change_endpoint(endpoint: WebhookEndpoint, url: str, events: Iterable[str], *, expected_version: int | None = None) -> WebhookEndpoint:
    """Step: another address or other events; the breaker closes, as the address may be a new one. Refuses with `stale_state`."""
    requires_transaction()
    new = {"url": url, "events": sorted(events), "failures": 0, "open_until": None}
    return _changed(endpoint, expected_version, **new)


def rotate_secret(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Step: a new secret; the one of before signs beside it for a day."""
    requires_transaction()
    return _changed(
        endpoint, None, secret=new_secret(), previous_secret=endpoint.secret, previous_until=ClockTimestamp() + OVERLAP
    )  # fmt: skip


def end_endpoint(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Step: nothing more goes there; what still waited is dropped."""
    requires_transaction()
    ended = _changed(endpoint, None, ended_at=Now(), secret="", previous_secret="")
    waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookState.WAITING)
    waiting.update(state=WebhookState.DROPPED, settled_at=ClockTimestamp(), reason="endpoint_ended")
    return ended


def resend(deliveries: "QuerySet[WebhookDelivery]") -> int:
    """Step: these settled deliveries are due again at once, with all their attempts before them; returns how many."""
    requires_transaction()
    settled = deliveries.filter(state__in=(WebhookState.DEAD, WebhookState.SENT), endpoint__ended_at=None)
    keys = list(settled.order_by("pk").values_list("pk", flat=True))
    now = ClockTimestamp()
    rows = WebhookDelivery.objects.filter(pk__in=keys, state__in=(WebhookState.DEAD, WebhookState.SENT))
    return rows.update(state=WebhookState.WAITING, settled_at=None, due_at=now, first_due_at=now, earlier=F("attempts"), reason="")


def drop(deliveries: "QuerySet[WebhookDelivery]", reason: str) -> int:
    """Step: these dead deliveries are let go for this reason; returns how many."""
    requires_transaction()
    dead = deliveries.filter(state=WebhookState.DEAD)
    return dead.update(state=WebhookState.DROPPED, settled_at=ClockTimestamp(), reason=reason)


def deliveries_of(owner: UUID) -> "QuerySet[WebhookDelivery]":
    """Everything this owner was to be told, the newest first."""
    return WebhookDelivery.objects.filter(endpoint__owner=owner).select_related("endpoint").order_by("-pk")


def _changed(endpoint: WebhookEndpoint, expected_version: int | None, **fields: Any) -> WebhookEndpoint:
    """One guarded UPDATE on the version seen; the row as it is now."""
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk, version=endpoint.version, ended_at=None)
    seen = expected_version in (None, endpoint.version)
    if not seen or not rows.update(version=endpoint.version + 1, **fields):
        raise Refusal(
            "stale_state",
            _("This has changed since you opened it. Look at it again, then decide."),
            current={"version": WebhookEndpoint.objects.values_list("version", flat=True).get(pk=endpoint.pk)},
        )
    return WebhookEndpoint.objects.get(pk=endpoint.pk)
