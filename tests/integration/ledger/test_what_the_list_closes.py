"""What the no-show list closes: booking by oneself only, or everything doctors book too; pages and rule say the same (C4)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from referral.booking.book import book
from referral.booking.next_visit import Wish, book_next
from referral.cases.models import FollowKind
from referral.credit.models import BookingBan
from tests.cast_ways_out import Out, a_key, out
from tests.integration.ledger.test_pages import browser_of, page
from tests.nothing_written import refused

pytestmark = pytest.mark.django_db
OPEN = "只暂停自行预约，医生转诊和诊间预约不受影响"


@pytest.fixture
def cast(db: None) -> Out:
    return out()


@pytest.mark.parametrize(("covers", "closed"), [("booking", False), ("booking_and_referral", True)])
def test_the_list_closes_referral_and_consulting_room_together_or_neither(cast: Out, covers: str, closed: bool) -> None:
    visit, referral, now = cast.loop.attended(), cast.world.referral(), timezone.now()
    for patient in (visit.patient, referral.patient):
        BookingBan.objects.get_or_create(
            patient=patient, district=cast.world.district, valid_from=now - timedelta(days=1), valid_to=now + timedelta(days=9),
            covers=covers, policy={},
        )  # fmt: skip
    place, direct = cast.place(6), cast.direct()
    browser = browser_of(cast.doctor)

    shown = page(browser.get(reverse("book", args=[referral.public_id])))
    for act in (
        lambda: book(referral=referral.public_id, pool_slot=place.public_id, version=1, key=a_key(), by=cast.doctor),
        lambda: book_next(visit.public_id, Wish(direct.public_id, FollowKind.NEXT, "复查"), key=a_key(), by=cast.cardiologist),
    ):
        if closed:
            assert [one.rule for one in refused("banned", act).violations] == ["R136"]
        else:
            act()

    for one in (place, direct):
        one.refresh_from_db()
    assert [place.claimed, direct.claimed] == ([0, 0] if closed else [1, 1])
    assert (OPEN in shown, "名单" in shown) == (not closed, True)
    assert ("期满前不能预约" in shown) == closed
