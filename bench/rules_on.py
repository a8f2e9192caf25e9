"""Every rule that a district may switch on, switched on, so that no booking is judged by less than all of them."""

from datetime import time, timedelta
from typing import Any


def switched_on(cast: Any) -> dict[str, Any]:
    """The values in force in the cast's district from yesterday: what is off by default, and a row for every other limit as well."""
    from django.utils import timezone

    from clinics.models.policy import PolicyRow, PolicyStatus
    from tests.cast_referral import today

    values = values_now(timezone.localtime())
    PolicyRow.objects.bulk_create(
        PolicyRow(
            parameter=key, district=cast.district, value=value, valid_from=today() - timedelta(days=1),
            status=PolicyStatus.IN_FORCE, source="bench",
        )
        for key, value in values.items()
    )  # fmt: skip
    return values


def values_now(at: Any) -> dict[str, Any]:
    """Service hours that are open for hours to come, and the limits of the regulation written out."""
    opens, closes = (at - timedelta(hours=8)).time(), (at + timedelta(hours=8)).time()
    if opens > closes:
        opens, closes = time(0, 0), time(23, 59)  # a day does not end while it is measured around midnight
    return {
        "limit_3_months_binds_referrals": "yes",
        "limit_3_months": "5",
        "churn_applies": "yes",
        "churn_changes": "3",
        "service_hours_from": f"{opens:%H:%M}",
        "service_hours_to": f"{closes:%H:%M}",
        "limit_per_day": "2",
        "limit_7_days": "3",
        "booking_horizon_days": "14",
    }
