"""Takes due deliveries one by one to their endpoints; no transaction is open while one of them is spoken to."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from vault.outbox.claims import LeaseLost
from vault.outbox.webhooks import claims, sign
from vault.outbox.webhooks.models import WebhookDelivery
from vault.outbox.webhooks.post import Answer, post

Post = Callable[[str, str, Mapping[str, str]], Answer]

# Seconds before the next try after the first, second … attempt that failed: a day in all, then the delivery is dead.
BACK_OFF = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 28800)
A_DAY = timedelta(days=1)
GONE = 410
MOST_IN_ONE_RUN = 500
LONGEST_RUN = 20.0  # seconds, so that no run holds its worker for long
logger = logging.getLogger(__name__)


def send_due(speak: Post = post) -> int:
    """Promise that what is due was tried once, for at most twenty seconds; returns how many were taken.

    Safe to run many times at once. The receiver may hear a thing twice (a worker died after the answer), never less than once;
    `webhook-id` is the same each time.
    """
    taken, until = 0, time.monotonic() + LONGEST_RUN
    while taken < MOST_IN_ONE_RUN and time.monotonic() < until:
        delivery = claims.claim()
        if delivery is None:
            break
        _try(delivery, speak)
        taken += 1
    return taken


def _try(delivery: WebhookDelivery, speak: Post) -> None:
    try:
        attempt = claims.begin(delivery)
    except LeaseLost:
        return
    endpoint = delivery.endpoint
    headers = sign.headers(endpoint, str(delivery.public_id), delivery.body, attempt.started_at)
    answer = speak(endpoint.url, delivery.body, headers)
    is_dead = not answer.is_taken and _is_hopeless(delivery, answer, attempt.started_at)
    wait = 0.0 if answer.is_taken or is_dead else float(max(BACK_OFF[_stage(delivery) - 1], answer.retry_after or 0))
    if is_dead:
        logger.error("webhook delivery %s was given up: %s %s", delivery.public_id, answer.status, answer.code)
    claims.finish(delivery, attempt, answer, dead=is_dead, wait=wait)


def _is_hopeless(delivery: WebhookDelivery, answer: Answer, now: datetime) -> bool:
    """The receiver said for good that it is gone, or a day of attempts has passed."""
    return answer.status == GONE or _stage(delivery) > len(BACK_OFF) or now - delivery.first_due_at >= A_DAY


def _stage(delivery: WebhookDelivery) -> int:
    """How many attempts there were since it was last set going."""
    return delivery.attempts - delivery.earlier
