"""Looking at the reserved places without a referral: who sees which, what the address holds, and that nothing there books."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinics import mirror
from clinics.models import Institution, Post, Service
from permissions.models import ReferralRight
from permissions.roles import Role
from referral.views.matrix import key_of
from tests.cast import a_user, sign_in
from tests.cast_referral import BONES, HEART, SUGAR, institution, today
from tests.integration.pages.scene import HALVES, Scene, published, scene

pytestmark = pytest.mark.django_db
FREE_DAY, LAST_PLACE_DAY = 4, 3


@pytest.fixture
def day(client) -> Scene:
    """A fortnight of places at 北大医院 and 宣武医院, and 周晓岚 logged in."""
    made = scene()
    sign_in(client, made.world.zhou.user, made.world.zhou)
    return made


def opened(client: Client, **wanted: str) -> str:
    """The page at an address."""
    answer = client.get(reverse("availability"), wanted)
    assert answer.status_code == 200
    return answer.content.decode()


def cell(code: str, slot_class: str, ahead: int = FREE_DAY, half: str = "am") -> str:
    """A half-day of one of the scene's services as an address names it."""
    service = Service.objects.get(department__standard_code=code, slot_class=slot_class)
    return key_of(service.public_id, today() + timedelta(days=ahead), half)


def somebody(role: Role, place: Institution) -> Client:
    """A browser in which a person with a post of this kind is logged in."""
    user, client = a_user("陆明远"), Client()
    post = Post.objects.create(user=user, institution=place, kind=role, valid_from=timezone.now())
    with transaction.atomic():
        mirror.mirror([user.pk])
    sign_in(client, user, post)
    return client


def far_hospital(day: Scene, short: str = "复兴") -> tuple[Institution, Service]:
    """A hospital in nobody's alliance, with cardiology places of its own."""
    far = institution(day.world.district, f"{short}医院", short, level="3")
    department = day.world.department(far, HEART)
    service = Service.objects.create(institution=far, department=department, slot_class="general", title="attending", name="心内")
    published(service.pools.create(share="0.300", valid_from=today() - timedelta(days=30)), HALVES, 2)
    return far, service


def reach(day: Scene, *hospitals: Institution) -> None:
    """周晓岚's right reaches these too."""
    since, post = timezone.now() - timedelta(days=1), day.world.zhou
    for hospital in hospitals:
        post.right.target_grants.create(institution=hospital, valid_from=since, granted_by=day.world.admin, reason="专科")
    with transaction.atomic():
        mirror.mirror([post.user_id])


def test_a_doctor_sees_fourteen_days_of_the_hospitals_she_may_refer_to(client, day):
    _far, foreign = far_hospital(day)

    page = opened(client, department=HEART)
    beyond = opened(client, department=HEART, cell=key_of(foreign.public_id, today() + timedelta(days=FREE_DAY), "am"))

    assert "今后 14 天" in page
    assert "<b>北大医院</b>" in page
    assert "<b>宣武医院</b>" in page
    assert "复兴" not in page
    assert "复兴" not in beyond
    assert "先选半天" in beyond


def test_hospitals_of_the_posts_alliance_come_first(client, day):
    far, _service = far_hospital(day)
    reach(day, far)

    page = opened(client, department=HEART)

    assert page.index("<b>北大医院</b>") < page.index("<b>宣武医院</b>") < page.index("<b>复兴</b>")


def test_a_half_day_shows_its_bands_and_the_pick_up_place_but_nothing_to_book_with(client, day):
    page = opened(client, department=BONES, cell=cell(BONES, "general"))
    last = opened(client, department=BONES, cell=cell(BONES, "general", LAST_PLACE_DAY))

    assert page.count('<span class="band">') == 2
    assert page.count("余 2") == 2
    assert "门诊楼一层2号窗口" in page
    assert last.count('<span class="band">') == 1
    assert last.count("约满") > opened(client, department=BONES).count("约满")
    assert "slot=" not in page
    assert "pool_slot" not in page
    assert "先接诊并写转诊，再在转诊单上选号。" in page
    assert f'href="{reverse("patients")}"' in page


def test_the_filters_stand_in_the_address_and_stay_in_every_link(client, day):
    xuanwu = str(day.world.other_hospital.public_id)

    page = opened(client, department=HEART, institution=xuanwu, slot_class="expert_chief", promise="1")
    nothing = opened(client, department=SUGAR, slot_class="expert_chief")
    unknown = opened(client, department="99.99", institution="x", slot_class="y", cell="z", slot="\0")

    assert f"?department={HEART}&amp;institution={xuanwu}&amp;slot_class=expert_chief&amp;promise=1&amp;cell=" in page
    assert "<b>北大医院</b>" not in page
    assert "没有符合条件的门诊" in nothing
    assert "只显示您的转诊权限可转的医院和科室。" in nothing
    assert "<b>北大医院</b>" in unknown


def test_without_a_right_in_force_the_page_says_so_and_shows_no_place(client, day):
    ReferralRight.objects.filter(pk=day.world.zhou.right_id).update(valid_to=timezone.now() - timedelta(hours=1))

    page = opened(client, department=HEART, cell=cell(HEART, "general"))

    assert "暂不能查看号源" in page
    assert "北大医院" not in page[page.index("<h1") : page.index("<aside")]
    assert 'class="matrix"' not in page


def test_a_coordinator_starts_at_her_week_and_sees_the_places_of_her_own_hospital_only(day):
    client = somebody(Role.COORDINATOR, day.world.hospital)

    start = client.get(reverse("home"))
    page = opened(client, department=HEART)
    foreign = opened(client, department=HEART, cell=cell(HEART, "expert_chief"))

    assert start["Location"] == reverse("week")
    assert "<b>北大医院</b>" in page
    assert "宣武医院" not in page
    assert "宣武医院" not in foreign
    assert "全部，1 家" in page
    assert "先接诊" not in page


@pytest.mark.parametrize("role", [Role.WINDOW_CLERK, Role.RECEIVING_DOCTOR])
def test_who_may_not_see_reserved_places_is_refused(day, role):
    answer = somebody(role, day.world.hospital).get(reverse("availability"))

    assert answer.status_code == 403
    assert "宣武医院" not in answer.content.decode()


def test_a_fortnight_costs_no_more_queries_with_more_hospitals(client, day):
    wanted = {"department": HEART, "cell": cell(HEART, "expert_associate")}
    opened(client, **wanted)
    with CaptureQueriesContext(connection) as few:
        opened(client, **wanted)
    reach(day, *(far_hospital(day, f"院{number}")[0] for number in range(3)))

    with CaptureQueriesContext(connection) as many:
        page = opened(client, **wanted)

    assert "<b>院2</b>" in page
    assert len(many) == len(few) <= 24
