"""Step of handing work over: what its former owner has not read yet is the successor's to read."""

from collections.abc import Collection
from uuid import UUID

from clinics.models import Post
from referral.inbox.models import Notice
from referral.inbox.tell import managers_of
from vault.transactions import requires_transaction


def hand_over(former: Post, abouts: Collection[UUID], to: Post | None) -> None:
    """Step: the unread notices of a post about these objects move to the successor's post; without one, to the managers.

    What a successor was told herself stays one notice. Only the post's notices move: what was sent to a person stays hers.
    """
    requires_transaction()
    rows = list(Notice.objects.unread().filter(post=former, about__in=abouts).order_by("pk"))
    if not rows:
        return
    heirs = [to] if to is not None else managers_of([former.institution])
    Notice.objects.bulk_create([_copy(row, heir) for row in rows for heir in heirs], ignore_conflicts=True)
    if heirs:
        Notice.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _copy(row: Notice, heir: Post) -> Notice:
    return Notice(user_id=heir.user_id, post=heir, kind=row.kind, about=row.about, version=row.version, params=row.params)
