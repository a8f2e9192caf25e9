"""What is booked already for those who come with a controlled document, so that the district can ask for it to be cancelled."""

from django.db.models import QuerySet

from referral.booking.models import LIVE, Booking
from referral.patients.control_models import ControlledIdentity
from referral.patients.control_queries import residents_under


def bookings_under(control: ControlledIdentity) -> QuerySet[Booking]:
    """Live bookings of the residents behind a document, the next visit first: whom to call stands on each (R014, R026)."""
    rows = Booking.objects.filter(patient__in=residents_under(control), status__in=LIVE)
    return rows.select_related("institution", "department", "referral__institution", "patient").order_by("visit_date", "starts_at", "pk")
