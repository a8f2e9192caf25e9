"""Another phone on file: only through the district, after a proof that is written down (R047, T29)."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from permissions.accounts import change_phone
from permissions.acting import Acting
from permissions.factors import notices, rescue
from permissions.identity.phones import clean_mobile, mask_phone
from permissions.models import Challenge, PhoneDevice, Rescue
from vault.changes import note_changes
from vault.crypto import keyed_hashes


@transaction.atomic(durable=True)
def change(person: UUID, *, phone: str, ground: str, note: str, by: Acting) -> Rescue:
    """The new number counts from now on, the old one no more; every session ends and both numbers are told by SMS.

    Refuses as `rescue.enter` and `accounts.change_phone` do. An authenticator stays: the number alone opens nothing then.
    """
    number = clean_mobile(phone)
    entered = rescue.enter(person, Rescue.Act.PHONE, ground=ground, note=note, by=by, phone=number)
    if entered.done_at is None:
        return entered
    user, old = entered.user, entered.user.phone
    change_phone(user, number, by=by.actor)
    Challenge.objects.filter(phone_hash__in=keyed_hashes(old, "phone"), consumed_at=None, voided_at=None).update(voided_at=Now())
    PhoneDevice.objects.filter(user=user).update(proved_at=Now())
    note_changes("user", user.public_id, {"phone": (mask_phone(old), mask_phone(number))}, by=by.actor, reason=ground)
    notices.tell_both(old, number)
    return entered
