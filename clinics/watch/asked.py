"""Whether an institution was really asked for its word: nobody's right rests for a question that reached nobody."""

from collections.abc import Iterable
from typing import Final

from clinics.models import Institution
from clinics.watch.quarters import Quarter
from vault.models import Message
from vault.outbox.models import MessageState

LAST, FIRST = 3, 14
DAYS_BEFORE: Final = (LAST, FIRST)  # a worker that slept on the day itself reminds on the next
DUE, UNMANAGED = "attestation_due", "attestation_unmanaged"  # the templates that ask: a manager, or the district when there is none


def version_of(quarter: Quarter, stage: int) -> int:
    """Rises from the first reminder of a quarter to the second, so that the second overtakes one not yet sent."""
    return (quarter.year * 10 + quarter.number) * 100 + (100 - stage)


def asked_in_time(institutions: Iterable[Institution], quarter: Quarter) -> set[int]:
    """Keys of those centres and hospitals that were asked two weeks before the end and got at least one reminder, in one query.

    A platform that only began to watch in a quarter's last days, or after it, has asked nobody for that quarter; neither has
    one whose messages never left.
    """
    roots = {one.public_id: one.pk for one in institutions}
    first, last = version_of(quarter, FIRST), version_of(quarter, LAST)
    rows = Message.objects.filter(template__in=(DUE, UNMANAGED), about__in=roots, version__in=(first, last))
    found = list(rows.values_list("about", "version", "state"))
    in_time = {about for about, version, _state in found if version == first}
    reached = {about for about, _version, state in found if state == MessageState.SENT}
    return {roots[about] for about in in_time & reached}
