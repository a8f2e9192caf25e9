"""Plays a hospital's own system for a day over HTTP: `python -m bench.sim.hospital --base http://127.0.0.1:8000 --key rk_… [--day]`.

The key is one of a coordinator with the scope to connect the hospital's system. The receiver listens on this machine, so the platform
has to allow it (WEBHOOK_NETWORKS; the demonstration does). Ends with 0 when every sentence holds, with 1 when one does not.
"""

import argparse
import secrets
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime

from bench.sim.day import BEIJING, Day, Story
from bench.sim.line import Broken, Line
from bench.sim.receiver import Receiver, receiving


def play(base: str, key: str, first: date, say: Callable[[str], None]) -> int:
    """Live one day; the number of sentences that did not hold, or 99 when the line broke."""
    story = Story(say)
    with receiving(Receiver()) as receiver:
        day = Day(Line(base, key), receiver, story, first, run=f"sim-{secrets.token_hex(3)}")
        try:
            day.live()
        except Broken as broken:
            say(f"BROKEN after {story.checks} checks: {broken}")
            return 99
    say(f"{story.checks} checks, {len(story.faults)} do not hold")
    return len(story.faults)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.sim.hospital", description="A hospital's system for a day.")
    parser.add_argument("--base", required=True, help="where the platform answers, as http://127.0.0.1:8000")
    parser.add_argument("--key", required=True, help="a coordinator's key with the scope exchange")
    parser.add_argument("--day", type=date.fromisoformat, default=None, help="the day it is; today by default")
    given = parser.parse_args(arguments)
    first = given.day or (datetime.now(UTC) + BEIJING).date()
    return 1 if play(given.base, given.key, first, print) else 0


if __name__ == "__main__":
    sys.exit(main())
