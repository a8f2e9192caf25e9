"""Turns committed steps into notices: reads below a horizon no running transaction can reach, so that none is missed or told twice."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from referral.booking.expected import database_now
from referral.inbox.models import Notice
from referral.inbox.tell import tell
from referral.news import of_cases, of_clinics
from referral.news.steps import Step, Told
from vault.models import WebhookCursor

READER: Final = "inbox"
NEWS_FOR: Final = timedelta(days=14)  # what happened longer ago is no news, also when this is read for the first time
AT_ONCE: Final = 500
SAME_ACT: Final = timedelta(seconds=5)
logger = logging.getLogger(__name__)

Source = Callable[[Sequence[Step]], Iterator[Told]]
SOURCES: Final[Mapping[str, tuple[Source, Mapping[str, str]]]] = {
    "rule_override": (of_cases.of_overrides, of_cases.OF_OVERRIDES),
    "controlled_identity": (of_cases.of_controls, of_cases.OF_CONTROLS),
    "right": (of_clinics.of_rights, of_clinics.OF_RIGHTS),
    "policy_row": (of_clinics.of_policy, of_clinics.OF_POLICY),
    "policy_set": (of_clinics.of_documents, of_clinics.OF_DOCUMENTS),
    "criteria_set": (of_clinics.of_criteria, of_clinics.OF_CRITERIA),
    "import": (of_clinics.of_imports, of_clinics.OF_IMPORTS),
}
# The version of an object is the number of its events so far: each step raises it by one and leaves one event.
EVENTS: Final = """
    SELECT e.kind, e.object_id, e.event, e.reason, e.actor_kind, e.actor_id, e.at,
           (SELECT count(*) FROM vault_event past WHERE past.object_id = e.object_id AND past.id <= e.id)
      FROM vault_event e
     WHERE e.tx >= %s::text::xid8 AND e.tx < %s::text::xid8 AND e.at > %s
       AND (e.kind, e.event) IN (SELECT * FROM unnest(%s::text[], %s::text[]))
     ORDER BY e.tx, e.id
"""


def tell_people() -> int:
    """Promise that whoever a committed step concerns finds a notice of it, once; returns how many were told of.

    One reader at a time: a second one leaves at once. What an act told by itself, in its own transaction, is not told again.
    """
    with transaction.atomic(durable=True):
        begun = _begun()
        if begun is None:
            return 0
        horizon = _horizon()
        if horizon < begun:
            logger.error("the server counts transactions from below the last horizon; notices begin anew at %s", horizon)
        steps = _steps(begun, horizon)
        told = sum(_tell(steps[first : first + AT_ONCE]) for first in range(0, len(steps), AT_ONCE))
        WebhookCursor.objects.filter(reader=READER).update(horizon=horizon)
    return told


def _steps(begun: int, horizon: int) -> list[Step]:
    wanted = [(kind, event) for kind, (_source, events) in SOURCES.items() for event in events]
    kinds, names = [kind for kind, _event in wanted], [event for _kind, event in wanted]
    arguments: list[Any] = [begun, horizon, database_now() - NEWS_FOR, kinds, names]
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, arguments)
        return [Step(*row) for row in cursor.fetchall()]


def _tell(steps: Sequence[Step]) -> int:
    """Step: the notices of some hundred steps, kind by kind."""
    left = [told for kind, (source, _events) in SOURCES.items() for told in source([step for step in steps if step.kind == kind])]
    known = _told_already(left)
    fresh = [told for told in left if not any(abs(at - told.step.at) < SAME_ACT for at in known.get((told.kind, told.about), ()))]
    for told in fresh:
        tell(told.recipients, told.kind, about=told.about, version=told.step.version, params=told.params, by=told.step.by)
    return len(fresh)


def _told_already(left: Sequence[Told]) -> dict[tuple[str, UUID], list[datetime]]:
    """When notices of these kinds about these objects were left: an act that tells by itself does so beside its step."""
    known: dict[tuple[str, UUID], list[datetime]] = defaultdict(list)
    rows = Notice.objects.filter(about__in={told.about for told in left}, kind__in={told.kind for told in left})
    for kind, about, at in rows.values_list("kind", "about", "created_at"):
        known[kind, about].append(at)
    return known


def _begun() -> int | None:
    """Where the reader stopped, its row locked; None when another one is at work."""
    WebhookCursor.objects.bulk_create([WebhookCursor(reader=READER, horizon=0)], ignore_conflicts=True)
    row = WebhookCursor.objects.select_for_update(skip_locked=True).filter(reader=READER).first()
    return None if row is None else row.horizon


def _horizon() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())")
        return int(cursor.fetchone()[0])
