"""Searching reserved places among ten thousand, a hundred thousand and a million bands: the same answer at the same cost.

A month of a city of 170 hospitals with 30 departments each is published from weekly templates by the coordinator's use case, two
processes at a time. In each size two doctors search by district, subject, days and class, on the page and through the interface,
through the whole HTTP stack in this process: one is granted her district's alliance, the other every hospital of the city. What they
find lies in the same ten hospitals in every size, so that only the number of bands around it grows.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import cycle, islice, product
from typing import Any
from urllib.parse import urlencode

from bench.backend import backend_cpu
from bench.figure import ROOT, Figure, percentile
from bench.stage import collect, stage

NAME = "availability-scaling"
DAYS, HOSPITALS, WORKERS = 30, 170, 2
DISTRICT, FEW = "110102", 5
SEARCHES, ROUNDS = {"short": 50, "long": 150}, 3
WARM = 3
MOST = 2.0  # times the cost of the smallest size
PLANTED = """
ALTER TABLE reserved_pools_poolslot DROP CONSTRAINT pool_slot_once_per_band_and_kind;
SELECT format('DROP INDEX %I', indexname) FROM pg_indexes
 WHERE tablename = 'reserved_pools_poolslot' AND indexname !~ 'pkey|public_id' \\gexec
"""
WORKER = "from bench.figures.availability_scaling import work_alone; work_alone()"
TABLES = ("clinics_slot", "reserved_pools_poolslot", "reserved_pools_placeevent", "clinics_clinicsession")


@dataclass(frozen=True)
class Size:
    """One size of the city: how many hospitals have how many subjects by now; short profiles leave the largest out."""

    bands: int
    hospitals: int
    subjects: int


SIZES = {
    "short": (Size(10_000, 10, FEW), Size(100_000, 17, 30)),
    "long": (Size(10_000, 10, FEW), Size(100_000, 17, 30), Size(1_000_000, HOSPITALS, 30)),
}


@dataclass
class Cost:
    """What one search costs in one size, over many different searches."""

    times: list[list[float]] = field(default_factory=list)  # milliseconds, round by round
    cpus: list[float] = field(default_factory=list)  # milliseconds of this process and of the database's backend, each round's mean
    found: list[int] = field(default_factory=list)

    @property
    def p50(self) -> float:
        """Of the quietest round: a neighbour of this machine makes others longer."""
        return min(percentile(times, 0.5) for times in self.times)

    @property
    def p99(self) -> float:
        return percentile([one for times in self.times for one in times], 0.99)

    @property
    def cpu(self) -> float:
        return min(self.cpus)

    def told(self) -> dict[str, Any]:
        named = {"p50_ms": self.p50, "p99_ms": self.p99, "cpu_ms": self.cpu}
        return {name: round(value, 1) for name, value in named.items()} | {"found": [min(self.found), max(self.found)]}


@dataclass
class Measured:
    """One size: how it came to be and what searching costs in it."""

    bands: int
    made: dict[str, Any]
    costs: dict[str, Cost]
    sequential: list[str]


def measure(profile: str) -> Figure:
    """Each size built upon the one before and searched; then the indexes dropped, to show that a sequential scan is seen."""
    with stage(max_wal_size="4GB") as server:
        from bench import city as cities

        collect()
        city = cities.founded(HOSPITALS, date.today() + timedelta(days=1))  # noqa: DTZ011
        doors = searches(city)
        measured = [searched(server, city, doors, size, SEARCHES[profile]) for size in SIZES[profile]]
        server.sql(PLANTED, "referral")
        planted = scans(doors, list(islice(questions(city.first_day), 2)))
    return told(measured, len(planted), SEARCHES[profile])


def searched(server: Any, city: Any, doors: dict[str, Any], size: Size, number: int) -> Measured:
    """One size: grown to, described, asked."""
    made = grown(server, city, size)
    asked = list(islice(questions(city.first_day), number))
    costs = {name: Cost() for name in doors}
    for nth in range(ROUNDS):
        for name, door in doors.items():
            ask(door, asked[nth::ROUNDS], costs[name])
    found = scans(doors, asked[: FEW * 2])
    one = Measured(made["bands"], made, costs, found)
    print(json.dumps({"bands": one.bands, "made": made, "searches": {name: cost.told() for name, cost in costs.items()}}), flush=True)
    return one


def grown(server: Any, city: Any, size: Size) -> dict[str, Any]:
    """The city in this size: templates entered, a month of them published by worker processes, statistics fresh."""
    from django.db import connection

    from bench import city as cities

    staffed = cities.staffed_for(city, size.hospitals, size.subjects)
    began = time.monotonic()
    connection.close()
    peaks = [worked(one) for one in started([staffed[nth::WORKERS] for nth in range(WORKERS)], city)]
    seconds = time.monotonic() - began
    server.sql("VACUUM (ANALYZE)", "referral")
    sizes = {table: int(server.sql(f"SELECT pg_total_relation_size('{table}') / 1048576", "referral")) for table in TABLES}
    return {
        "bands": int(server.sql("SELECT count(*) FROM clinics_slot", "referral")),
        "pool_slots": int(server.sql("SELECT count(*) FROM reserved_pools_poolslot", "referral")),
        "sessions": int(server.sql("SELECT count(*) FROM clinics_clinicsession", "referral")),
        "publishing_s": round(seconds, 1),
        "peak_mib": {"worker": max(peaks), "this": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)},
        "database_mib": int(server.sql("SELECT pg_database_size('referral') / 1048576", "referral")),
        "tables_mib": sizes,
    }


def started(shares: list[list[int]], city: Any) -> "list[subprocess.Popen[str]]":
    """A worker process for each share of hospitals."""
    said = {"first_day": city.first_day.isoformat(), "coordinator": city.coordinator.post.pk, "days": DAYS}
    command = [sys.executable, "-c", WORKER]
    return [
        subprocess.Popen([*command, json.dumps(said | {"hospitals": share})], cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True)
        for share in shares
    ]


def worked(worker: "subprocess.Popen[str]") -> int:
    """Waits for one worker; the most memory it held, in MiB."""
    said, _ = worker.communicate()
    if worker.returncode:
        sys.exit(f"A worker ended with {worker.returncode}.")
    return int(said.split()[-1])


def work_alone() -> None:
    """The worker process: publishes a month of each hospital of its share, a week at a time."""
    import django

    django.setup()
    from bench import city as cities

    cities.publish_shares(json.loads(sys.argv[1]))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def questions(first_day: date) -> Iterator[dict[str, str]]:
    """Different searches without end: every subject that is there in all sizes, both classes, shorter and longer stretches of days."""
    from bench.city import CLINICS, SUBJECTS

    spans = ((0, 13), (2, 8), (1, 14))
    for subject, (slot_class, *_rest), (start, end) in cycle(product(SUBJECTS[:FEW], CLINICS, spans)):
        yield {
            "district": DISTRICT,
            "department": subject,
            "slot_class": slot_class,
            "from": (first_day + timedelta(days=start)).isoformat(),
            "to": (first_day + timedelta(days=end)).isoformat(),
        }


def searches(city: Any) -> dict[str, Callable[[dict[str, str]], int]]:
    """The page and the interface for each of the two doctors: asked a question they say how many rows or places they showed."""
    from django.test import Client

    from bench.city import doctors
    from tests.cast import bearer, sign_in

    found: dict[str, Callable[[dict[str, str]], int]] = {}
    for reach, doctor in doctors(city).items():
        browser, program = Client(), Client(headers=bearer(doctor.user, doctor.post))
        sign_in(browser, doctor.user, doctor.post)
        found[f"page, {reach}"] = lambda asked, client=browser: shown(client, asked)
        found[f"interface, {reach}"] = lambda asked, client=program: listed(client, asked)
    return found


def shown(client: Any, asked: dict[str, str]) -> int:
    """The calendar's lines; the page always shows the days from tomorrow to the horizon."""
    answer = client.get(f"/availability/?{urlencode({name: asked[name] for name in ('district', 'department', 'slot_class')})}")
    assert answer.status_code == 200, answer.status_code
    return int(answer.content.count(b'<th class="rh" rowspan="2" scope="rowgroup">'))


def listed(client: Any, asked: dict[str, str]) -> int:
    """The places of the first page of the interface's list."""
    answer = client.get(f"/api/v1/availability?{urlencode(asked)}")
    assert answer.status_code == 200, answer.content
    return len(answer.json()["results"])


def ask(door: Callable[[dict[str, str]], int], asked: list[dict[str, str]], cost: Cost) -> None:
    """One round: every question once, after a few that do not count."""
    for question in asked[:WARM]:
        door(question)
    python, backend, times = time.process_time(), backend_cpu(), []
    for question in asked:
        began = time.perf_counter()
        cost.found.append(door(question))
        times.append((time.perf_counter() - began) * 1000)
    cost.times.append(times)
    cost.cpus.append((time.process_time() - python + backend_cpu() - backend) * 1000 / len(asked))


def scans(doors: dict[str, Callable[[dict[str, str]], int]], asked: list[dict[str, str]]) -> list[str]:
    """The big tables that some statement of these searches reads from one end to the other; their plans are printed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from bench.plans import sequential

    found = []
    for name, door in doors.items():
        with CaptureQueriesContext(connection) as queries:
            for question in asked:
                door(question)
        for statement, tables, plan in sequential(query["sql"] for query in queries.captured_queries):
            found += [f"{name}: {table}" for table in sorted(tables)]
            print(f"{name}: {statement[:200]}…\n{plan}", file=sys.stderr, flush=True)
    return sorted(set(found))


def told(measured: list[Measured], planted: int, number: int) -> Figure:
    """The dearest search of the largest size beside the same of the smallest."""
    least, most = measured[0], measured[-1]
    ratios = {
        name: {
            "p50": round(most.costs[name].p50 / cost.p50, 2),
            "cpu": round(most.costs[name].cpu / cost.cpu, 2),
        }
        for name, cost in least.costs.items()
    }
    worst = max(max(one.values()) for one in ratios.values())
    same = all(one.costs[name].found == cost.found and min(cost.found) > 0 for one in measured for name, cost in least.costs.items())
    scanned = {one.bands: one.sequential for one in measured if one.sequential}
    return Figure(
        NAME, worst, f"times the cost of {least.bands} bands at {most.bands}",
        f"≤ {MOST} in p50 and CPU, page and interface; the same answers; no sequential scan, and some without the indexes",
        worst <= MOST and same and not scanned and planted > 0, number * len(least.costs) * len(measured),
        {
            "ratios": ratios, "same_answers": same, "sequential_scans": scanned,
            "sizes": {
                one.bands: one.made | {"searches": {name: cost.told() for name, cost in one.costs.items()}} for one in measured
            },
            "planted_fault": {"what": "the indexes of pool slots dropped", "sequential_scans": planted},
        },
    )  # fmt: skip
