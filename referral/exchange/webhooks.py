"""Where one hospital's system wants to be told, and what became of it: the coordinator's and her program's decisions."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clinics.models import Institution
from permissions.acting import Acting
from permissions.printable import unprintable_in
from referral.booking.expected import database_now
from referral.exchange.happenings import EVENTS
from referral.exchange.hospital import NOTHING_HERE
from vault import audit
from vault.faults import Faults
from vault.outbox.webhooks import address, endpoints, follow
from vault.outbox.webhooks.models import WebhookDelivery, WebhookEndpoint, WebhookState
from vault.refusal import Refusal, invalid

LONGEST_REASON = 200


def endpoint_of(hospital: Institution) -> WebhookEndpoint | None:
    """The hospital's endpoint, if it has one."""
    return endpoints.live_endpoint(hospital.public_id)


def required_endpoint(hospital: Institution) -> WebhookEndpoint:
    """The same; refuses with `not_found` without one."""
    found = endpoint_of(hospital)
    if found is None:
        raise Refusal("not_found", NOTHING_HERE)
    return found


def open_endpoint(hospital: Institution, url: str, events: Collection[str], *, by: Acting) -> WebhookEndpoint:
    """Use case: the hospital's system is told of these events at this address; the secret of the answer is shown once.

    Asks the name server before anything is written. Refuses with `invalid_input`, every field at once, and `already_exists`.
    """
    _checked(url, events)
    with transaction.atomic(durable=True):
        made = endpoints.open_endpoint(hospital.public_id, url, set(events))
        _record("webhook.open", made, by, {"host": address.read(url).host, "events": sorted(set(events))})
    return made


def change_endpoint(
    hospital: Institution, url: str, events: Collection[str], *, by: Acting, expected_version: int | None = None
) -> WebhookEndpoint:
    """Use case: another address or other events. Refuses as open_endpoint does, and with `not_found` and `stale_state`."""
    _checked(url, events)
    with transaction.atomic(durable=True):
        changed = endpoints.change_endpoint(required_endpoint(hospital), url, set(events), expected_version=expected_version)
        _record("webhook.change", changed, by, {"host": address.read(url).host, "events": sorted(set(events))})
    return changed


@transaction.atomic(durable=True)
def rotate_secret(hospital: Institution, *, by: Acting) -> WebhookEndpoint:
    """Use case: a new secret, shown once; the one of before signs beside it for a day. Refuses with `not_found`."""
    rotated = endpoints.rotate_secret(required_endpoint(hospital))
    _record("webhook.rotate", rotated, by)
    return rotated


@transaction.atomic(durable=True)
def end_endpoint(hospital: Institution, *, by: Acting) -> None:
    """Use case: nothing more is told; what waited is dropped. Refuses with `not_found`."""
    ended = endpoints.end_endpoint(required_endpoint(hospital))
    _record("webhook.end", ended, by)


@transaction.atomic(durable=True)
def send_test(hospital: Institution, *, by: Acting) -> WebhookDelivery:
    """Use case: one message that says hello, sent like any other. Refuses with `not_found`."""
    endpoint = required_endpoint(hospital)
    made = follow.ping(endpoint, database_now())
    _record("webhook.test", endpoint, by)
    return made


@transaction.atomic(durable=True)
def resend(hospital: Institution, chosen: Sequence[UUID] | None, *, by: Acting) -> int:
    """Use case: these deliveries (None: every dead one) go out again; returns how many. Refuses with `not_found`."""
    count = endpoints.resend(_chosen(hospital, chosen))
    _record("webhook.resend", required_endpoint(hospital), by, {"deliveries": count})
    return count


@transaction.atomic(durable=True)
def drop(hospital: Institution, chosen: Sequence[UUID] | None, reason: str, *, by: Acting) -> int:
    """Use case: these dead deliveries (None: all of them) are let go, with a reason. Refuses with `invalid_input` and `not_found`."""
    kept = reason.strip()
    if not kept or len(kept) > LONGEST_REASON or unprintable_in(kept, lines=False):
        raise invalid("reason", _("Say in at most 200 characters why this need not arrive any more."))
    count = endpoints.drop(_chosen(hospital, chosen), kept)
    audit.record("webhook.drop", "institution", hospital.public_id, by=by.actor, reason=kept, details={"deliveries": count})
    return count


def deliveries_of(hospital: Institution, state: str = "") -> "QuerySet[WebhookDelivery]":
    """What the hospital's system was told or is to be told, the newest first; of one state when asked."""
    found = endpoints.deliveries_of(hospital.public_id)
    return found.filter(state=state) if state else found


def _chosen(hospital: Institution, chosen: Sequence[UUID] | None) -> "QuerySet[WebhookDelivery]":
    mine = endpoints.deliveries_of(hospital.public_id)
    if chosen is None:
        return mine.filter(state=WebhookState.DEAD)
    found = mine.filter(public_id__in=chosen)
    if found.count() != len(set(chosen)):
        raise Refusal("not_found", NOTHING_HERE)
    return found


def _checked(url: str, events: Collection[str]) -> None:
    faults = Faults()
    faults.of(address.check, url)
    if not events or not set(events) <= set(EVENTS):
        faults.add(invalid("events", _("Choose at least one of the events.")))
    faults.tell()


def _record(verb: str, endpoint: WebhookEndpoint, by: Acting, details: dict[str, object] | None = None) -> None:
    audit.record(verb, "webhook", endpoint.public_id, by=by.actor, details=details)
