"""Every act of a storm by its name, and how often each is drawn."""

from collections.abc import Callable
from typing import Final

from bench.storm import booking_acts, ledger_acts, supply_acts
from bench.storm.player import Player

ACTS: Final[dict[str, Callable[[Player], str]]] = {
    "book": booking_acts.book,
    "trap": booking_acts.trap,
    "again": booking_acts.again,
    "cancel": booking_acts.cancel,
    "cancel case": booking_acts.cancel_case,
    "cancel own": booking_acts.cancel_own,
    "undo own": booking_acts.undo_own,
    "undo cancel": booking_acts.undo_cancel,
    "move": booking_acts.move,
    "miss": ledger_acts.miss,
    "miss early": ledger_acts.miss_early,
    "undo miss": ledger_acts.undo_miss,
    "appeal": ledger_acts.appeal,
    "decide": ledger_acts.decide,
    "right": supply_acts.right,
    "resize": supply_acts.resize,
    "release": supply_acts.release,
    "close": supply_acts.close,
    "cut-off": supply_acts.pass_cut_off,
    "cut-off held": supply_acts.pass_cut_off_of_held,
    "late": supply_acts.pass_unseen,
    "stop": supply_acts.stop,
    "search": supply_acts.search,
    "sweep": supply_acts.sweep,
    "choose": supply_acts.choose,
    "lapse": supply_acts.lapse,
}
MIX: Final[dict[str, float]] = {
    "book": 88, "cancel": 4, "undo cancel": 1, "move": 2.5, "miss": 0.5, "undo miss": 0.4, "right": 0.8, "resize": 1, "release": 1,
    "close": 0.1, "cut-off": 0.05, "stop": 0.15, "search": 0.4, "sweep": 0.05, "choose": 0.4, "lapse": 0.1,
}  # fmt: skip
# In a short storm what is rare comes often enough to succeed.
SHORT_MIX: Final[dict[str, float]] = MIX | {"stop": 0.5, "search": 1.5, "choose": 1.5, "miss": 1.0, "lapse": 0.3}
