"""Which characters may be stored and shown: none that hide, reorder or are no character at all."""

import unicodedata

PLAIN_CONTROLS = frozenset("\n\t")
# Controls, marks that reorder or hide the text around them (a dose may not be read backwards), halves, private and empty places.
UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
JOINERS = frozenset("\u200c\u200d")  # which some scripts and emoji are written with
BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters by name, nothing to see


def unprintable_in(text: str, *, lines: bool = True) -> str:
    """The first character that may not be stored, or ''. Line feeds and tabs are allowed in texts of several lines."""
    if text.isprintable() and BLANK_LETTERS.isdisjoint(text):  # the common case, a list of forty thousand people long
        return ""
    allowed = JOINERS | PLAIN_CONTROLS if lines else JOINERS
    hidden = (one for one in text if one in BLANK_LETTERS or (unicodedata.category(one) in UNPRINTABLE and one not in allowed))
    return next(hidden, "")
