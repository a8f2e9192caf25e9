"""Judges a round at its quiet end: every recount in SQL, and what the hands were told against what stands in the database."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import psycopg

from bench.storm.arena import Arena
from bench.storm.journal import Call, Journal
from bench.storm.lives_judged import lives
from bench.storm.people_judged import CHURN, LEDGER, LIMITS, QUARTER, RIGHTS
from bench.storm.places_judged import CASES, PLACES

ALWAYS: Final[dict[str, str]] = PLACES | CASES | LIMITS | RIGHTS | LEDGER
MADE: Final = "SELECT b.public_id FROM referral_booking b"
STEPS: Final = "SELECT object_id, target FROM vault_event WHERE kind = ANY (%s) ORDER BY object_id, id"
FIRST: Final = "SELECT object_id FROM vault_event WHERE source = '' AND kind = ANY (%s)"
LIVES: Final = ["booking", "referral", "breach", "disruption", "right", "clinic_session"]
TRAPPED: Final = """
SELECT r.public_id, s.public_id, b.patient_id, b.institution_id FROM referral_booking b JOIN referral_referral r ON r.id = b.referral_id
  JOIN reserved_pools_poolslot s ON s.id = b.pool_slot_id
"""
DEADLOCKS: Final = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
MAY_REFUSE_AGAIN: Final = {"right_not_in_force", "not_allowed", "busy", "not_found"}


def judged(address: str, arena: Arena, journal: Journal, *, quarter: bool = False, churn: bool = False) -> Counter[str]:
    """Every fault of one round, each as often as it was found."""
    asked = ALWAYS | lives() | (QUARTER if quarter else {}) | (CHURN if churn else {})
    found: Counter[str] = Counter()
    with psycopg.connect(address, autocommit=True) as link:
        for fault, question in asked.items():
            found[fault] = one(link, question)
        found["a deadlock"] = deadlocks(link)
        made = {row[0] for row in link.execute(MADE)} - set(arena.bookings)
        steps: dict[UUID, list[str]] = defaultdict(list)
        for about, target in link.execute(STEPS, [LIVES]):
            steps[about].append(target)
        born = {row[0] for row in link.execute(FIRST, [LIVES])}
        found.update(trapped(arena, link.execute(TRAPPED).fetchall()))
    found["an acknowledged booking that is not there, or one nobody was told of"] = len(made ^ set(journal.made))
    found["an acknowledged step that is not where it was said to be"] = unheld([*journal.stepped, *steps_of(journal.calls)], steps, born)
    found.update(keys_judged(journal.calls))
    found.update({ended: times for (_act, ended), times in journal.outcomes.items() if ended.startswith("broken")})
    return +found


def one(link: Any, question: str) -> int:
    """The number a question answers."""
    (number,) = link.execute(question).fetchone()
    return int(number or 0)


def deadlocks(link: Any) -> int:
    """How many the server has counted in this database."""
    link.execute("SELECT pg_stat_force_next_flush()")
    return one(link, DEADLOCKS)


def trapped(arena: Arena, booked: Sequence[tuple[Any, ...]]) -> Counter[str]:
    """Bookings that no rule allows."""
    found: Counter[str] = Counter()
    for referral, slot, patient, institution in booked:
        for why in (arena.trap_referrals.get(referral), arena.trap_slots.get(slot)):
            if why:
                found[f"booked: {why}"] += 1
        if (patient, institution) == arena.restricted:
            found["booked: where the hospital restricts her"] += 1
    return found


def unheld(stepped: Sequence[tuple[UUID, int, str]], steps: Mapping[UUID, list[str]], born: set[UUID]) -> int:
    """Steps whose place in the life of their object, by the version the caller saw, is not theirs; each place is one caller's."""
    taken = Counter((about, version) for about, version, _target in stepped)
    wrong = sum(times - 1 for times in taken.values())
    for about, version, target in stepped:
        nth = version if about in born else version - 1
        wrong += not (0 <= nth < len(steps[about]) and steps[about][nth] == target)
    return wrong


def steps_of(calls: Sequence[Call]) -> list[tuple[UUID, int, str]]:
    """The step behind each booking that was made under a key, once however often it was answered."""
    first: dict[UUID, Call] = {}
    for call in sorted(calls, key=lambda call: call.ended):
        if call.result and call.about:
            first.setdefault(call.result, call)
    return [(call.about, call.version, call.target) for call in first.values() if call.about]


def keys_judged(calls: Sequence[Call]) -> Counter[str]:
    """One key, one booking, one body; whoever asks again is answered the same."""
    found: Counter[str] = Counter()
    by_key: dict[tuple[UUID, str], list[Call]] = defaultdict(list)
    for call in calls:
        by_key[call.actor, call.key].append(call)
    for same in by_key.values():
        done = sorted((call for call in same if call.result), key=lambda call: call.ended)
        if len(same) < 2 or not done:
            continue
        found["one key answered with two bookings"] += len({call.result for call in done}) > 1
        found["a key answered for another body"] += len({call.body for call in done}) > 1
        found["a repeated request was refused"] += sum(
            call.began > done[0].ended and call.body == done[0].body and not call.result and call.outcome not in MAY_REFUSE_AGAIN
            for call in same
        )
    return found
