"""Opens accounts, posts, rights and care teams of the demonstration; whoever is there already is left alone."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from clinics import rights
from clinics.grants import Target
from clinics.models import Alliance, Department, Institution, Post
from clinics.posts import open_post
from permissions import administrators
from permissions.accounts import enrol
from permissions.acting import Acting
from permissions.models import User
from permissions.roles import DOCTORS, Role
from referral.demo.people import IN_FORCE, SOON, SUSPENDED, Someone
from referral.patients.models import CareTeam
from referral.patients.teams import form_team
from vault.crypto import keyed_hash

YEAR, FEW_DAYS = timedelta(days=365), timedelta(days=20)


def users_of(people: Iterable[Someone]) -> dict[str, User]:
    """The accounts that exist, by phone."""
    phones = {keyed_hash(someone.phone, "phone"): someone.phone for someone in people}
    return {phones[user.phone_hash]: user for user in User.objects.filter(phone_hash__in=phones)}


def load_accounts(people: list[Someone], places: dict[str, Institution], by: Acting, second: Acting) -> list[Post]:
    """An account for each person, with her office in the district or her post; answers the posts made."""
    known = users_of(people)
    departments = {(one.institution_id, one.name): one for one in Department.objects.all()}
    fresh = [someone for someone in people if someone.phone not in known]
    for someone in fresh:
        if not someone.place:
            office = administrators.NewOffice(someone.name, someone.phone, someone.role, someone.name_en)
            administrators.confirm(administrators.appoint(office, by=by).public_id, by=second)
    return [_account(someone, places, departments, by) for someone in fresh if someone.place]


@transaction.atomic(durable=True)
def _account(someone: Someone, places: dict[str, Institution], departments: dict[tuple[int, str], Department], by: Acting) -> Post:
    user = enrol(
        name=someone.name, phone=someone.phone, district=by.user.district, by=by.actor, name_en=someone.name_en,
        desks=2 if someone.role in DOCTORS else 1,
    )  # fmt: skip
    institution = places[someone.place]
    department = departments.get((institution.pk, someone.department))
    return open_post(user, institution, someone.role, by=by, department=department, title=someone.title)


def load_rights(people: list[Someone], today: date, by: Acting) -> None:
    """A right for each referring post that has none, usable in its alliances; one of them is suspended."""
    standings = {keyed_hash(one.phone, "phone"): one.standing for one in people if one.standing in (IN_FORCE, SOON, SUSPENDED)}
    posts = Post.objects.live().complete().filter(user__phone_hash__in=standings, right=None)
    for post in posts:
        standing = standings[post.user.phone_hash]
        last_day = today + (FEW_DAYS if standing == SOON else YEAR)
        right = rights.enter(post, targets=_alliances_of(post), last_day=last_day, by=by)
        if standing == SUSPENDED:
            rights.suspend(right, by=by, reason="leave", note="产假")


def _alliances_of(post: Post) -> list[Target]:
    return list(Alliance.objects.filter(memberships__institution=post.institution.root_id).order_by("pk"))


def load_teams(by: Acting) -> None:
    """One care team in each centre, of all its family doctors and those of its stations."""
    posts = (
        Post.objects.live().filter(kind=Role.FAMILY_DOCTOR).select_related("user", "institution__parent__district", "institution__district")
    )
    doctors: dict[Institution, list[User]] = {}
    for post in posts:
        doctors.setdefault(post.institution.parent or post.institution, []).append(post.user)
    have = set(CareTeam.objects.values_list("institution", flat=True))
    for centre, members in doctors.items():
        if centre.pk not in have:
            form_team(centre, f"{centre.short_name}第一家庭医生团队", members, by=by)
