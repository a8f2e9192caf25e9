"""One round of a storm: a fresh copy of the arena, everybody plays, the worker tidies up, the judge counts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import psycopg

from bench.storm.arena import Arena
from bench.storm.ground import copied, move_to
from bench.storm.hands import Bout, Troupe
from bench.storm.journal import Journal
from bench.storm.judge import judged
from deploy.postgres import DATABASE

RULE = """
INSERT INTO clinics_policyrow (public_id, created_at, parameter, district_id, value, valid_from, source, quote, status, version)
SELECT gen_random_uuid(), now(), %s, id, to_jsonb(%s::text), current_date - 400, '规定', '', 'in_force', 1 FROM permissions_district
"""
QUARTER_BINDS, CHURN_BINDS = "limit_3_months_binds_referrals", "churn_applies"


@dataclass
class Round:
    """What one round showed."""

    journal: Journal
    faults: Counter[str] = field(default_factory=Counter)
    played: float = 0.0  # seconds


def play(
    server: Any, troupe: Troupe, arena: Arena, bout: Bout, *, rules: Sequence[str] = (), spoil: Sequence[str] = (), slices: int = 1
) -> Round:
    """So many bouts on one copy, which the judge looks at after each; the first that shows a fault is the last.

    `rules` are switched on for the round, `spoil` are statements that take a wall out of the copy first.
    """
    with copied(server, bout.database) as address:
        with psycopg.connect(address, autocommit=True) as owner:
            for rule in rules:
                owner.execute(RULE, [rule, "yes"])
            for statement in spoil:
                owner.execute(statement.encode())
        done = Round(Journal())
        for one in range(slices):
            done.journal.add(troupe.play(replace(bout, seed=bout.seed + one)))
            done.played += bout.seconds
            tidied(bout.database)
            done.faults = judged(address, arena, done.journal, quarter=QUARTER_BINDS in rules, churn=CHURN_BINDS in rules)
            if done.faults:
                break
    return done


def tidied(database: str) -> None:
    """What the worker does within a minute anyway, done once when everybody rests: stopped visits that were undone are looked after."""
    from django.db import connection

    from clinics.models import ClinicStop
    from referral.disruptions.opening import forgotten, open_forgotten

    move_to(database)
    for stop in forgotten(ClinicStop.objects.filter(status="in_force")):
        open_forgotten(stop)
    connection.close()
    move_to(DATABASE)
