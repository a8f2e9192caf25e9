"""Every wall on the paths of a booking, read from the product itself, and which of them some mutant takes out: no list is kept by hand.

Paths: book, cancel, move, undo, stop, substitute, release, no-show, appeal. A wall is a constraint or trigger of their tables, a lock or
guard of their SQL functions, a lock of their Python functions, a rule, or a condition under which one of them refuses.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from bench.storm.mutants import Mutant, Wall
from bench.storm.recode import Recode, changed, source_of

TABLES: Final = (
    "referral_booking", "referral_referral", "referral_breach", "referral_appeal", "referral_bookingban", "referral_restriction",
    "referral_disruption", "referral_notice", "reserved_pools_poolslot", "reserved_pools_coolingplace", "reserved_pools_placeevent",
    "clinics_clinicsession", "clinics_clinicstop", "permissions_referralright", "vault_event", "vault_idempotencykey", "vault_message",
)  # fmt: skip
# Keys and columns that must be filled are left out: they bind rows together and refuse nothing two people do at once.
CATALOGUE: Final = """
SELECT c.conrelid::regclass || ': ' || c.conname FROM pg_constraint c
 WHERE c.contype IN ('c', 'u', 'x') AND c.conrelid = ANY (%(tables)s::regclass[])
UNION
SELECT i.indrelid::regclass || ': ' || i.indexrelid::regclass FROM pg_index i
 WHERE i.indisunique AND NOT i.indisprimary AND i.indrelid = ANY (%(tables)s::regclass[])
UNION
SELECT t.tgrelid::regclass || ': ' || regexp_replace(t.tgname, '^pgtrigger_(.*)_[0-9a-f]+$', '\\1') FROM pg_trigger t
 WHERE NOT t.tgisinternal AND t.tgrelid = ANY (%(tables)s::regclass[])
"""
SQL_FILES: Final = (
    *(("reserved_pools", f"pool_{name}.sql") for name in (
        "claim", "claim_direct", "close", "give_back", "hold", "let_go", "release_cooled", "resize", "take_back", "take_up", "withdraw",
    )),
    ("permissions", "right_lock.sql"), ("referral", "booking_facts.sql"), ("referral", "booking_write.sql"), ("vault", "vault_advance.sql"),
    ("vault", "vault_idempotency_key.sql"), ("vault", "vault_outbox_put.sql"),
)  # fmt: skip
PACKAGES: Final = ("referral.booking", "referral.credit", "referral.disruptions", "reserved_pools")
STEPS: Final = (
    *(f"referral.booking.{name}" for name in ("book", "cancel", "move", "corrections", "noshow", "write")),
    *(f"referral.credit.{name}" for name in ("record", "appeal")),
    *(f"referral.disruptions.{name}" for name in ("choose", "search", "sweep", "stop", "rebook")),
    "vault.states",
)
LOCK: Final = re.compile(r"FOR NO KEY UPDATE|FOR UPDATE|pg_advisory")
GUARD: Final = re.compile(r"^\s*(?:WHERE|AND) (.*?);?$|(\w[\w.]* > 0)\b", re.MULTILINE)
# Which row, and whether there is anything to write.
NO_WALL: Final = re.compile(r"(place\.)?id = p_pool_slot|EXISTS \(|(moved|v|p)[._]\w+ (<>|>) 0")
PYTHON_LOCK: Final = re.compile(r"\.locked\(\)|select_for_update\(")


def sql_walls(texts: Iterable[tuple[str, str]] | None = None) -> set[str]:
    """The locks of the SQL functions, and each line of a condition of the functions that move places."""
    return {wall for file, text in texts or originals() for wall in walls_of(file, text)}


def originals() -> Iterator[tuple[str, str]]:
    """Each function's file and text."""
    from vault.sqlfiles import read

    for app, file in SQL_FILES:
        yield file, read(app, file)


def walls_of(file: str, text: str) -> Iterator[str]:
    """What guards in one function's text; comments are none."""
    code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
    yield from (f"{file}: lock {nth}" for nth, _lock in enumerate(LOCK.findall(code), 1))
    if "ON CONFLICT" in code:
        yield f"{file}: on conflict"
    if file.startswith("pool_"):
        asked = ((line or claimed).strip() for line, claimed in GUARD.findall(code))
        yield from (f"{file}: {one}" for one in asked if not NO_WALL.fullmatch(one))


def python_locks() -> set[str]:
    """The functions of these packages that lock rows."""
    return {
        f"{module.__name__}.{function.name}: lock"
        for package in PACKAGES
        for module in modules_of(package)
        for function in functions_of(inspect.getsource(module))
        if PYTHON_LOCK.search(ast.unparse(function))
    }


def modules_of(package: str) -> Iterator[ModuleType]:
    """The modules that lie in a package, not those of packages inside."""
    root = Path(str(importlib.import_module(package).__file__)).parent
    for file in sorted(root.glob("*.py")):
        if file.stem not in ("__init__", "apps", "models"):
            yield importlib.import_module(f"{package}.{file.stem}")


def functions_of(text: str) -> Iterator[ast.FunctionDef]:
    """The functions of a module."""
    return (one for one in ast.parse(text).body if isinstance(one, ast.FunctionDef))


def refusals() -> set[str]:
    """Under which conditions the steps of these paths refuse, and the rules they ask."""
    from referral.booking import rules

    found = {
        f"{name}.{function.name}: {condition}"
        for name in STEPS
        for function in functions_of(inspect.getsource(importlib.import_module(name)))
        for condition in conditions_of(function)
    }
    return found | {f"{rules.__name__}.{rule.__name__}" for rule in rules.RULES}


def conditions_of(function: ast.FunctionDef) -> set[str]:
    """What a function asks before it raises."""
    asked = (one for one in ast.walk(function) if isinstance(one, ast.If))
    return {ast.unparse(one.test) for one in asked if any(isinstance(step, ast.Raise) for step in one.body)}


def taken_out(mutants: Iterable[Mutant], catalogue: Iterable[str]) -> set[str]:
    """Every wall of the inventory that is not there in some mutant."""
    walls = [wall for mutant in mutants for wall in (mutant.wall, mutant.behind)]
    statements = [statement for wall in walls for statement in wall.spoil()]
    dropped = {one for one in catalogue if any(is_dropped(one, statement) for statement in statements)}
    return dropped | sql_taken_out(statements) | python_taken_out(walls)


def is_dropped(wall: str, statement: str) -> bool:
    """Whether a statement drops this constraint or trigger."""
    table, name = wall.split(": ")
    return (f"'{name}'" in statement and f" {table} " in statement) or (
        f"'{table}'::regclass" in statement and f"pgtrigger_{name}_" in statement
    )


def sql_taken_out(statements: Iterable[str]) -> set[str]:
    """Which locks and conditions of SQL functions some statement installs the function without."""
    gone: set[str] = set()
    for file, text in originals():
        spoilt = [one for one in statements if f"FUNCTION {file.removesuffix('.sql')}(" in one]
        gone |= {wall for one in spoilt for wall in sql_walls([(file, text)]) - sql_walls([(file, one)])}
    return gone


def python_taken_out(walls: Iterable[Wall]) -> set[str]:
    """Which locks, conditions and rules of Python functions some change removes."""
    return {one for wall in walls for change in wall.recodes for one in removed_by(change)}


def removed_by(change: Recode) -> Iterator[str]:
    """What one change takes out of its function."""
    function: Any = inspect.unwrap(getattr(importlib.import_module(change.module), change.function))
    (before,), (after,) = (list(functions_of(text)) for text in (source_of(function), changed(function, change)))
    name = f"{change.module}.{change.function}"
    left = len(PYTHON_LOCK.findall(ast.unparse(before))) - len(PYTHON_LOCK.findall(ast.unparse(after)))
    if left or change.instead.strip() == "return":
        yield f"{name}: lock"
    yield from (f"{name}: {condition}" for condition in conditions_of(before) - conditions_of(after))
    if change.module == "referral.booking.rules":
        yield name
