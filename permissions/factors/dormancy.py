"""An account not used for 90 days: operators give numbers to others, so its phone has to be proved again (T29)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from permissions.acting import Acting
from permissions.factors import rescue
from permissions.models import PhoneDevice, Rescue


def awake_phones(user: Any) -> "QuerySet[PhoneDevice]":
    """The phone of this person, when she logged in with it or somebody proved it within the last 90 days."""
    since = Now() - timedelta(days=settings.DORMANT_DAYS)
    return PhoneDevice.objects.filter(Q(last_used_at__gt=since) | Q(proved_at__gt=since), user=user)


@transaction.atomic(durable=True)
def prove_again(person: UUID, *, ground: str, note: str, by: Acting) -> Rescue:
    """The district has made sure that the phone on file is still this person's; from now on a code is enough again."""
    entered = rescue.enter(person, Rescue.Act.PROOF, ground=ground, note=note, by=by)
    if entered.done_at:
        PhoneDevice.objects.filter(user=entered.user).update(proved_at=Now())
    return entered
