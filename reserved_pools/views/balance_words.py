"""How shares, floors and verdicts are said to people."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reserved_pools.balance.balance import Verdict, WeekOf, percent
from vault.refusal import Sentence

VERDICTS: Mapping[Verdict, tuple[str, Sentence]] = {
    Verdict.RESERVED_SHORT: ("bad", _("reserved places short")),
    Verdict.EXPERT_SHORT: ("few", _("experts short")),
    Verdict.BOOKABLE_SHORT: ("few", _("bookable places short")),
    Verdict.FINE: ("ok", pgettext_lazy("compliance", "keeps the floors")),
    Verdict.EMPTY: ("off", _("no clinics")),
}


def tags_of(week: WeekOf) -> list[tuple[str, Sentence]]:
    """The verdicts of a week as tags: kind and word."""
    return [VERDICTS[one] for one in week.verdicts]


def figures_of(week: WeekOf) -> dict[str, Any]:
    """What a template shows of a week: shares as text, and which of them are short."""
    wrong = set(week.verdicts)
    return {
        "reserved": _said(week.reserved_share),
        "reserved_floor": _said(week.reserved_floor),
        "expert": _said(week.expert_share),
        "expert_floor": _said(week.expert_floor),
        "bookable": _said(week.bookable_share),
        "workload": _said(week.of_workload),
        "fulfilment": _said(week.fulfilment),
        "used": _said(week.used),
        "reserved_short": Verdict.RESERVED_SHORT in wrong,
        "expert_short": Verdict.EXPERT_SHORT in wrong,
        "bookable_short": Verdict.BOOKABLE_SHORT in wrong,
        "tags": tags_of(week),
    }


def _said(share: Any) -> str:
    text = percent(share)
    return f"{text}%" if text else "—"
