"""What becomes of visits nobody came to, in a storm: reported, taken back, appealed against, decided about."""

from typing import Any

from bench.storm.booking_acts import seen_booking, version_of
from bench.storm.player import Idle, Player

BY_RESIDENT = 0.4


def miss(player: Player) -> str:
    """The window reports that nobody came, most often a cause of the resident's own; or the evening does."""
    from referral.booking.noshow import report_noshow

    seen = seen_booking(player, "booked", over=True)
    cause = player.dice.choice(("no_word", "no_word", "called_off", "excused"))
    version = version_of(player, seen)
    found = report_noshow(seen.id, cause, expected_version=version, by=player.clerk(seen.institution))
    player.stepped(seen.id, version, found.status)  # a stopped clinic is nobody's missed visit: it ends as cancelled
    return "done"


def undo_miss(player: Player) -> str:
    """The report was a mistake."""
    from referral.booking.noshow import undo_noshow

    seen = seen_booking(player, "noshow", over=True)
    version = version_of(player, seen)
    undo_noshow(seen.id, expected_version=version, by=player.clerk(seen.institution))
    player.stepped(seen.id, version, "booked")
    return "done"


def miss_early(player: Player) -> str:
    """The window reports a visit that lies ahead."""
    from referral.booking.noshow import report_noshow

    seen = seen_booking(player, "booked")
    version = version_of(player, seen)
    report_noshow(seen.id, "no_word", expected_version=version, by=player.clerk(seen.institution))
    player.stepped(seen.id, version, "noshow")
    return "done"


def appeal(player: Player) -> str:
    """A doctor of the resident, or the resident herself, says why a missed visit should not count."""
    from referral.booking.models import Booking
    from referral.credit import appeal as use_cases

    breach, version, _appeal, booking = seen_breach(player)
    if player.dice.random() < BY_RESIDENT:
        filed = use_cases.appeal_by_resident(Booking.objects.select_related("patient").get(pk=booking), text="车坏在路上")
    else:
        version = stale_or(player, version)
        filed = use_cases.appeal(breach, text="急诊就医", expected_version=version, by=player.doctor())
        player.stepped(breach, version, "appealed")
    player.known.changed()
    return "done" if filed else "refused"


def decide(player: Player) -> str:
    """The district upholds a record or strikes it, often two of its people at once."""
    from referral.credit import appeal as use_cases

    breach, version, appealed, _booking = seen_breach(player, appealed=True)
    wanted, version = player.dice.choice(("upheld", "struck")), stale_or(player, version)
    use_cases.decide(appealed, wanted, reason="查实", expected_version=version, by=player.known.admin)
    player.stepped(breach, version, wanted)
    return "done"


def seen_breach(player: Player, *, appealed: bool = False) -> tuple[Any, int, Any, int]:
    """A record this process knows: its id, its version as it was seen, its appeal if it has one, the booking's key."""
    among = [one for one in player.known.breaches if one[2] or not appealed]
    if not among:
        raise Idle
    found: tuple[Any, int, Any, int] = player.dice.choice(among)
    return found


def stale_or(player: Player, version: int) -> int:
    """The version that was seen, or now and then one that comes later."""
    return version + (player.dice.random() < player.stale)
