"""The trail of acts: every act in it with actor, reason and evidence, every kind of tampering found and named, and what sealing costs.

Acts are done by the use cases and requests themselves and taken back; bookings are made with the sealer running and stopped in
turn, and the loss is told with the interval that resampling the rounds gives.
"""

import time
from typing import Any
from uuid import uuid4

from bench.figure import Figure
from bench.sealing import cost, sealing
from bench.stage import stage
from bench.tampering import tampered

NAME = "audit-tampering"
ROUNDS = {"short": 8, "long": 60}
MOST_LOSS = 0.05


def measure(profile: str) -> Figure:
    """Acts, tampering, the limit of what can be found, and the price."""
    with stage(more={"WEBHOOK_NETWORKS": "127.0.0.0/8"}) as server:
        from bench.acts.told import told as acts_told

        acts, cast = acts_told()
        found, unnamed = tampered(server, cast)
        limit = unseen(server)
        price = cost(cast, ROUNDS[profile])
    return told(acts, found, unnamed, limit, price)


def unseen(server: Any) -> dict[str, Any]:
    """The stated limit: what is taken away before its seal leaves no trace; how old the newest unsealed row gets."""
    from django.db import transaction

    from vault import audit
    from vault.actor import SYSTEM
    from vault.audit.seal import waiting_seconds
    from vault.audit.verify import verify

    with transaction.atomic():
        audit.record("test.unsealed", "test", uuid4(), by=SYSTEM)
    server.sql("SET session_replication_role = replica; DELETE FROM vault_auditentry WHERE verb = 'test.unsealed'", "referral")
    silent = not verify().findings
    ages = []
    with sealing():
        for _look in range(40):
            with transaction.atomic():
                audit.record("test.look", "test", uuid4(), by=SYSTEM)
            time.sleep(0.1)
            ages.append(waiting_seconds())
    return {
        "stated": "what its own superuser takes away in the newest unsealed second leaves no trace",
        "deleted_before_its_seal": "not found" if silent else "found", "oldest_unsealed_seconds": round(max(ages), 2),
    }  # fmt: skip


def told(acts: Any, found: dict[str, list[str]], unnamed: list[str], limit: dict[str, Any], price: dict[str, Any]) -> Figure:
    """Acts and tamperings nobody would see; the loss counts as too great only when its whole interval lies beyond the bound."""
    affordable = price["interval_95"][0] <= MOST_LOSS
    unseen_ones = len(unnamed) + len(acts.missing)
    return Figure(
        NAME, unseen_ones, "acts or tamperings not found",
        f"0 of {acts.expected} kinds of acts and {len(found)} of tampering; no loss beyond 5 % that its interval does not cover",
        unseen_ones == 0 and acts.ok and affordable, acts.expected + len(found),
        {
            "acts": acts.in_words, "tampering_not_named": unnamed, "tampering_found": {name: rows[:2] for name, rows in found.items()},
            "limit": limit, "sealing": price,
        },
    )  # fmt: skip
