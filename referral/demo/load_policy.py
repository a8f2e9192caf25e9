"""The one value in which the demonstration differs from the regulation: its days do not pass by themselves."""

from datetime import date
from typing import Final

from django.db import transaction

from clinics.models import PolicyRow
from permissions.acting import Acting
from permissions.models import District
from referral import parameters
from vault import audit

HORIZON: Final = 14  # days; as far ahead as a place can be booked
SOURCE: Final = "演示设置：演示中日子不会自己过去，允许就诊日前到院取号"


def load_policy(today: date, district: District, admin: Acting) -> None:
    """Promise that the demonstration's hospitals receive a patient on any day before her visit, by a row that says so."""
    key = parameters.ARRIVAL_EARLY_DAYS.key
    if PolicyRow.objects.filter(parameter=key, district=district).exists():
        return
    with transaction.atomic(durable=True):
        PolicyRow.objects.create(parameter=key, district=district, value=str(HORIZON), valid_from=today, source=SOURCE, status="in_force")
        audit.record("enter_policy", "district", admin.user.public_id, by=admin.actor, details={"parameter": key, "value": HORIZON})
