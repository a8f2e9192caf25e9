"""What the preview of a value says fits the value: only what it governs is counted, and an end is previewed as a beginning is."""

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import PolicyRow, PolicySetChoice
from clinics.policy.judging import NewRow, parameter_named
from clinics.policy.sets import SETS
from reserved_pools.policy_effects import Effects, effects_of, effects_of_end
from reserved_pools.policy_set_effects import effects_of_set
from tests.cast import sign_in
from tests.cast_clinics import a_centre, a_department, a_plan, a_service, in_days, published
from tests.cast_referral import SUGAR
from tests.integration.policy.cast_policy import SOURCE, Desk
from tests.integration.policy.test_pages import form, page
from tests.integration.policy.test_set_pages import form as choice_form

pytestmark = pytest.mark.django_db
PUBLISHED_BY = "按新值放号"
KEEPS = "沿用自己的值"
SAME = "那里现在就是这个值"


def effects(desk: Desk, key: str, value: str) -> Effects:
    return effects_of(parameter_named(key), NewRow(desk.scope(), value, in_days(2), SOURCE))


def shown(admin: Client, key: str, value: str) -> str:
    return str(admin.post(reverse("policy_value", args=[key]), form("preview", value=value)).content.decode())


def test_only_bands_whose_window_really_changes_are_counted(desk: Desk) -> None:
    sugar = a_department(desk.hospital, SUGAR)
    published(a_plan(a_service(desk.heart), in_days(5)), a_plan(a_service(sugar), in_days(5)))
    desk.row("booking_cutoff", "10:00", sugar)

    assert effects(desk, "near_term_days", "5").open_bands == 0  # nothing is kept for the last days
    assert effects(desk, "booking_cutoff", "11:30").open_bands == 14
    assert effects_of_set(SETS["xicheng-2018"], {"booking_cutoff"}, desk.hospital.district, in_days(2)).bands == 0


def test_a_documents_bands_are_those_that_really_move(desk: Desk) -> None:
    sugar = a_department(desk.hospital, SUGAR)
    published(a_plan(a_service(desk.heart), in_days(5)), a_plan(a_service(sugar), in_days(5)))
    desk.row("booking_cutoff", "12:00", start=in_days(1))
    desk.row("booking_cutoff", "10:00", sugar)

    assert effects_of_set(SETS["xicheng-2018"], {"booking_cutoff"}, desk.hospital.district, in_days(2)).bands == 14


def test_a_share_leaves_out_the_department_whose_own_value_stays(desk: Desk) -> None:
    sugar = a_department(desk.hospital, SUGAR)
    published(a_plan(a_service(desk.heart), in_days(5)), a_plan(a_service(sugar), in_days(5)))
    desk.row("reserved_share", "0.60", sugar)

    assert effects(desk, "reserved_share", "0.350").sessions == 1


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("cancel_cutoff", "14:00", "已作的预约沿用自己的值"),
        ("late_rule", "in_band", "办理预约和就诊按新值执行"),
        ("reminder_time", "16:00", "办理预约和就诊按新值执行"),
        ("service_hours_from", "08:00", "办理预约和就诊按新值执行"),
        ("cool_down_minutes_least", "45", "退回的号按新值冷却"),
        ("stop_notice_days", "9", "排班、停诊和患者名单按新值执行"),
        ("right_dormant_days", "60", "权限、登记和月度名单按新值执行"),
        ("evaluation_missed", "0.05", "月度评价自首日起按新值计算"),
    ],
)
def test_a_value_is_told_in_the_words_of_what_it_governs(admin: Client, desk: Desk, key: str, value: str, words: str) -> None:
    published(a_plan(a_service(desk.heart), in_days(5)))

    text = shown(admin, key, str(int(float(value) * 100)) if "." in value else value)

    assert words in text
    assert PUBLISHED_BY not in text
    assert "变动的时段" not in text


def test_the_same_value_changes_nothing_and_is_nobodys_own(admin: Client, desk: Desk) -> None:
    desk.row("cancel_cutoff", "14:00")
    assert (effects(desk, "cancel_cutoff", "14:00").unchanged, effects(desk, "cancel_cutoff", "14:00").is_same) == (0, True)

    text = shown(admin, "cancel_cutoff", "14:00")

    assert SAME in text
    assert KEEPS not in text


def test_only_who_has_a_value_of_its_own_keeps_it(desk: Desk) -> None:
    desk.row("cancel_cutoff", "09:00", desk.other)

    found = effects(desk, "cancel_cutoff", "14:00")

    assert ([one.institution for one in found.places], found.unchanged) == ([desk.hospital], 1)


def test_a_hospitals_value_names_no_community_centre(desk: Desk) -> None:
    centre = a_centre(district=desk.hospital.district)

    assert centre not in [one.institution for one in effects(desk, "cancel_cutoff", "14:00").places]
    assert centre in [one.institution for one in effects(desk, "draft_expires_days", "20").places]


def test_before_an_end_is_asked_for_or_approved_the_page_says_what_it_changes(admin: Client, desk: Desk) -> None:
    published(a_plan(a_service(desk.heart), in_days(5)))
    row = desk.row("booking_cutoff", "11:30")
    address, asked = reverse("policy_row", args=[row.public_id]), {"ends_on": in_days(3).isoformat(), "version": "2"}
    assert "变动的时段" not in page(admin, "policy_row", row.public_id)

    text = admin.post(address, asked | {"act": "preview_end"}).content.decode()

    assert "14 个已放号时段" in text
    assert f"若自 {in_days(3).isoformat()} 起停用" in text
    held = PolicyRow.objects.get()
    assert (held.version, held.ends_on, held.valid_to) == (2, None, None)
    assert admin.post(address, asked | {"act": "preview_end", "ends_on": in_days(-1).isoformat()}).status_code == 400
    admin.post(address, asked | {"act": "ask_end"})
    assert "14 个已放号时段" in page(admin, "policy_row", row.public_id)
    assert effects_of_end(row, in_days(9)).open_bands == 0  # the published day lies before it


def test_before_a_document_ends_or_is_undone_the_page_says_what_it_changes(admin: Client, desk: Desk) -> None:
    published(a_plan(a_service(desk.heart), in_days(5)))
    desk.row("booking_cutoff", "12:00", start=in_days(1))
    admin.post(reverse("policy_set", args=["xicheng-2018"]), choice_form(parameters=["booking_cutoff"]))
    choice = PolicySetChoice.objects.get()
    address = reverse("policy_choice", args=[choice.public_id])
    other = Client()
    sign_in(other, desk.second.user)
    assert other.post(address, {"act": "approve", "version": "1", "knows_draft": "1"}).status_code == 302

    undone = page(admin, "policy_choice", choice.public_id)
    assert "14 个已放号时段" in undone
    assert "若自" in undone
    PolicySetChoice.objects.update(valid_from=in_days(0))
    assert "若自" not in page(admin, "policy_choice", choice.public_id)
    before = PolicySetChoice.objects.values().get()
    text = admin.post(address, {"act": "preview_end", "ends_on": in_days(3).isoformat(), "version": "2"}).content.decode()
    assert "14 个已放号时段" in text
    assert PolicySetChoice.objects.values().get() == before
