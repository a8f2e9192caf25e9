"""The list of residents as a kind of import: what the engine asks of it, chunk by chunk (R010-R013, R118)."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext_lazy as _

from clinics.imports.kinds import Checked, Row
from permissions.acting import Acting
from permissions.roles import Capability
from referral.patients.models import Patient
from referral.patients.roster.columns import COLUMNS
from referral.patients.roster.judging import Verdict, forget_mobiles, judged, verdicts_on
from referral.patients.roster.roster import Roster
from referral.patients.roster.writing import write
from referral.patients.waiting import document_key, mobile_key, record_key, wait_for
from vault.refusal import Sentence
from vault.transactions import requires_transaction

WRITES: Final = ("create", "update")


class Residents:
    """Residents of the acting manager's centre and stations, each with her contract or none."""

    key = "residents"
    title: Sentence = _("Residents with contracts")
    needs = Capability.MANAGE_RESIDENTS
    columns = COLUMNS

    def context(self, by: Acting, today: date) -> Roster:
        """What a whole run shares. Refuses with `not_allowed` whoever keeps no residents."""
        return Roster.of(by, today)

    def check(self, rows: Sequence[Row], context: Roster) -> list[Checked]:
        """What applying each row would do; reads only, in bulk."""
        return [verdict.checked for verdict in verdicts_on(rows, context)]

    def apply(self, rows: Sequence[Row], context: Roster, by: Acting) -> list[Checked]:
        """Step: what really became of each row. Waits for phones, documents and records, then for known residents in key order."""
        requires_transaction()
        expected = verdicts_on(rows, context)
        changing = [verdict for verdict in expected if verdict.outcome in WRITES]
        if not changing:
            return [verdict.checked for verdict in expected]
        wait_for(key for verdict in changing for key in _keys_of(verdict))
        known = [verdict.patient.pk for verdict in changing if verdict.patient]
        list(Patient.objects.filter(pk__in=known).select_for_update(of=("self",), no_key=True).order_by("pk").values_list("pk"))
        verdicts = judged(expected, context)
        answers = [verdict.checked for verdict in verdicts]
        chosen = [verdict for verdict in verdicts if verdict.outcome in WRITES]
        write(chosen, context, by)
        forget_mobiles(chosen, context)
        return answers


def _keys_of(verdict: Verdict) -> list[str]:
    """What another registration of the same phone, document or record would hold too."""
    if verdict.entry is None:
        return []
    person, terms = verdict.entry.person, verdict.entry.terms
    document = document_key(person.document or person.guardian_document)
    return [document, mobile_key(person.mobile), record_key(terms.health_record_number) if terms else ""]
