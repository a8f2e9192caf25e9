"""The cast: the smallest valid district, people, roles, rights and logins; other casts add institutions and patients.

周晓岚 is the family doctor most stories follow; 沈佳 sits at the next desk. 李敏 and 赵建国 administer the district (two, because some
decisions need a second person). Everybody is invented; phones count up from 139 0000 0001.
"""

import secrets
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from django.conf import settings
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from permissions.acting import Acting
from permissions.duties import CURRENT
from permissions.models import District, DutiesAcceptance, PhoneDevice, ReferralRight, RoleAssignment, Session, User
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Role
from permissions.sessions import hash_of
from vault.crypto import keyed_hash

XICHENG = "110102"
_phones = count(1)


def a_phone() -> str:
    """A mobile number nobody in the cast has."""
    return f"139{next(_phones):08d}"


def a_district(code: str = XICHENG, name: str = "西城区") -> District:
    """Xicheng, or another district by its code; the same one each time."""
    return District.objects.get_or_create(code=code, defaults={"name": name, "name_en": "Xicheng" if code == XICHENG else ""})[0]


def a_user(name: str = "周晓岚", *, phone: str = "", district: District | None = None, duties: bool = True, **fields: Any) -> User:
    """A person with a phone on file and nothing else; she accepted the duties of whatever role she may get, unless told not to."""
    number = phone or a_phone()
    user = User.objects.create(
        name=name, phone=number, phone_hash=keyed_hash(number, "phone"), phone_tail=number[-4:],
        district=district or a_district(), **fields,
    )  # fmt: skip
    PhoneDevice.objects.create(user=user, name="phone")
    if duties:
        accept_all_duties(user)
    return user


def accept_all_duties(user: User) -> None:
    """Her word for the current duties of every role."""
    DutiesAcceptance.objects.bulk_create(DutiesAcceptance(user=user, role=role, version=one.version) for role, one in CURRENT.items())


def a_role(user: User, role: Role, *, district: District | None = None, confirmed: bool = True, **fields: Any) -> RoleAssignment:
    """A district-wide role, from now on; confirmed, unless a story is about that."""
    when = timezone.now() if confirmed else None
    return RoleAssignment.objects.create(user=user, role=role, district=district or user.district, confirmed_at=when, **fields)


def an_admin(name: str = "李敏", *, district: District | None = None) -> User:
    """A district administrator; the second one of a story is 赵建国."""
    user = a_user(name, district=district)
    a_role(user, Role.DISTRICT_ADMIN)
    return user


def a_right(
    user: User | None = None,
    *,
    status: RightStatus = RightStatus.GRANTED,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    reason_code: str = "",
) -> ReferralRight:
    """A right in force from yesterday for a year, or in any other state; put there, not walked there."""
    holder = user or a_user()
    now = timezone.now()
    taken = status in (RightStatus.SUSPENDED, RightStatus.REVOKED)
    return ReferralRight.objects.create(
        user=holder, district=holder.district, status=status, reason_code=reason_code or (RightReason.LEAVE if taken else ""),
        valid_from=valid_from or now - timedelta(days=1), valid_to=valid_to or now + timedelta(days=365),
        granted_by=an_admin(district=holder.district),
    )  # fmt: skip


def acting_as(user: User, post: Any = None, *, role: Role | None = None, session: Session | None = None) -> Acting:
    """The person in one of her parts: under a post, in a given role, or in the first district-wide role she has."""
    if post is not None:
        return Acting(user, Role(post.kind), post, session, choice=post.public_id)
    assignment = user.roles.live().select_related("district").order_by("pk").first() if role is None else None
    if assignment is not None:
        return Acting(user, Role(assignment.role), None, session, assignment.district, assignment.public_id)
    return Acting(user, role, None, session)


def a_session(user: User, *, kind: str = Session.Kind.BROWSER, key: str = "", **fields: Any) -> tuple[Session, str]:
    """A login that is open now, and its key."""
    secret = key or secrets.token_urlsafe(32)
    session = Session.objects.create(
        user=user, kind=kind, key_hash=hash_of(secret), device="permissions.phonedevice/0", epoch=user.epoch,
        expires_at=Now() + timedelta(hours=12), **fields,
    )  # fmt: skip
    session.refresh_from_db()
    return session, secret


def sign_in(client: Client, user: User, post: Any = None) -> Session:
    """The test browser is logged in as this person, under this post when she has several."""
    session, key = a_session(user, acting_choice=post.public_id if post else None)
    client.cookies[settings.SESSION_COOKIE_NAME] = key
    return session


def bearer(user: User, post: Any = None) -> dict[str, str]:
    """Headers of a program that is logged in as this person: `client.get(path, headers=bearer(user))`."""
    _, key = a_session(user, kind=Session.Kind.TOKEN)
    headers = {"Authorization": f"Bearer {key}"}
    return headers | {"Acting-Post": str(post.public_id)} if post else headers
