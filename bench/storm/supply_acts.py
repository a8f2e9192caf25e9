"""What the other side does in a storm: rights taken and given, places resized, released, closed, clinics stopped, substitutes chosen."""

import time
from typing import Any

from bench.storm.player import Idle, Player

HOLD_LAPSES = "UPDATE referral_disruption SET held_until = clock_timestamp() WHERE public_id = %s AND held_until IS NOT NULL"
COOLED = 3
COOL_ENDS = """
UPDATE reserved_pools_coolingplace SET until = clock_timestamp()
 WHERE id = (SELECT id FROM reserved_pools_coolingplace WHERE until > clock_timestamp() ORDER BY random() LIMIT 1)
"""
CUT_OFF = "UPDATE reserved_pools_poolslot SET closes_at = clock_timestamp() + interval '20 milliseconds' WHERE public_id = %s"

CUT_OFF_OF_HELD = """
UPDATE reserved_pools_poolslot SET closes_at = clock_timestamp() + interval '20 milliseconds'
 WHERE id = (SELECT pool_slot_id FROM referral_disruption WHERE public_id = %s)
"""


def right(player: Player) -> str:
    """The district takes a right away, for a while or for good, or gives one back; whoever is without one is soon helped."""
    from clinics import rights
    from permissions.models import ReferralRight

    known, dice = player.known, player.dice
    out = [pk for pk, status in known.rights.items() if pk in known.doctors and status != "granted"]
    post = known.doctors[dice.choice(out if out and dice.random() < 0.85 else list(known.doctors))].post
    held = ReferralRight.objects.get(pk=post.right_id)
    if held.status == "granted" and dice.random() < 0.6:
        rights.suspend(held, by=known.admin, reason="leave", expected_version=held.version)
        done, target = "suspended", "suspended"
    elif held.status in ("granted", "suspended") and dice.random() < 0.4:
        rights.revoke(held, by=known.admin, reason="own_request", expected_version=held.version)
        done, target = "revoked", "revoked"
    elif held.status == "suspended":
        rights.reinstate(held, by=known.admin, expected_version=held.version)
        done, target = "reinstated", "granted"
    else:
        return entered(player, post)
    known.rights[post.pk] = target
    player.stepped(held.public_id, held.version, target)
    return done


def entered(player: Player, post: Any) -> str:
    """A new right for a post whose last one was revoked."""
    from datetime import timedelta

    from clinics import rights
    from clinics.models import Alliance
    from tests.cast_referral import today

    known = player.known
    alliance = Alliance.objects.get(pk=known.arena.alliance)
    rights.enter(post, targets=[alliance], last_day=today() + timedelta(days=100), by=known.admin)
    known.look_again = 0.0
    return "entered"


def resize(player: Player) -> str:
    """A coordinator gives a band a place more, or takes one away, for either kind of its places."""
    from django.db import transaction

    from reserved_pools.models import PoolSlot
    from reserved_pools.resizing import resize as step

    slot = PoolSlot.objects.values_list("slot_id", flat=True).get(public_id=player.dice.choice(player.known.arena.slots))
    kinds = list(PoolSlot.objects.filter(slot_id=slot).values_list("pk", flat=True))
    change = player.dice.choice((2, 1, 1, -1, -1))
    with transaction.atomic(durable=True):
        done = step(player.dice.choice(kinds), change, reason="storm")
    return "done" if done else "refused"


def release(_player: Player) -> str:
    """Some places have cooled long enough by the data's clock; the worker at its minute opens them again."""
    from reserved_pools.release import release_cooled

    for _place in range(COOLED):
        told(COOL_ENDS)
    return "done" if release_cooled() else "nothing due"


def close(_player: Player) -> str:
    """The worker at its minute: what is past its cut-off closes."""
    from reserved_pools.release import close_due

    return "done" if close_due()[0] else "nothing due"


def stop(player: Player) -> str:
    """A coordinator stops a session, often two at once the same one."""
    from referral.disruptions.stop import stop_session

    if not player.known.sessions:
        raise Idle
    among = player.known.sessions[:3] if player.dice.random() < 0.5 else player.known.sessions
    session, version, _service, institution = player.dice.choice(among)
    stop_session(session, reason="leave", until=None, expected_version=version, by=player.coordinator(institution))
    player.stepped(session, version, "stopped")
    player.known.look_again = 0.0
    return "done"


def search(player: Player) -> str:
    """The worker looks for a substitute for one stopped visit."""
    from referral.disruptions.search import search as use_case

    unsearched = [one for one in player.known.disruptions if one[3]] or player.known.disruptions
    if not unsearched:
        raise Idle
    return "done" if use_case(player.dice.choice(unsearched)[0]) else "done before"


def sweep(_player: Player) -> str:
    """The worker looks after every stop in force."""
    from referral.disruptions.sweep import look_after

    return "done" if look_after() else "nothing due"


def choose(player: Player) -> str:
    """The patient or the hospital takes the substitute, another time, or nothing."""
    from referral.disruptions import choose as use_cases
    from referral.disruptions.models import Disruption

    found, by = chosen(player)
    dice = player.dice
    version = found.version if dice.random() > player.stale else found.version + 1
    way = dice.random()
    if way < 0.5:
        made = use_cases.accept(found, expected_version=version, by=by)
        player.journal.made.append(made.public_id)
    elif way < 0.75:
        made = use_cases.take_other(found, dice.choice(player.known.arena.slots), expected_version=version, by=by)
        player.journal.made.append(made.public_id)
    else:
        use_cases.decline(found, expected_version=version, by=by)
    after = Disruption.objects.values_list("status", flat=True).get(pk=found.pk)
    player.stepped(found.public_id, version, after)
    return "done"


def chosen(player: Player) -> tuple[Any, Any]:
    """A disruption this process knows, and who answers for it."""
    from referral.disruptions.choose import Chooser
    from referral.disruptions.models import ChosenBy, Disruption
    from vault.actor import Actor, ActorKind

    if not player.known.disruptions:
        raise Idle
    wanted = player.dice.choice(player.known.disruptions)[0]
    found = Disruption.objects.select_related("booking__patient").get(public_id=wanted)
    if player.dice.random() < 0.6:
        return found, Chooser(Actor(ActorKind.PATIENT, found.booking.patient.public_id), ChosenBy.RESIDENT)
    by = player.coordinator(found.booking.institution_id)
    return found, Chooser(by.actor, ChosenBy.HOSPITAL, by)


def lapse(player: Player) -> str:
    """Nobody answered in time: the data's clock moves on, then the worker lets the hold go."""
    from referral.disruptions.sweep import let_lapse

    held = [one for one in player.known.disruptions if one[2]]
    if not held:
        raise Idle
    wanted = player.dice.choice(held)[0]
    told(HOLD_LAPSES, wanted)
    return "done" if let_lapse(wanted) else "nothing due"


def pass_cut_off(player: Player) -> str:
    """The cut-off of one place comes near, and the worker closes it."""
    told(CUT_OFF, player.dice.choice(player.known.arena.slots))
    time.sleep(player.dice.uniform(0, 0.04))
    return close(player)


def pass_cut_off_of_held(player: Player) -> str:
    """The cut-off of a place that is held comes near, and the worker closes it."""
    held = [one for one in player.known.disruptions if one[2]]
    if not held:
        raise Idle
    told(CUT_OFF_OF_HELD, player.dice.choice(held)[0])
    time.sleep(player.dice.uniform(0, 0.04))
    return close(player)


def pass_unseen(player: Player) -> str:
    """The cut-off of one place passes and no worker comes; no attempt."""
    told(CUT_OFF, player.dice.choice(player.known.arena.slots))
    raise Idle


def told(statement: str, *arguments: Any) -> None:
    """The data moves, not the clock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, arguments)
