"""What watching over rights has left behind in the demonstration: attestations, an objection, the lists signed for last month."""

from datetime import datetime, time

from django.utils import timezone

from clinics.models import Institution, Post, RightDispute
from clinics.watch.attestation import attest
from clinics.watch.disputes import dispute
from clinics.watch.quarters import SHANGHAI
from permissions.acting import Acting
from permissions.right_states import RightStatus
from permissions.roles import Role
from referral.booking.expected import today
from referral.demo.places import HOSPITALS, MARK, SUBDISTRICTS
from referral.supervision.models import ConductSignature
from referral.supervision.month import Month, before
from referral.supervision.sign import sign

OBJECTED = "北京市西城区金融街社区卫生服务中心"


def load_watch() -> int:
    """Promise that the pages of watching over rights have something to show; answers how many lists were signed.

    The first centre's manager leaves her doctors and her list to whoever tries the demonstration; two others are late too.
    """
    last_month = before(today().replace(day=1))
    since = datetime.combine(last_month, time(9), SHANGHAI)
    Institution.objects.filter(source=MARK, created_at__gte=since).update(created_at=since)
    managers = [Acting(post.user, Role.MANAGER, post) for post in _posts(Role.MANAGER)]
    done = {SUBDISTRICTS[number][0] for number in range(1, len(SUBDISTRICTS), 2)}
    for manager in managers:
        if manager.post is not None and any(f"西城区{name}社区" in manager.post.institution.name for name in done):
            _attest(manager)
    _object()
    late = {SUBDISTRICTS[number][0] for number in (0, 3, 8)}
    return sum(_signs(manager, Month(manager.post.institution, last_month), late) for manager in managers if manager.post)


def _posts(kind: Role) -> list[Post]:
    return list(Post.objects.live().complete().filter(kind=kind, institution__source=MARK).order_by("pk"))


def _attest(manager: Acting) -> None:
    """Every doctor of hers still holds the post; said twice in a quarter it is once."""
    assert manager.post is not None
    granted = Post.objects.live().filter(institution=manager.post.institution, right__status=RightStatus.GRANTED)
    rights = {post.right.public_id: True for post in granted.select_related("right") if post.right is not None}
    if rights:
        attest(rights, by=manager, now=timezone.now())


def _object() -> None:
    """The first hospital's coordinator objects to one doctor, once."""
    coordinator = next(post for post in _posts(Role.COORDINATOR) if post.institution.name == HOSPITALS[0].name)
    doctor = Post.objects.live().filter(institution__name=OBJECTED, right__status=RightStatus.GRANTED).order_by("pk").first()
    if doctor is None or doctor.right is None or RightDispute.objects.filter(institution=coordinator.institution).exists():
        return
    by = Acting(coordinator.user, Role.COORDINATOR, coordinator)
    dispute(doctor.right, coordinator.institution, reason="details", note="职称与我院备案不一致，请核对。", by=by)


def _signs(manager: Acting, month: Month, late: set[str]) -> bool:
    """A list with nothing to answer for is signed, once; one with acts waits for whoever did them."""
    if any(f"西城区{name}社区" in month.institution.name for name in late) or month.summary.acts:
        return False
    if ConductSignature.objects.filter(institution=month.institution, month=month.first).exists():
        return False
    sign(month, month.summary.digest, by=manager)
    return True
