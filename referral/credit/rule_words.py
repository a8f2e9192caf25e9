"""The no-show rule of a district in one sentence, with the window that really counts; papers and pages say the same (R056, C1)."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from referral.credit.models import BanCovers
from referral.credit.terms import Terms, WindowKind

COUNTED: Final[Mapping[str, Any]] = {
    WindowKind.CALENDAR_YEAR: gettext_lazy("%(limit)d in one calendar year"),
    WindowKind.ROLLING_MONTHS: gettext_lazy("%(limit)d within %(span)d months"),
    WindowKind.LIFETIME: gettext_lazy("%(limit)d altogether"),
}


def no_show_rule(terms: Terms) -> str:
    """What missing visits costs under these terms, in the reader's language; where there is no ban, only that it is recorded."""
    if not terms.ban_months:
        return _("Whoever neither comes nor cancels in time is recorded as a no-show.")
    count = COUNTED[terms.window] % {"limit": terms.threshold, "span": terms.months}
    return _sentence(terms) % {"count": count, "months": terms.ban_months}


def no_show_rule_on_paper(terms: Terms) -> str:
    """The same in Chinese, for the papers."""
    with override("zh-hans"):
        return no_show_rule(terms)


def _sentence(terms: Terms) -> str:
    """By what a ban closes (C4)."""
    if terms.covers == BanCovers.BOOKING:
        return ngettext(
            "Whoever neither comes nor cancels in time is recorded as a no-show; after %(count)s nothing is booked by oneself for "
            "%(months)d month, referral stays open.",
            "Whoever neither comes nor cancels in time is recorded as a no-show; after %(count)s nothing is booked by oneself for "
            "%(months)d months, referral stays open.",
            terms.ban_months,
        )
    return ngettext(
        "Whoever neither comes nor cancels in time is recorded as a no-show; after %(count)s there is neither booking nor referral for "
        "%(months)d month.",
        "Whoever neither comes nor cancels in time is recorded as a no-show; after %(count)s there is neither booking nor referral for "
        "%(months)d months.",
        terms.ban_months,
    )
