"""Does every act, looks for its rows, and does it again with a row withheld or emptied, to show that this is found."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection

from bench.acts import lists, offices, requested, rights, supplied
from bench.acts.scene import Scene
from bench.acts.trace import Act, missing_from
from permissions.trail_words import VERBS
from tests.cast_referral import World
from tests.integration.bad_input.proof import taken_back
from vault.models import AuditEntry

# A trigger of the owner's spoils what is written while this setting names a fault; nobody but the owner could do so.
PLANT = """
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE fault text := current_setting('bench.fault', true);
BEGIN
  IF fault = 'entry' THEN RETURN NULL; END IF;
  IF fault = 'actor' THEN NEW.actor_kind := 'patient'; END IF;
  IF fault = 'reason' THEN NEW.reason := ''; END IF;
  IF fault = 'evidence' THEN NEW.details := '{}'; END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER spoiling BEFORE INSERT ON vault_auditentry FOR EACH ROW EXECUTE FUNCTION spoil();
"""
FAULTS = ("entry", "actor", "reason", "evidence")


@dataclass
class Told:
    """How many kinds of acts were done, what the trail lacks of them, and which spoiled entries nobody noticed."""

    expected: int = 0
    missing: dict[str, list[str]] = field(default_factory=dict)
    planted: Counter[str] = field(default_factory=Counter)
    unnoticed: list[str] = field(default_factory=list)
    verbs: set[str] = field(default_factory=set)

    @property
    def in_words(self) -> dict[str, Any]:
        """For the figure's line."""
        return {
            "expected": self.expected, "found": self.expected - len(self.missing), "missing": self.missing,
            "verbs_seen": len(self.verbs), "verbs_not_driven": sorted(set(VERBS) - self.verbs),
            "verbs_without_a_word": sorted(self.verbs - set(VERBS)),
            "planted_faults": {"entries_spoiled": dict(self.planted), "unnoticed": self.unnoticed},
        }  # fmt: skip

    @property
    def ok(self) -> bool:
        """Everything found, and every spoiled entry noticed."""
        return not self.missing and not self.unnoticed and all(self.planted[fault] for fault in FAULTS)


def told() -> tuple[Told, World]:
    """The founding on an empty database, every other act on a stage; each is taken back, so that no act hinders another."""
    found = Told()
    with spoiling():
        _do([offices.founding()], found)
        scene = Scene()
        found.missing |= {name: ["an operation nobody expects a trace of"] for name in requested.unlisted(scene.stage)}
        _do([act for part in (requested, offices, rights, lists, supplied) for act in part.acts(scene)], found)
    return found, scene.world


@contextmanager
def spoiling() -> Iterator[None]:
    """The trigger, as long as it is needed."""
    _as_owner(PLANT)
    yield
    _as_owner("DROP TRIGGER spoiling ON vault_auditentry; DROP FUNCTION spoil()")


def _as_owner(statements: str) -> None:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
        owner.execute(statements.encode())


def _do(acts: Iterable[Act], found: Told) -> None:
    for act in acts:
        found.expected += 1
        rows = done(act)
        found.verbs |= {row.verb for row in rows}
        if missing := missing_from(rows, act):
            found.missing[act.name] = missing + [f"there is {row.verb} {row.kind} {row.reason} {row.details}" for row in rows]
            continue
        for fault in faults_of(act):
            found.planted[fault] += 1
            if not missing_from(done(act, fault), act):
                found.unnoticed.append(f"{act.name}: {fault}")


def faults_of(act: Act) -> Iterator[str]:
    """The faults that this act's rows would show."""
    yield from ("entry", "actor")
    if any(trace.reason for trace in act.traces):
        yield "reason"
    if any(trace.evidence for trace in act.traces):
        yield "evidence"


def done(act: Act, fault: str = "") -> list[AuditEntry]:
    """The rows an act leaves; everything else it does is undone."""
    with taken_back():
        before = set(AuditEntry.objects.values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('bench.fault', %s, true)", [fault])
        act.do()
        return list(AuditEntry.objects.exclude(pk__in=before).order_by("pk"))
