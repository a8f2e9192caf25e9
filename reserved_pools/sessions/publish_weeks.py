"""Publishes a stretch of a hospital's timetable with one click; the second click changes nothing (R070, R125, R157)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from clinics import policy
from clinics.access import require_pools_of
from clinics.clock import database_now
from clinics.models import ChangeKind, ClinicSession, Institution, Publication, Service
from clinics.timetables.schedule_changes import announce, checked_reason, freeze_days_of, is_frozen
from clinics.timetables.timetable import BEIJING, publish_sessions
from permissions.acting import Acting
from reserved_pools.carving import carve
from reserved_pools.models import PoolKind, ReservedPool
from reserved_pools.parameters import RESERVED_SHARE
from reserved_pools.sessions.week_preview import preview
from vault import audit, idempotency
from vault.transactions import requires_transaction


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be published: days, both included, of the templates or copied from the week that begins on a Monday."""

    first: date
    last: date
    copied_from: date | None = None
    reason: str = ""

    @property
    def body(self) -> Mapping[str, Any]:
        """The same as what a repeated request must say again."""
        return {"from": self.first, "to": self.last, "copied_from": self.copied_from, "reason": self.reason}


def publish_span(institution: Institution, span: Span, *, by: Acting, key: str = "") -> Publication:
    """Use case: make every session that the timetable has and nobody has made yet, cut into bands and shares, in one transaction.

    Sessions that come into the frozen week are extra ones: they need a reason and are announced (R125). With a key, the same
    request again is answered from the first. Raises Refusal("invalid_input"), Refusal("no_grant_on_target").
    """
    body = dict(span.body) | {"institution": institution.public_id}
    known = _known(institution, key, body, by)
    if known is not None:
        return known
    try:
        with transaction.atomic(durable=True):
            made = _published(institution, span, by)
            if key:
                idempotency.store(by.user.public_id, key, body, made.public_id)
    except IntegrityError:  # a colleague published the same days at this moment, or this request came twice at once
        known = _known(institution, key, body, by)
        if known is not None:
            return known
        with transaction.atomic(durable=True):
            made = _published(institution, span, by)
    return made


def _known(institution: Institution, key: str, body: Mapping[str, Any], by: Acting) -> Publication | None:
    """What this request did before; whoever no longer runs these pools learns nothing of it."""
    require_pools_of(by, [institution.pk])
    done = idempotency.find(by.user.public_id, key, body) if key else None
    return Publication.objects.get(public_id=done) if done else None


def _published(institution: Institution, span: Span, by: Acting) -> Publication:
    requires_transaction()
    today = database_now().astimezone(BEIJING).date()
    seen = preview(institution, span.first, span.last, today=today, copied_from=span.copied_from)
    reason = checked_reason(span.reason, needed=seen.needs_reason)
    open_missing_pools((one.plan.service for one in seen.made), today, by)
    sessions = publish_sessions([one.plan for one in seen.made], by=by)
    places = carve(sessions)
    _announce_frozen(sessions, institution, today, reason, by)
    made = Publication.objects.create(
        institution=institution,
        first_day=span.first,
        last_day=span.last,
        copied_from=span.copied_from,
        sessions=len(sessions),
        places=sum(session.capacity for session in sessions),
        reserved=sum(one.published for one in places if one.kind == PoolKind.COMMUNITY_REFERRAL),
        reason=reason,
        published_by=by.user,
    )
    details = {"from": span.first.isoformat(), "to": span.last.isoformat(), "sessions": made.sessions, "reserved": made.reserved}
    audit.record("publish_timetable", "publication", made.public_id, by=by.actor, reason=reason, details=details)
    return made


def open_missing_pools(services: Iterable[Service], today: date, by: Acting) -> None:
    """Step: a service without a pool would keep nothing for referrers; it gets one with the regulation's share (R040)."""
    requires_transaction()
    named = {service.pk: service for service in services}
    had = set(ReservedPool.objects.filter(service__in=named, valid_to=None).values_list("service_id", flat=True))
    missing = [service for pk, service in named.items() if pk not in had]
    if not missing:
        return
    share = policy.value(RESERVED_SHARE, at=today, institution=missing[0].institution)
    for pool in ReservedPool.objects.bulk_create(ReservedPool(service=one, share=share, valid_from=today) for one in missing):
        audit.record("open_pool", "reserved_pool", pool.public_id, by=by.actor, details={"share": str(share)})


def _announce_frozen(sessions: Sequence[ClinicSession], institution: Institution, today: date, reason: str, by: Acting) -> None:
    freeze = freeze_days_of(institution, today)
    for session in sessions:
        if is_frozen(session.date, today=today, freeze_days=freeze):
            announce(session, ChangeKind.ADDED_SESSION, by=by, reason=reason, frozen=True, places=session.capacity)
