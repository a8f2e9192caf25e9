"""Says at the start, in one sentence, what is missing for printing; without it the product runs and offers a page to print."""

import ctypes
from functools import cache
from typing import Any

from django.core import checks

from referral.slips.fonts import FACES, installed_font

LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
APT_LINE = "apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"


@cache
def printing_needs() -> str:
    """What the system lacks to print slips as PDF, with the line that installs it; '' when nothing is missing."""
    missing = [name for name in LIBRARIES if not loads(name)]
    missing += [name for name in FACES.values() if installed_font(name) is None]
    return f"slips cannot be printed as PDF without {', '.join(missing)}: {APT_LINE}" if missing else ""


def loads(library: str) -> bool:
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def check_printing(**_options: Any) -> list[checks.CheckMessage]:
    """A system check: a warning, since booking works without paper."""
    needs = printing_needs()
    return [checks.Warning(needs, id="referral.W001")] if needs else []
