"""What a revocation closes, and how soon: 50 live logins of one doctor go on clicking while it commits, over HTTP.

They book, read records, open pages and fetch slips, by cookie, by token and by a program's key; copies of slips she had asked
for wait in the queue. Nothing begun after the commit may succeed, and the queue may print nothing. The goal is for people who
click on as they do; at the end all fifty click at the same instant, and how long that takes is told too.
"""

import http.client
import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

from bench.figure import Figure, percentile
from bench.stage import stage, web

NAME = "revocation-denial"
GOAL_MS = 250
CLICKS, PAUSES = 4, (1.5, 4.5)  # each login's requests before all click at once, and the seconds between two of them
REVOKED_AFTER = 6.0  # seconds after the first click, when about half of the clicks are done
WAITING_COPIES = 5
ROUNDS = {"short": 2, "long": 30}


@dataclass(frozen=True)
class Click:
    """One request of one login: what it asks, how it proves itself, what counts as success."""

    kind: str
    method: str
    path: str
    headers: dict[str, str]
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Asked:
    """One request as it went: when it began, how long it took, what came back, and whether all clicked at once."""

    began: float
    milliseconds: float
    status: int
    at_once: bool

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Login:
    """What one login asked, and when its doctor's right was gone."""

    kind: str
    revoked_at: float = 0.0
    asked: list[Asked] = field(default_factory=list)

    def before(self) -> list[Asked]:
        return [one for one in self.asked if one.began + one.milliseconds / 1000 < self.revoked_at]

    def after(self, *, at_once: bool = False) -> Iterator[Asked]:
        """What began after the commit: as people click, or all at once."""
        return (one for one in self.asked if one.began > self.revoked_at and one.at_once is at_once)

    def successes(self) -> int:
        """Successes begun after the commit; there may be none."""
        return sum(one.is_success for at_once in (False, True) for one in self.after(at_once=at_once))


def measure(profile: str) -> Figure:
    """Rounds with a doctor of her own each; then one where nobody is revoked, to show that the figure can fail."""
    with stage(), web() as (host, port):
        from tests.cast_referral import world

        cast = world()
        rounds = [play(cast, host, port, revokes=True) for _round in range(ROUNDS[profile])]
        planted = play(cast, host, port, revokes=False)
    return told([login for logins, _printed in rounds for login in logins], sum(printed for _logins, printed in rounds), planted)


def play(cast: Any, host: str, port: int, *, revokes: bool) -> tuple[list[Login], int]:
    """One doctor's 50 logins; returns what each saw, and how many of the waiting copies were printed afterwards."""
    from bench.people import doctors
    from clinics import rights

    ((doctor, _header),) = doctors(cast, 1)
    clicks, copies = arranged(cast, doctor)
    together, logins = Barrier(len(clicks)), [Login(own[0].kind) for own in clicks]
    threads = [Thread(target=click_on, args=(own, one, host, port, together)) for own, one in zip(clicks, logins, strict=True)]
    for thread in threads:
        thread.start()
    time.sleep(REVOKED_AFTER)
    if revokes:
        rights.revoke(doctor.post.right, by=cast.district_admin, reason="own_request")
    now = time.perf_counter()
    for login in logins:
        login.revoked_at = now
    for thread in threads:
        thread.join(120)
    return logins, printed(copies)


def click_on(own: list[Click], login: Login, host: str, port: int, together: Barrier) -> None:
    """One login: clicks with pauses of its own, then one more together with all others."""
    link = http.client.HTTPConnection(host, port, timeout=60)
    time.sleep(random.uniform(0, PAUSES[1]))
    for click in own[:CLICKS]:
        login.asked.append(asked(link, click))
        time.sleep(random.uniform(*PAUSES))
    together.wait(120)
    login.asked.append(asked(link, own[CLICKS], at_once=True))
    link.close()


def asked(link: http.client.HTTPConnection, click: Click, *, at_once: bool = False) -> Asked:
    """One request; its answer read to the end."""
    body = json.dumps(click.body) if click.body else None
    began = time.perf_counter()
    link.request(click.method, click.path, body, click.headers | ({"Content-Type": "application/json"} if body else {}))
    response = link.getresponse()
    response.read()
    return Asked(began, (time.perf_counter() - began) * 1000, response.status, at_once)


def arranged(cast: Any, doctor: Any) -> tuple[list[list[Click]], list[Any]]:
    """The clicks of 50 logins, and copies of slips that wait for a worker."""
    from bench.people import drafts
    from referral.booking.book import book

    place = cast.place(places=200)
    kept = drafts(cast, 1 + WAITING_COPIES)
    booked = [book(referral=one.public_id, pool_slot=place.public_id, version=1, key=str(uuid4()), by=doctor) for one in kept]
    slip, copies = copy_of(booked[0], doctor), [copy_of(each, doctor) for each in booked[1:]]
    make_pdf(slip)
    cookies, tokens, keys = logins_of(doctor)
    records = "/api/v1/patients?q=陈"
    pages = {
        "page by cookie": (cookies[:10], f"/referrals/{kept[0].public_id}/"),
        "slip by cookie": (cookies[10:], f"/bookings/{booked[0]}/slip.pdf"),
        "slip by token": (tokens[:5], f"/api/v1/bookings/{booked[0]}/slip.pdf"),
        "records by token": (tokens[5:15], records),
        "records by key": (keys, records),
    }
    reading = [[Click(kind, "GET", http_path(path), one)] * (CLICKS + 1) for kind, (headers, path) in pages.items() for one in headers]
    wishes = iter(drafts(cast, len(tokens[15:]) * (CLICKS + 1)))
    booking = [[booking_of(next(wishes), place, headers) for _ in range(CLICKS + 1)] for headers in tokens[15:]]
    return reading + booking, copies


def logins_of(doctor: Any) -> tuple[list[dict[str, str]], ...]:
    """20 browsers, 25 programs she logged in with, and 5 keys she gave to programs, each as its header."""
    from django.db import transaction

    from permissions.programs import PREFIX
    from permissions.roles import Capability
    from tests.cast import a_session, bearer

    with transaction.atomic():
        cookies = [{"Cookie": f"session={a_session(doctor.user)[1]}"} for _ in range(20)]
        tokens = [bearer(doctor.user) for _ in range(25)]
        scopes, choice = [Capability.SEE_PATIENTS.value], doctor.post.public_id
        keys = [a_session(doctor.user, kind="key", key=f"{PREFIX}{uuid4()}", scopes=scopes, acting_choice=choice)[1] for _ in range(5)]
    return cookies, tokens, [{"Authorization": f"Bearer {key}"} for key in keys]


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


def told(logins: list[Login], printed_after: int, planted: tuple[list[Login], int]) -> Figure:
    """Successes begun after the commit, and the first denial of each login."""
    successes = sum(login.successes() for login in logins) + printed_after
    first = [one.milliseconds for login in logins for one in list(login.after())[:1]]
    all_at_once = [one.milliseconds for login in logins for one in login.after(at_once=True)]
    before = Counter(login.kind for login in logins for one in login.before() if one.is_success)
    failed = sum(not one.is_success for login in logins for one in login.before())
    unrevoked = sum(login.successes() for login in planted[0]), planted[1]
    return Figure(
        NAME, successes, "successes begun after the revocation",
        f"0, first denial p99 ≤ {GOAL_MS} ms, and more than 0 without a revocation",
        successes == 0 and failed == 0 and percentile(first, 0.99) <= GOAL_MS and all(unrevoked), sum(len(login.asked) for login in logins),
        {
            "logins": len(logins), "successes_before": dict(before), "failures_before": failed, "first_denials": len(first),
            "first_denial_ms": shares(first), "all_at_the_same_instant_ms": shares(all_at_once),
            "answers_after": dict(Counter(str(one.status) for login in logins for one in login.after())),
            "waiting_copies_printed": printed_after,
            "planted_fault": {"what": "nobody is revoked", "successes": unrevoked[0], "waiting_copies_printed": unrevoked[1]},
        },
    )  # fmt: skip


def shares(milliseconds: list[float]) -> dict[str, float]:
    """Median, 99th percentile and the longest."""
    return {str(share): round(percentile(milliseconds, share), 1) for share in (0.5, 0.99, 1)}
