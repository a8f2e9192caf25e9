"""The measurement's rival: the whole booking as one call of one function, made by pgbench from all the machine's cores."""

import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from bench.history import Draft
from deploy.postgres import programs

SQL = Path(__file__).with_name("one_function.sql")
ROLE, JOBS = "referral_app", 2
RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
DONE = re.compile(r"^number of transactions actually processed: ([0-9]+)/", re.MULTILINE)


def installed(server: Any) -> None:
    """The function, its list of work and whose turn it is."""
    server.sql(SQL.read_text(), "referral")


def rate(server: Any, work: list[Draft], clients: int) -> float:
    """Promise that each of these referrals is booked once, by the application's role: how many a second."""
    from referral.booking.limits import KEYS

    rows = ",".join(f"(nextval('bench_turn'), '{one.referral}', '{one.pool_slot}', {one.doctor})" for one in work)
    first = int(server.sql(f"INSERT INTO bench_work VALUES {rows}; SELECT currval('bench_turn') - {len(work)};", "referral"))
    server.sql(f"SELECT setval('bench_next', {first + 1}, false)", "referral")
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"SELECT bench_book(nextval('bench_next'), '{{{','.join(KEYS)}}}');\n")
        script.flush()
        each = len(work) // clients
        program = str(programs(server.home) / "pgbench")
        command = [program, "-n", "-M", "prepared", "-c", str(clients), "-j", str(JOBS), "-t", str(each), "-f", script.name]
        done = subprocess.run([*command, server.url(ROLE)], capture_output=True, text=True)
    tps, processed = RATE.search(done.stdout), DONE.search(done.stdout)
    if done.returncode or tps is None or processed is None or int(processed[1]) != each * clients:
        raise SystemExit(f"pgbench did not book everything: {done.stderr[-1500:]}{done.stdout[-500:]}")
    return float(tps[1])
