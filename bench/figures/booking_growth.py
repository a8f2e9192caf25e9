"""What a booking costs with a million bookings in the tables, beside the same with ten thousand.

Two copies of one district differ in how long it has booked. The use case books in both by turns, one here and one there, for residents
taken from all over the past, with every rule switched on. Meanwhile nothing may read a grown table from one end to the other, neither
the two functions of a booking nor the pages a doctor opens on the way to it.
"""

import json
import random
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from bench.figure import Figure
from bench.noise import Noise
from bench.sides import Side
from bench.stage import collect, stage

NAME = "booking-growth"
FEW, MANY = 10_400, {"short": 100_000, "long": 1_000_000}
PLACES, ROOM = 400, 100
EACH, WARM, PLANTED_EACH = {"short": 150, "long": 600}, 20, 12
MOST, AIM = 1.5, 1.1  # times the cost of the few
VISITS = 5  # times each page is opened
NOT_JUDGED = ("use_case_p95",)  # the slowest in twenty wait for the disk to flush, whatever is on it
BIG_ROWS = 5_000  # a table of fewer rows may be read whole
PLANTED = """
SELECT format('DROP INDEX %I', indexname) FROM pg_indexes
 WHERE tablename IN ('referral_booking', 'referral_familydoctorcontract') AND indexdef ~ '\\(patient_id' \\gexec
"""


def measure(profile: str) -> Figure:
    """The few copied and grown to the many; bookings by turns; pages; then without the indexes of the resident's bookings."""
    # No checkpoint comes by itself: the filling ends with one.
    with stage(more={"CELERY_BROKER_URL": "memory://"}, max_wal_size="16GB", checkpoint_timeout="1h") as server:
        collect()
        few, many, seconds = sides(server, MANY[profile])
        noise = Noise()
        by_turns(few, many, EACH[profile])
        ratios, costs = compared(few, many), {"few": few.costs(), "many": many.costs()}
        print(json.dumps({"ratios": ratios, "filled_s": seconds}), flush=True)
        scans = {"booking": many.scanned(lambda: booked(many, WARM), BIG_ROWS)} | pages_scanned(many)
        opened = {name: round(slowness, 2) for name, slowness in page_ratios(few, many).items()}
        noise.flush()
        server.sql(PLANTED, many.database)
        planted = without_index(few, many)
        size = int(server.sql(f"SELECT pg_database_size('{many.database}') / 1048576"))
    made = {"past": [few.history.bookings, many.history.bookings], "filled_s": seconds, "database_mib": size, "pages": opened}
    return told(ratios, costs, {name: tables for name, tables in scans.items() if tables}, planted, made | {"machine": noise.told()})


def sides(server: Any, bookings: int) -> tuple[Side, Side, float]:
    """The same district with few past bookings and with many, places to book in both, and how long the filling took."""
    from bench.history import founded
    from bench.rules_on import switched_on
    from bench.sides import copied
    from tests.cast_referral import world

    cast, began = world(), time.monotonic()
    history = founded(server, cast)
    switched_on(cast)
    history.grow(FEW)
    history.open(PLACES, ROOM)
    few, many = copied(history, "grown")
    many.history.grow(bookings, many.database)
    return few, many, round(time.monotonic() - began, 1)


def by_turns(few: Side, many: Side, number: int) -> None:
    """So many bookings on each side, one here and one there, whoever is first."""
    for side in (few, many):
        booked(side, WARM)
        side.forget()
    for here, there in zip(few.drafts(number), many.drafts(number), strict=True):
        for side, one in random.sample(((few, here), (many, there)), 2):
            side.book(one)


def booked(side: Side, number: int) -> None:
    """Bookings on one side alone."""
    for one in side.drafts(number):
        side.book(one)


def compared(few: Side, many: Side) -> dict[str, float]:
    """How many times more each cost is with the many."""
    least, most = few.costs(), many.costs()
    return {name.removesuffix("_ms"): round(most[name] / least[name], 2) for name in least}


def pages(side: Side) -> dict[str, Callable[[], int]]:
    """What a doctor opens on the way to a booking, for a resident with a past: each asked once answers its status."""
    from django.test import Client

    from referral.cases.models import Referral
    from tests.cast import bearer, sign_in

    with side.up():
        (draft,) = side.drafts(1)
        doctor, referral = side.history.doctors[draft.doctor], Referral.objects.get(public_id=draft.referral)
        browser, program = Client(), Client(headers=bearer(doctor.user))
        sign_in(browser, doctor.user)
        patient = referral.patient
    paths = {
        "home": "/", "patients found": f"/patients/?q={patient.name}", "patient": f"/patients/{patient.public_id}/",
        "visit": f"/patients/{patient.public_id}/visit/", "new referral": f"/patients/{patient.public_id}/referrals/new/",
        "referrals": "/referrals/", "referral": f"/referrals/{draft.referral}/", "availability": "/availability/",
        "booking page": f"/referrals/{draft.referral}/book/",
    }  # fmt: skip
    calls = {"patients": f"/api/v1/patients?q={patient.name}", "referrals of the interface": "/api/v1/referrals"}
    calls |= {"referral of the interface": f"/api/v1/referrals/{draft.referral}"}
    opened: dict[str, Callable[[], int]] = {name: partial(status_of, browser, path) for name, path in paths.items()}
    return opened | {name: partial(status_of, program, path) for name, path in calls.items()}


def status_of(client: Any, path: str) -> int:
    """One visit."""
    return int(client.get(path).status_code)


def pages_scanned(side: Side) -> dict[str, list[str]]:
    """The grown tables that opening each page reads from one end to the other; its plans are printed."""
    from bench.plans import sequential

    found = {}
    for name, door in pages(side).items():
        statements: list[str] = []
        found[name] = side.scanned(partial(captured, door, statements), BIG_ROWS)
        with side.up():
            for statement, tables, plan in sequential(statements, frozenset(found[name])):
                print(f"{name}: {sorted(tables)}: {statement[:400]}\n{plan}", flush=True)
    return found


def captured(door: Callable[[], int], kept: list[str]) -> None:
    """Keeps the statements of one visit, which is a success or a way on to the next page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        status = door()
    assert status in (200, 302), status
    kept += [query["sql"] for query in queries.captured_queries]


def page_ratios(few: Side, many: Side) -> dict[str, float]:
    """How many times longer each page takes with the many; told, not judged."""
    here, there = pages(few), pages(many)
    return {name: opening(many, there[name]) / opening(few, here[name]) for name in here}


def opening(side: Side, door: Callable[[], int]) -> float:
    """The median time of some visits."""
    times = []
    with side.up():
        for _visit in range(VISITS):
            began = time.perf_counter()
            door()
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def without_index(few: Side, many: Side) -> dict[str, Any]:
    """What the same measurement says when a resident's bookings and contracts have no index."""
    for side in (few, many):
        side.forget()
    seen = many.scanned(lambda: booked(many, PLANTED_EACH), BIG_ROWS)
    booked(few, PLANTED_EACH)
    return {
        "what": "the indexes of a resident's bookings and contracts dropped",
        "scanned": seen,
        "ratio": compared(few, many)["statements_p50"],
    }


def told(ratios: dict[str, float], costs: Any, scans: Any, planted: dict[str, Any], made: dict[str, Any]) -> Figure:
    """The worst of the ratios."""
    worst, (few, many) = max(ratio for name, ratio in ratios.items() if name not in NOT_JUDGED), made["past"]
    caught = bool(planted["scanned"]) and planted["ratio"] > MOST
    rounded = {side: {name: round(value, 2) for name, value in one.items()} for side, one in costs.items()}
    return Figure(
        NAME, worst, f"times the cost of a booking with {few} past ones at {many}",
        f"≤ {MOST} each; no grown table read whole for a booking or a page before it; some without indexes",
        worst <= MOST and not scans and caught, made["past"][1],
        {"ratios": ratios, "aim": [AIM, worst <= AIM], "costs": rounded, "read_whole": scans, "planted_fault": planted} | made,
    )  # fmt: skip
