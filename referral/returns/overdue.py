"""A return that nobody took over in time stands on top of the centre's list as overdue."""

from django.db import transaction
from django.db.models.functions import Now

from referral.returns.inform import tell_of_delay
from referral.returns.models import Return
from vault import audit
from vault.actor import SYSTEM
from vault.states import advance

AT_ONCE = 100


def mark_overdue() -> int:
    """Promise that returns waiting beyond their time, by the database's clock, are overdue; how many were marked.

    At most 100 a run, in the order they fell due; one whose row somebody holds is left for the next run.
    """
    with transaction.atomic(durable=True):
        late = (
            Return.objects.filter(status="sent", due_at__lte=Now())
            .order_by("due_at", "pk")
            .select_for_update(of=("self",), no_key=True, skip_locked=True)[:AT_ONCE]
        )
        for sent_back in (found := list(late)):
            advance(sent_back, "overdue", by=SYSTEM)
            tell_of_delay(sent_back)
            audit.record("mark_overdue", "return", sent_back.public_id, by=SYSTEM)
    return len(found)
