"""What a revocation closes, and how soon: 50 live logins of one doctor all click at the instant it commits, over HTTP.

They book, read records, open pages and fetch slips, by cookie and by token; copies of slips she had asked for wait in the
queue. Nothing begun after the commit may succeed, and the queue may print nothing.
"""

import http.client
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from threading import Barrier, Event, Thread
from typing import Any
from uuid import uuid4

from bench.figure import Figure, percentile
from bench.stage import stage, web

NAME = "revocation-denial"
GOAL_MS = 250
CLICKS_BEFORE, PAUSE = 3, 1.5  # each login's requests before the revocation, and the seconds between two of them
WAITING_COPIES = 5
ROUNDS = {"short": 3, "long": 30}


@dataclass(frozen=True)
class Click:
    """One request of one login: what it asks, how it proves itself, what counts as success."""

    kind: str
    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any] | None = None


@dataclass
class Seen:
    """What came back of one login: successes before, successes begun after the commit, and the first denial."""

    kind: str
    before: Counter[int] = field(default_factory=Counter)
    after: int = 0
    denial_ms: float = 0.0


def measure(profile: str) -> Figure:
    """Rounds with a doctor of her own each; then one where the next requests are let through, to show that the figure can fail."""
    with stage(), web() as (host, port):
        from tests.cast_referral import world

        cast = world()
        rounds = [play(cast, host, port, revokes=True) for _round in range(ROUNDS[profile])]
        planted, _ = play(cast, host, port, revokes=False)
    return told([seen for logins, _printed in rounds for seen in logins], sum(printed for _logins, printed in rounds), planted)


def play(cast: Any, host: str, port: int, *, revokes: bool) -> tuple[list[Seen], int]:
    """One doctor's 50 logins; returns what each saw, and how many of the waiting copies were printed afterwards."""
    from bench.people import doctors
    from clinics import rights

    ((doctor, _header),) = doctors(cast, 1)
    clicks, copies = arranged(cast, doctor)
    told_so, instant, ready = Event(), [0.0], Barrier(len(clicks) + 1)
    seen = [Seen(own[0].kind) for own in clicks]
    threads = [Thread(target=click_on, args=(own, one, host, port, ready, told_so, instant)) for own, one in zip(clicks, seen, strict=True)]
    for thread in threads:
        thread.start()
    ready.wait(120)
    if revokes:
        rights.revoke(doctor.post.right, by=cast.district_admin, reason="own_request")
    instant[0] = time.perf_counter()
    told_so.set()
    for thread in threads:
        thread.join(60)
    return seen, printed(copies)


def click_on(own: list[Click], seen: Seen, host: str, port: int, ready: Barrier, told_so: Event, instant: list[float]) -> None:
    """One login: some clicks with pauses, then one more at the instant she is told, and one after it."""
    link = http.client.HTTPConnection(host, port, timeout=60)
    for click in own[:CLICKS_BEFORE]:
        seen.before[asked(link, click)] += 1
        time.sleep(PAUSE)
    ready.wait(120)
    told_so.wait(60)
    for number, click in enumerate(own[CLICKS_BEFORE:]):
        status = asked(link, click)
        if number == 0:
            seen.denial_ms = (time.perf_counter() - instant[0]) * 1000
        seen.after += 200 <= status < 300
    link.close()


def asked(link: http.client.HTTPConnection, click: Click) -> int:
    """One request; its status."""
    body = json.dumps(click.body) if click.body else None
    link.request(click.method, click.path, body, click.headers | ({"Content-Type": "application/json"} if body else {}))
    response = link.getresponse()
    response.read()
    return response.status


def arranged(cast: Any, doctor: Any) -> tuple[list[list[Click]], list[Any]]:
    """The clicks of 50 logins, and copies of slips that wait for a worker."""
    from django.db import transaction

    from bench.people import drafts
    from referral.booking.book import book
    from tests.cast import a_session, bearer

    clicks_each = CLICKS_BEFORE + 2
    place = cast.place(places=200)
    kept = drafts(cast, 1 + WAITING_COPIES)
    booked = [book(referral=one.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=doctor) for one in kept]
    slip, copies = printable(booked[0], doctor), [copy_of(each, doctor) for each in booked[1:]]
    make_pdf(slip)
    with transaction.atomic():
        tokens = [bearer(doctor.user) for _ in range(30)]
        cookies = [{"Cookie": f"session={a_session(doctor.user)[1]}"} for _ in range(20)]
    pages = {
        "page by cookie": (cookies[:10], f"/referrals/{kept[0].public_id}/"),
        "slip by cookie": (cookies[10:], f"/bookings/{booked[0]}/slip.pdf"),
        "slip by token": (tokens[:5], f"/api/v1/bookings/{booked[0]}/slip.pdf"),
        "records by token": (tokens[5:15], "/api/v1/patients?q=陈"),
    }
    reading = [[Click(kind, "GET", http_path(path), headers)] * clicks_each for kind, (logins, path) in pages.items() for headers in logins]
    wishes = iter(drafts(cast, 15 * clicks_each))
    booking = [[booking_of(next(wishes), place, headers) for _ in range(clicks_each)] for headers in tokens[15:]]
    return reading + booking, copies


def booking_of(referral: Any, place: Any, headers: dict[str, str]) -> Click:
    """POST /referrals/{id}/bookings."""
    own = headers | {"If-Match": 'W/"1"', "Idempotency-Key": str(uuid4())}
    return Click("booking by token", "POST", f"/api/v1/referrals/{referral.public_id}/bookings", own, {"pool_slot": str(place.public_id)})


def http_path(path: str) -> str:
    """An address as it travels."""
    from urllib.parse import quote

    return quote(path, safe="/?=&")


def copy_of(booking: Any, doctor: Any) -> Any:
    """A copy asked for that no worker has printed."""
    from django.utils import timezone

    from referral.slips.desk import booking_copy

    return booking_copy(booking, by=doctor, now=timezone.now())


printable = copy_of


def make_pdf(slip: Any) -> None:
    """What the worker does with a copy."""
    from referral.slips.issue import make_pdf as worker

    worker(slip.public_id)


def printed(copies: list[Any]) -> int:
    """The worker comes to the waiting copies; how many of them became paper."""
    from referral.slips.models import Slip

    for copy in copies:
        make_pdf(copy)
    return Slip.objects.filter(pk__in=[copy.pk for copy in copies], is_printed=True).count()


def told(seen: list[Seen], printed_after: int, planted: list[Seen]) -> Figure:
    """Successes begun after the commit, and the first denial of each login."""
    after = sum(one.after for one in seen) + printed_after
    p99 = percentile([one.denial_ms for one in seen], 0.99)
    before = Counter({kind: sum(sum(one.before.values()) for one in seen if one.kind == kind) for kind in {one.kind for one in seen}})
    well = all(set(one.before) <= {200, 201} for one in seen)
    return Figure(
        NAME, after, "successes begun after the revocation", f"0, first denial p99 ≤ {GOAL_MS} ms, and more than 0 without a revocation",
        after == 0 and p99 <= GOAL_MS and well and sum(one.after for one in planted) > 0, len(seen) * 2,
        {
            "logins": len(seen), "successes_before": dict(before),
            "first_denial_ms": {str(share): round(percentile([one.denial_ms for one in seen], share), 1) for share in (0.5, 0.99, 1)},
            "waiting_copies_printed": printed_after,
            "planted_fault": {"what": "nobody is revoked", "successes": sum(one.after for one in planted)},
        },
    )  # fmt: skip
