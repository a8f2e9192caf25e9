"""A centre's whole list: 40,000 residents with 200 planted errors through the import's worker; time, memory, each error explained."""

import io
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from bench.figure import ROOT, Figure
from bench.stage import stage

NAME = "import-residents"
ROWS, ERRORS = 40_000, 200
PLANTED_ROWS = 2_000
MOST_SECONDS, MOST_MEGABYTES = 300, 300
TABLES = ("patient", "patientidentifier", "guardian", "familydoctorcontract", "registrationedit")
WORKER = "from bench.figures.import_residents import work_alone; work_alone()"
Cells = dict[str, str]


@dataclass(frozen=True)
class Error:
    """One way to spoil a row: what it does to the cells (it sees the row before too), and the column that must explain it."""

    column: str
    spoil: Callable[[Cells, Cells], Cells]


def cell(column: str, text: str) -> Error:
    """A cell with something wrong in it."""
    return Error(column, lambda row, _b: row | {column: text})


ERRORS_BY_NAME = {
    "scientific form": Error("document_number", lambda row, _b: row | {"document_number": scientific(row["document_number"])}),
    "fifteen digits kept": Error("document_number", lambda row, _b: row | {"document_number": shortened(row["document_number"])}),
    "an amount": Error("document_number", lambda row, _b: row | {"document_number": row["document_number"][:17] + "0.00"}),
    "wrong check character": Error("document_number", lambda row, _b: row | {"document_number": wrong_check(row["document_number"])}),
    "a digit lost": Error("document_number", lambda row, _b: row | {"document_number": row["document_number"][1:]}),
    "no number": cell("document_number", ""),
    "an error of Excel": cell("document_number", "#REF!"),
    "the same person twice": Error("document_number", lambda row, before: row | {"document_number": before["document_number"]}),
    "a digit in the name": Error("name", lambda row, _b: row | {"name": row["name"] + "3"}),
    "no name": cell("name", ""),
    "another birth date": cell("birth_date", "1901-01-01"),
    "no such day": cell("birth_date", "1958-02-30"),
    "another sex": Error("sex", lambda row, _b: row | {"sex": "女" if int(row["document_number"][16]) % 2 else "男"}),
    "a short mobile": cell("mobile", "1380000"),
    "a mobile in scientific form": cell("mobile", "1.38E+10"),
    "nothing to be reached by": cell("mobile", ""),
    "an unknown group": cell("priority_group", "贵宾"),
    "a team of nobody": cell("care_team", "东城团队"),
    "a doctor of no team": cell("doctor", "王五"),
    "half a contract": cell("contract_to", ""),
    "a contract that is over": Error("contract_to", lambda row, _b: row | {"contract_from": "2019-01-01", "contract_to": "2019-12-31"}),
    "the record of somebody else": Error(
        "health_record_number", lambda row, before: row | {"health_record_number": before["health_record_number"]}
    ),
    "a short record number": cell("health_record_number", "11010200"),
    "a hidden character": cell("address", "德胜\u202e门"),
    "an endless address": cell("address", "街" * 201),
}


def measure(profile: str) -> Figure:  # noqa: ARG001  the whole list is the short profile too
    """The list handed in, checked, agreed to, applied, and handed in once more; then a check with a hole, to show that it is seen."""
    with stage():
        from tests.integration.residents.scene import centres

        by = centres().manager
        rows, planted = listed(ROWS)
        data = as_xlsx(rows)
        first = run(data, by, planted)
        before = fingerprint()
        second = run(data, by, planted)
        unchanged = fingerprint() == before
        missed_when_planted = checked_with_a_hole(by)
    return told(first, second, unchanged, missed_when_planted, len(data))


def run(data: bytes, by: Any, planted: dict[int, str]) -> dict[str, Any]:
    """One file: checked by a worker process, compared with what was planted, then applied where anything would change."""
    from clinics.imports import jobs
    from clinics.models import ImportJob
    from vault.refusal import Refusal

    job = jobs.receive("residents", "residents.xlsx", data, by=by)
    checking = worked(job.public_id)
    job = ImportJob.objects.get(pk=job.pk)
    found = faults_of(job)
    applying = {"seconds": 0.0, "cpu_seconds": 0.0, "megabytes": 0.0}
    try:
        jobs.confirm(job, leave_out_faulty=True, by=by, expected_version=job.version)
        applying = worked(job.public_id)
        refused = ""
    except Refusal as refusal:
        refused = refusal.code
        jobs.discard(job, by=by, expected_version=job.version)
    job = ImportJob.objects.get(pk=job.pk)
    return {
        "check": checking,
        "apply": applying,
        "refused": refused,
        "to_create": job.to_create,
        "to_update": job.to_update,
        "unchanged": job.unchanged,
        "created": job.created,
        "unexplained": sorted(name for row, name in planted.items() if ERRORS_BY_NAME[name].column not in found.get(row, {})),
        "without_remedy": sum(not remedy for columns in found.values() for remedy in columns.values()),
        "unplanned": len(set(found) - set(planted)),
    }


def worked(job: UUID) -> dict[str, float]:
    """The import's own work in a process of its own: how long it took and the most memory it held."""
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", WORKER, str(job)], cwd=ROOT, env=os.environ, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-3000:])
    megabytes, cpu = map(float, done.stdout.split()[-2:])
    return {"seconds": round(time.monotonic() - began, 1), "cpu_seconds": cpu, "megabytes": megabytes}


def work_alone() -> None:
    """The worker process: everything that can be done for one import, then its peak memory in MiB and the seconds of CPU it used."""
    import django

    django.setup()
    from django.utils import timezone

    from clinics.imports.work import work

    work(UUID(sys.argv[1]), today=timezone.localdate())
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(round(used.ru_maxrss / 1024, 1), round(used.ru_utime + used.ru_stime, 1))


def faults_of(job: Any) -> dict[int, dict[str, str]]:
    """Row number → column → remedy, of every fault the check told."""
    from clinics.imports.chunks import unpacked_results

    return {
        number: {fault.field: fault.remedy if fault.reason else "" for fault in faults}
        for chunk in job.chunks.order_by("number")
        for number, faults in unpacked_results(chunk.results).faults.items()
    }


def listed(number: int) -> tuple[list[Cells], dict[int, str]]:
    """So many rows, and which of them (by row number of the file) were spoiled how; the errors are spread over the whole list."""
    right = list(people(number))
    rows, planted = list(right), {}
    kinds = list(ERRORS_BY_NAME)
    for nth in range(ERRORS):
        place = (nth + 1) * number // ERRORS - 1
        name = kinds[nth % len(kinds)]
        rows[place] = ERRORS_BY_NAME[name].spoil(right[place], right[place - 1])
        planted[place + 2] = name
    return rows, planted


def people(number: int) -> Iterator[Cells]:
    """Invented residents with right numbers, a mobile and a contract each."""
    from permissions.identity.resident_number import check_character
    from tests.cast_referral import today

    begins, last = today(), today() + timedelta(days=364)
    surnames, given = "赵钱孙李周吴郑王冯陈", ("秀兰", "志强", "桂英", "建国", "淑珍", "玉梅", "德福", "晓红")
    for serial in range(number):
        born = date(1935, 1, 1) + timedelta(days=serial % 25_000)
        body = f"110102{born:%Y%m%d}{serial // 25_000 * 7 + 101:03d}"
        if body.endswith("00"):  # a right number may end in 000 by chance; beside shortened ones it is doubted
            body = body[:-1] + "2"
        yield {
            "name": surnames[serial % 10] + given[serial % 8],
            "document_number": body + check_character(body),
            "mobile": f"138{serial:08d}",
            "address": f"北京市西城区德胜门外大街{serial % 300 + 1}号院{serial % 9 + 1}号楼",
            "care_team": "德胜第一团队",
            "doctor": "周晓岚" if serial % 2 else "沈佳",
            "contract_from": begins.isoformat(),
            "contract_to": last.isoformat(),
            "health_record_number": f"110102007{serial:08d}",
        }


def scientific(number: str) -> str:
    """The number as Excel shows a long one."""
    return f"{int(number[:17]) * 10:.5E}"


def shortened(number: str) -> str:
    """The number as Excel keeps it; one in eleven fits by chance and alone nobody can tell, so that a neighbour stands for it."""
    from permissions.identity.resident_number import check_fits

    kept = (number[:14] + digit + "000" for digit in number[14] + "0123456789")
    return next(one for one in kept if not check_fits(one))


def wrong_check(number: str) -> str:
    """The same number with another last character."""
    return number[:17] + ("1" if number[17] != "1" else "2")


def as_xlsx(rows: list[Cells]) -> bytes:
    """The list as Excel writes it, headed by the names of the columns."""
    from openpyxl import Workbook

    from referral.patients.roster.columns import COLUMNS

    names = [column.name for column in COLUMNS]
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(names)
    for row in rows:
        sheet.append([row.get(name, "") for name in names])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def fingerprint() -> dict[str, Any]:
    """Every row of a resident's tables, as a count and a sum of hashes."""
    from django.db import connection

    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT count(*), coalesce(sum(hashtextextended(held::text, 0)::numeric), 0) FROM referral_{table} held")
            found[table] = cursor.fetchone()
    return found


def checked_with_a_hole(by: Any) -> int:
    """How many errors stay unexplained when rows are no longer compared with each other; none would mean that nobody looks."""
    from django.utils import timezone

    from clinics.imports.kinds import Row
    from referral.patients.roster.importer import Residents

    rows, planted = listed(PLANTED_ROWS)
    importer = Residents()
    with nobody_compares():
        context = importer.context(by, timezone.localdate())
        lines = [Row(number, row) for number, row in enumerate(rows, start=2)]
        checked = [one for start in range(0, len(lines), 250) for one in importer.check(lines[start : start + 250], context)]
    explained = {one.number: {fault.field for fault in one.faults} for one in checked}
    return sum(ERRORS_BY_NAME[name].column not in explained[row] for row, name in planted.items())


@contextmanager
def nobody_compares() -> Iterator[None]:
    """The planted fault: who stands twice in the list is not noticed."""
    from referral.patients.roster import judging

    kept = judging._once_in_the_list
    judging._once_in_the_list = lambda *_given: None
    yield
    judging._once_in_the_list = kept


def told(first: dict[str, Any], second: dict[str, Any], unchanged: bool, missed_when_planted: int, size: int) -> Figure:
    """The sum: the worker's seconds for checking and applying, and whether everything was explained and nothing happened twice."""
    seconds = round(first["check"]["seconds"] + first["apply"]["seconds"], 1)
    peak = max(run["megabytes"] for run in (first["check"], first["apply"], second["check"]))
    explained = not first["unexplained"] and not second["unexplained"] and not first["without_remedy"]
    exact = first["created"] == ROWS - ERRORS and not first["unplanned"] and not second["unplanned"]
    nothing_twice = unchanged and second["refused"] == "nothing_to_import" and second["unchanged"] == ROWS - ERRORS
    print(json.dumps({"worker_seconds": seconds, "peak_mib": peak, "errors_explained": ERRORS - len(first["unexplained"])}), flush=True)
    return Figure(
        NAME, seconds, "s of the worker",
        f"≤ {MOST_SECONDS} s and ≤ {MOST_MEGABYTES} MiB for {ROWS} rows; {ERRORS} of {ERRORS} errors explained; nothing twice",
        explained and exact and nothing_twice and seconds <= MOST_SECONDS and peak <= MOST_MEGABYTES and missed_when_planted > 0,
        ROWS,
        {
            "peak_mib": peak, "file_mib": round(size / 2**20, 1), "first": first | {"unexplained": dict(Counter(first["unexplained"]))},
            "second": second | {"unexplained": dict(Counter(second["unexplained"]))}, "second_changed_nothing": unchanged,
            "kinds_of_errors": len(ERRORS_BY_NAME),
            "planted_fault": {"what": "rows are not compared with each other", "rows": PLANTED_ROWS, "unexplained": missed_when_planted},
        },
    )  # fmt: skip
