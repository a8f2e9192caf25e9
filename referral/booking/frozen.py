"""What set a value that a booking has kept: the decision it was judged by, so that a later refusal cites that and nothing else."""

from dataclasses import replace

from clinics.models import PolicyRow
from clinics.policy import Parameter
from referral.booking.models import Booking
from vault.refusal import Violation


def citing(violation: Violation, booking: Booking, parameter: Parameter) -> Violation:
    """The same violation with source and words of the row that set this value of the booking; unchanged where it was the default."""
    row = PolicyRow.objects.filter(pk=booking.policy.get(parameter.key, {}).get("row")).first()
    return replace(violation, source=row.source, article="", quote=row.quote) if row else violation
