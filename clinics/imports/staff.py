"""The list of an institution's staff: each row is a person with her phone and a post (R045, R047)."""

from collections.abc import Sequence
from datetime import date
from typing import ClassVar

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from clinics.imports.kinds import Checked, Column, Outcome, Row
from clinics.imports.staff_rows import Staff, Wish, staff_of, wishes
from clinics.imports.words import RowFaults
from clinics.models import Post, StaffLicence
from clinics.posts import hold, open_post
from permissions.accounts import enrol
from permissions.acting import Acting
from permissions.models import User
from permissions.roles import Capability
from vault import audit
from vault.changes import note_changes
from vault.refusal import Refusal, Sentence


class StaffImporter:
    """People with their posts; who has the phone already gets the post, who holds it already stays as she is.

    Empty cells change nothing. No right to refer comes from a list: the manager nominates, the district grants (R046). A
    licence number is kept for that nomination and ignored for posts that do not refer.
    """

    key = "staff"
    title: Sentence = _("Staff with their posts")
    needs = Capability.MANAGE_POSTS
    columns: ClassVar[tuple[Column, ...]] = (
        Column("name", _("Name"), True, "张示例", _("As on the certificate.")),
        Column("phone", _("Mobile number"), True, "13800001234", _("11 digits; codes for logging in go there."), sensitive=True),
        Column("institution", _("Institution"), False, "德胜社区卫生服务中心", _("Full name as registered; a manager may leave it empty.")),
        Column("kind", _("Kind of post"), True, "家庭医生", _("Such as family doctor or window clerk.")),
        Column("department", _("Department"), False, "", _("As registered; needed for receiving doctors and specialists.")),
        Column("title", _("Title"), False, "主治医师", _("Doctors only; may stay empty.")),
        Column("licence", _("Licence number"), False, "", _("For posts that may refer; may stay empty."), sensitive=True),
    )

    def context(self, by: Acting, today: date) -> Staff:
        return staff_of(by)

    def check(self, rows: Sequence[Row], context: Staff) -> list[Checked]:
        judged = wishes(rows, context)
        return [
            Checked(row.number, outcome_of(wish) if wish else Outcome.FAULTY, faults)
            for row, (wish, faults) in zip(rows, judged, strict=True)
        ]

    def apply(self, rows: Sequence[Row], context: Staff, by: Acting) -> list[Checked]:
        context.by = by
        made: dict[str, User] = {}
        return [
            _apply(row, wish, made, by) if wish else Checked(row.number, Outcome.FAULTY, faults)
            for row, (wish, faults) in zip(rows, wishes(rows, context), strict=True)
        ]


def outcome_of(wish: Wish) -> Outcome:
    """A new post, a changed one, or nothing."""
    if wish.post is None:
        return Outcome.CREATE
    return Outcome.UPDATE if changes_of(wish, wish.post) or licence_is_new(wish, wish.post) else Outcome.UNCHANGED


def changes_of(wish: Wish, post: Post) -> dict[str, tuple[str, str]]:
    """What the row says otherwise than the post: field → before, after."""
    pairs = {}
    if wish.title and wish.title != post.title:
        pairs["post_title"] = (post.title, wish.title)
    if wish.department is not None and wish.department.pk != post.department_id:
        pairs["post_department"] = (post.department.name if post.department else "", wish.department.name)
    return pairs


def licence_is_new(wish: Wish, post: Post) -> bool:
    held = getattr(post, "roster_licence", None)
    return bool(wish.licence) and (held is None or held.number != wish.licence)


def licence_of(post: Post) -> str:
    """The licence number the roster gave for this post, '' when it gave none."""
    held = StaffLicence.objects.filter(post=post).first()
    return held.number if held else ""


def _apply(row: Row, wish: Wish, made: dict[str, User], by: Acting) -> Checked:
    """One row in a savepoint of its own: what is refused now leaves nothing of it."""
    try:
        with transaction.atomic():
            outcome = outcome_of(wish)
            if wish.post is None:
                _appoint(wish, made, by)
            elif outcome is Outcome.UPDATE:
                _amend(wish, wish.post, by)
    except Refusal as refusal:
        faults = RowFaults(row.values)
        faults.refused(refusal)
        return Checked(row.number, Outcome.FAULTY, tuple(faults.found))
    return Checked(row.number, outcome)


def _appoint(wish: Wish, made: dict[str, User], by: Acting) -> None:
    user = wish.user or made.get(wish.phone)
    if user is None:
        user = enrol(name=wish.name, phone=wish.phone, district=wish.institution.district, by=by.actor)
        made[wish.phone] = user
    post = open_post(user, wish.institution, wish.kind, by=by, department=wish.department, title=wish.title)
    if wish.licence:
        _keep_licence(post, wish.licence)


def _amend(wish: Wish, post: Post, by: Acting) -> None:
    """Another department or title of a post that goes on; kind and place never change (R048)."""
    changes = changes_of(wish, post)
    if licence_is_new(wish, post):
        _keep_licence(post, wish.licence)
    fields = {"title": wish.title or post.title, "department": wish.department or post.department}
    if changes:
        hold(post)
        Post.objects.filter(pk=post.pk).update(**fields)
        note_changes("user", post.user.public_id, changes, by=by.actor)
        audit.record("correct", "post", post.public_id, by=by.actor, details={"fields": sorted(changes)})


def _keep_licence(post: Post, number: str) -> None:
    StaffLicence.objects.update_or_create(post=post, defaults={"number": number})
