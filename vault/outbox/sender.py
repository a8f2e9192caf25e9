"""Takes due messages one by one to the gateway; no transaction is open while it speaks."""

import json
import logging

from django.utils import timezone

from vault.fence.held import is_about_the_lost
from vault.journal.follow import is_behind
from vault.outbox import breaker, budgets, claims, templates
from vault.outbox.models import Delivery, Message, MessageState, Outcome
from vault.outbox.quiet import PEOPLE, classes_allowed_at
from vault.outbox.sms import gateway as configured_gateway
from vault.outbox.sms.protocol import Answer, Gateway, Outgoing, Trace, Verdict
from vault.outbox.templates import MessageClass, SmsTemplate

MOST_IN_ONE_RUN = 500
# Seconds before the next try after the first, second … attempt that failed; then the message has failed.
BACK_OFF = (5, 15, 60, 300, 900, 3600, 3600)
# A message that may have left twice is not sent a third time.
MOST_UNKNOWN = 2
logger = logging.getLogger(__name__)


def send_due(gateway: Gateway | None = None) -> int:
    """Promise that every message due now was tried once, as long as the breaker is closed; returns how many were taken.

    Safe to run many times at once. Called by a task; opens no transaction while the gateway is spoken to. From a database that is
    older than its journal nothing is sent at all.
    """
    if is_behind():
        return 0
    gateway = gateway or configured_gateway()
    claims.drop_overtaken()
    taken = 0
    while taken < MOST_IN_ONE_RUN and breaker.is_closed(gateway.name):
        message = claims.claim(classes_allowed_at(timezone.now()))
        if message is None:
            break
        _handle(message, gateway)
        taken += 1
    return taken


def _handle(message: Message, gateway: Gateway) -> None:
    template = templates.find(message.template)
    if template.expires_after and message.not_before + template.expires_after < timezone.now():
        return claims.settle(message, MessageState.EXPIRED)
    if message.attempts and _left_before(message, gateway):
        return claims.settle_sent(message)
    params = _fresh_params(message, template)
    if params is None:
        return claims.settle(message, MessageState.DROPPED)
    if message.cls != MessageClass.OTP and is_about_the_lost(message.about):
        return claims.settle(message, MessageState.HELD)
    if message.deliveries.filter(outcome=Outcome.UNKNOWN).count() >= MOST_UNKNOWN:
        return claims.settle(message, MessageState.FAILED)
    wait = 0 if message.cls == MessageClass.OTP else budgets.spend(message.phone_hash, message.cls, budgets.of_notices())
    if wait:
        return claims.postpone(message, wait)
    return _try(message, template, params, gateway)


def _try(message: Message, template: SmsTemplate, params: dict[str, str], gateway: Gateway) -> None:
    try:
        delivery = claims.begin(message, gateway.name)
    except claims.LeaseLost:
        return
    outgoing = Outgoing(
        message=str(message.public_id),
        attempt=delivery.attempt,
        phone=message.phone,
        template=template.key,
        params=params,
        text=template.render(params),
        about=str(message.about),
    )
    _conclude(message, delivery, gateway.send(outgoing))


def _conclude(message: Message, delivery: Delivery, answer: Answer) -> None:
    outcome = Outcome.FAILED if answer.verdict == Verdict.LIMITED else Outcome(answer.verdict)
    claims.finish(delivery, outcome, code=answer.code, provider_id=answer.provider_id)
    _note_health(delivery.gateway, answer.verdict)
    if answer.verdict == Verdict.ACCEPTED:
        claims.settle_sent(message)
    elif answer.verdict == Verdict.REFUSED or message.attempts > len(BACK_OFF):
        logger.error("message %s was given up: %s", message.public_id, answer.code)
        claims.settle(message, MessageState.FAILED)
    else:
        claims.postpone(message, answer.retry_after or BACK_OFF[message.attempts - 1])


def _note_health(gateway: str, verdict: Verdict) -> None:
    if verdict in (Verdict.FAILED, Verdict.UNKNOWN):
        breaker.note_failure(gateway)
    else:
        breaker.note_success(gateway)


def _fresh_params(message: Message, template: SmsTemplate) -> dict[str, str] | None:
    params: dict[str, str] = json.loads(message.params)
    if template.before_send is None:
        return params
    fresh = template.before_send(message.about, params)
    return None if fresh is None else template.fill(fresh)


def _left_before(message: Message, gateway: Gateway) -> bool:
    """Whether an attempt of unknown outcome did reach the gateway; asked before anything is sent again."""
    for delivery in message.deliveries.filter(outcome=Outcome.UNKNOWN).order_by("attempt"):
        day = delivery.started_at.astimezone(PEOPLE).date()
        found = gateway.query(str(message.public_id), message.phone, day)
        if found.trace not in (Trace.ABSENT, Trace.UNSAID):
            claims.finish(delivery, Outcome.ACCEPTED, code="found_by_query")
            return True
    return False
