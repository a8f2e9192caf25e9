"""What became of a message after the provider took it: by the provider's callback, or by asking."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from vault.outbox import claims
from vault.outbox.claims import ClockTimestamp
from vault.outbox.models import Delivery, Outcome
from vault.outbox.quiet import PEOPLE
from vault.outbox.sms import gateway as configured_gateway
from vault.outbox.sms.aliyun import Report, reports_in
from vault.outbox.sms.protocol import Gateway, Trace

# Time for the callback to come first; afterwards the provider is asked, for three days.
ASK_AFTER = timedelta(minutes=5)
ASK_UNTIL = timedelta(days=3)
MOST_ASKED = 50


def accept(payload: Iterable[Mapping[str, Any]]) -> int:
    """Promise that each report of the callback is on its delivery, once; returns how many told something new.

    Reports about messages we never sent, and repeated ones, change nothing. A report on an attempt whose outcome was
    unknown proves that it left: its message is not sent again.
    """
    return sum(_record(report) for report in reports_in(payload))


def fetch_receipts(gateway: Gateway | None = None) -> int:
    """Ask the gateway about accepted messages that no callback came for; returns how many are known now."""
    gateway = gateway or configured_gateway()
    silent = Delivery.objects.filter(
        gateway=gateway.name,
        outcome=Outcome.ACCEPTED,
        receipt="",
        started_at__lt=ClockTimestamp() - ASK_AFTER,
        started_at__gt=ClockTimestamp() - ASK_UNTIL,
    ).select_related("message")
    return sum(_ask(delivery, gateway) for delivery in silent.order_by("-started_at")[:MOST_ASKED])


def _ask(delivery: Delivery, gateway: Gateway) -> bool:
    message = delivery.message
    day = delivery.started_at.astimezone(PEOPLE).date()
    found = gateway.query(str(message.public_id), message.phone, day, delivery.provider_id)
    if found.trace not in (Trace.DELIVERED, Trace.UNDELIVERED):
        return False
    return _write(delivery, found.trace == Trace.DELIVERED, found.code)


def _record(report: Report) -> bool:
    delivery = _delivery_of(report)
    return delivery is not None and _write(delivery, report.is_delivered, report.code, report.provider_id)


def _delivery_of(report: Report) -> Delivery | None:
    """By the provider's number; else the newest attempt of that message whose outcome we do not know."""
    by_provider = Delivery.objects.filter(provider_id=report.provider_id).exclude(provider_id="")
    found = by_provider.select_related("message").first()
    if found is not None or not _is_uuid(report.message):
        return found
    unknown = Delivery.objects.filter(message__public_id=report.message, outcome__in=(Outcome.UNKNOWN, Outcome.SENDING), provider_id="")
    return unknown.select_related("message").order_by("-attempt").first()


def _write(delivery: Delivery, is_delivered: bool, code: str, provider_id: str = "") -> bool:
    with transaction.atomic(durable=True):
        if delivery.outcome != Outcome.ACCEPTED:
            claims.finish(delivery, Outcome.ACCEPTED, code="found_by_receipt", provider_id=provider_id)
            claims.settle_sent(delivery.message)
        receipt = "delivered" if is_delivered else "undelivered"
        fresh = Delivery.objects.filter(pk=delivery.pk, receipt="")
        return bool(fresh.update(receipt=receipt, receipt_code=code, receipt_at=ClockTimestamp()))


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
