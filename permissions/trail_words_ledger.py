"""The trail's words for acts about visits that took place or did not, and the no-show ledger that follows from them."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import pgettext_lazy

from vault.refusal import Sentence

OF_VISITS_AND_THE_LEDGER: Mapping[str, Sentence] = MappingProxyType(
    {
        "arrive": pgettext_lazy("audit", "received at the window"),
        "undo_arrival": pgettext_lazy("audit", "undid an arrival"),
        "fulfil": pgettext_lazy("audit", "recorded the visit"),
        "undo_fulfil": pgettext_lazy("audit", "took a recorded visit back"),
        "miss": pgettext_lazy("audit", "recorded that the patient did not come"),
        "undo_miss": pgettext_lazy("audit", "took back that the patient did not come"),
        "ask_in_error": pgettext_lazy("audit", "said that an entry about a visit is wrong"),
        "withdraw_in_error": pgettext_lazy("audit", "took back that an entry about a visit is wrong"),
        "enter_in_error": pgettext_lazy("audit", "confirmed that an entry about a visit was wrong"),
        "refuse_in_error": pgettext_lazy("audit", "left an entry about a visit as it is"),
        "call_absent": pgettext_lazy("audit", "called somebody who did not arrive"),
        "referral.open_again": pgettext_lazy("audit", "referral opened again after a missed visit"),
        "referral.close": pgettext_lazy("audit", "closed a referral after a missed visit"),
        "breach.record": pgettext_lazy("audit", "missed visit recorded"),
        "breach.strike": pgettext_lazy("audit", "missed visit struck"),
        "breach.uphold": pgettext_lazy("audit", "missed visit upheld"),
        "breach.appeal": pgettext_lazy("audit", "appealed against a missed visit"),
        "breach.attach": pgettext_lazy("audit", "added a file to an appeal"),
        "breach.detach": pgettext_lazy("audit", "took a file off an appeal"),
        "ban.list": pgettext_lazy("audit", "resident put on the no-show list"),
        "ban.lift": pgettext_lazy("audit", "resident taken off the no-show list"),
        "restriction.set": pgettext_lazy("audit", "restricted a resident at the hospital"),
        "restriction.lift": pgettext_lazy("audit", "lifted a restriction at the hospital"),
        "find_wrong_ledger": pgettext_lazy("audit", "found the no-show ledger wrong"),
    }
)
