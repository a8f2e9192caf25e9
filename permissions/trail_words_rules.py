"""The words of the trail for a district's choices of documents and its lists of criteria, which two persons decide."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.translation import pgettext_lazy

from vault.refusal import Sentence

OF_DOCUMENTS_AND_CRITERIA: Mapping[str, Sentence] = MappingProxyType(
    {
        "enter_policy_set": pgettext_lazy("audit", "chose values of a document"),
        "approve_policy_set": pgettext_lazy("audit", "approved the choice of a document"),
        "reject_policy_set": pgettext_lazy("audit", "rejected the choice of a document"),
        "withdraw_policy_set": pgettext_lazy("audit", "withdrew the choice of a document"),
        "ask_end_of_policy_set": pgettext_lazy("audit", "asked that the choice of a document ends"),
        "keep_policy_set": pgettext_lazy("audit", "kept the choice of a document in force"),
        "end_policy_set": pgettext_lazy("audit", "ended the choice of a document"),
        "undo_policy_set": pgettext_lazy("audit", "undid the choice of a document"),
        "simulate_policy_set": pgettext_lazy("audit", "tried a document out"),
        "begin_criteria_set": pgettext_lazy("audit", "began a list of criteria"),
        "correct_criteria_set": pgettext_lazy("audit", "changed a list of criteria"),
        "hand_in_criteria_set": pgettext_lazy("audit", "handed a list of criteria in"),
        "send_back_criteria_set": pgettext_lazy("audit", "sent a list of criteria back"),
        "approve_criteria_set": pgettext_lazy("audit", "approved a list of criteria"),
        "withdraw_criteria_set": pgettext_lazy("audit", "withdrew a list of criteria"),
        "undo_criteria_set": pgettext_lazy("audit", "undid a list of criteria"),
        "ask_end_of_criteria_set": pgettext_lazy("audit", "asked that a list of criteria ends"),
        "keep_criteria_set": pgettext_lazy("audit", "kept a list of criteria in force"),
        "end_criteria_set": pgettext_lazy("audit", "ended a list of criteria"),
    }
)
