"""Tries a document of the regulation out on the bookings of the last days and those ahead, in pieces, and never changes one (R140)."""

from collections import defaultdict
from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from clinics.clock import database_now
from clinics.models import PolicySimulation
from clinics.policy import REGISTRY, Row, Target, rows_in_force
from clinics.policy.sets import PolicySet, sayings, set_named
from clinics.policy.sets_life import require_governing
from permissions.acting import Acting
from permissions.models import District
from referral import parameters
from referral.booking import limits
from referral.booking.facts import SHANGHAI
from referral.credit.ledger import Missed
from referral.credit.models import STANDING, Breach
from referral.credit.terms import Terms
from referral.supervision.past import Values, as_judged, banned_at, made_since, missed_as_recorded, rows_for, still_ahead
from referral.supervision.trying import Tally, tally
from vault import audit
from vault.faults import Faults
from vault.refusal import invalid

DAYS: Final = (7, 30, 90, 180)
MOST_BOOKINGS: Final = 20_000
AT_ONCE: Final = 1_000  # judged while the page waits; measured at under two seconds
PIECE: Final = 500
MOST_OPEN: Final = 1_000
SILENT: Final = timedelta(seconds=90)  # after which a worker counts as gone
JUDGED_BY: Final = (*limits.OF_HOSPITAL, *limits.OF_RESIDENT, *parameters.OF_LEDGER)


def simulate(
    document: PolicySet, keys: Collection[str], *, days: int, from_day: date | None, is_alone: bool, today: date, by: Acting
) -> PolicySimulation:
    """Use case: ask for a run over the bookings of so many days and all that lie ahead; a short one is finished when this answers.

    Refuses with `invalid_input` what cannot be tried, and with `not_allowed` whoever does not set the district's values.
    """
    require_governing(by)
    chosen = _chosen(document, keys, days, from_day, today)
    district = District.objects.get(pk=by.district_id)
    asked = made_since(district, database_now() - timedelta(days=days), today)
    found = list(asked.order_by("-pk").values_list("pk", flat=True)[:MOST_BOOKINGS])
    with transaction.atomic(durable=True):
        run = PolicySimulation.objects.create(
            document=document.key, parameters=sorted(chosen), is_alone=is_alone, district=district, from_day=from_day or today, days=days,
            asked_by=by.user, total=len(found), last=found[-1] - 1 if found else 0, until=found[0] if found else 0,
        )  # fmt: skip
        details = {"document": document.key, "days": days, "bookings": len(found)}
        audit.record("simulate_policy_set", "policy_simulation", run.public_id, by=by.actor, details=details)
        if len(found) > AT_ONCE:
            transaction.on_commit(lambda: _wake(run), robust=True)
    if len(found) <= AT_ONCE:
        work(run.public_id)
    run.refresh_from_db()
    return run


def work(public_id: UUID) -> None:
    """Use case of the worker: judge piece after piece until the run is over; two workers do not count one booking twice."""
    while (run := PolicySimulation.objects.select_related("district").filter(public_id=public_id, finished_at=None).first()) is not None:
        if not _piece(run):
            return


def sweep() -> None:
    """Use case of the worker: go on with runs whose worker was never reached or is gone."""
    gone = Q(touched_at=None, created_at__lt=Now() - SILENT) | Q(touched_at__lt=Now() - SILENT)
    for public_id in PolicySimulation.objects.filter(gone, finished_at=None).order_by("pk").values_list("public_id", flat=True)[:5]:
        work(public_id)


def refused_ahead(document: PolicySet, keys: Collection[str], district: District, day: date) -> tuple[Tally, bool]:
    """The bookings from a day on that the values would not have allowed, and whether there were too many to look at all of them."""
    return _ahead(district, day, lambda rows: _both(rows, document, frozenset(keys), district, day, is_alone=False))


def refused_without(ended: Callable[[list[Row]], list[Row]], district: District, day: date) -> tuple[Tally, bool]:
    """The same for rows in force that end on that day."""
    return _ahead(district, day, lambda rows: (Values(rows, day), Values(ended(rows), day)))


def listed(run: PolicySimulation) -> tuple[int, int]:
    """How many residents would be on the no-show list when it was asked for, by today's values and by the document's (R135, R136).

    A ban uses its breaches up and is over one day, and evasion lists for itself, as the ledger counts.
    """
    target, at = Target(run.district_id), run.created_at
    rows = rows_in_force(parameters.OF_LEDGER, [target])
    both = _both(rows, set_named(run.document), frozenset(run.parameters), run.district, run.from_day, is_alone=run.is_alone)
    terms = [Terms.from_values({one.key: held.resolved(one, target).value for one in parameters.OF_LEDGER}) for held in both]
    missed: dict[int, list[Missed]] = defaultdict(list)
    for breach in Breach.objects.filter(district=run.district_id, status__in=STANDING, created_at__lte=at):
        missed[breach.patient_id].append(missed_as_recorded(breach))
    now, then = (sum(banned_at(at, held, one) is not None for held in missed.values()) for one in terms)
    return now, then


def _ahead(district: District, day: date, both: Callable[[list[Row]], tuple[Values, Values]]) -> tuple[Tally, bool]:
    pasts = as_judged(still_ahead(district, day), MOST_OPEN + 1)
    return tally(pasts[:MOST_OPEN], *both(rows_for(pasts, JUDGED_BY))), len(pasts) > MOST_OPEN


def _piece(run: PolicySimulation) -> bool:
    """One piece: read, judged and written with the place it stopped at; False when another worker was faster."""
    document, since = set_named(run.document), run.created_at - timedelta(days=run.days)
    bookings = made_since(run.district, since, _day(run.created_at)).filter(pk__gt=run.last, pk__lte=run.until)
    pasts = as_judged(bookings, PIECE)
    now, then = _both(rows_for(pasts, JUDGED_BY), document, frozenset(run.parameters), run.district, run.from_day, is_alone=run.is_alone)
    found: dict[str, Any] = tally(pasts, now, then, Tally.from_json(run.found)).as_json()
    is_over = len(pasts) < PIECE
    if is_over:
        found["listed_now"], found["listed_then"] = listed(run)
    mine = PolicySimulation.objects.filter(pk=run.pk, last=run.last, done=run.done, finished_at=None)
    done = min(run.total, run.done + len(pasts))
    step = {"finished_at": Now(), "total": done} if is_over else {"last": pasts[-1].key}
    return bool(mine.update(done=done, found=found, touched_at=Now(), **step))


def _both(rows: Any, document: PolicySet, keys: frozenset[str], district: District, day: date, *, is_alone: bool) -> tuple[Values, Values]:
    return Values(rows, day), Values(rows, day, document, keys, district.pk, is_alone)


def _chosen(document: PolicySet, keys: Collection[str], days: int, from_day: date | None, today: date) -> set[str]:
    faults = Faults()
    known = {parameter.key for parameter, said in sayings(document) if said.value is not None}
    if not set(keys) <= known:
        faults.add(invalid("parameters", _("Choose among those shown.")))
    if days not in DAYS:
        faults.add(invalid("days", _("Choose one of those shown.")))
    if from_day is not None and not today <= from_day <= today + timedelta(days=366):
        faults.add(invalid("valid_from", _("Choose a day from today on, within a year.")))
    faults.tell()
    return set(keys) & set(REGISTRY) or known


def _day(at: datetime) -> date:
    return at.astimezone(SHANGHAI).date()


def _wake(run: PolicySimulation) -> None:
    current_app.send_task("referral.tasks.work_on_simulation", [str(run.public_id)], retry=False, ignore_result=True, expires=3600)
