"""The inboxes of the demonstration: what loading it did is read already, what happened in its cases is news."""

from django.db.models.functions import Now

from referral.inbox.kinds import Group, keys_of
from referral.inbox.models import Notice
from referral.news.follow import tell_people

FOUNDING = (Group.RIGHTS, Group.DECISIONS, Group.LISTS)


def load_inbox() -> int:
    """Tells what was committed; the first time, the founding of the demonstration itself counts as read. Says how many are news."""
    is_first = not Notice.objects.filter(kind__in=keys_of(FOUNDING)).exists()
    tell_people()
    if is_first:
        Notice.objects.filter(read_at=None, kind__in=keys_of(FOUNDING)).update(read_at=Now())
    return Notice.objects.filter(read_at=None).count()
