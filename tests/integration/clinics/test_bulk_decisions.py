"""Many rights decided at once: seen one by one first, each in its own transaction, told one by one; and the list as a file."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event as Flag
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from clinics.models import BulkDecision, Post, TargetGrant
from clinics.watch.bulk import Wish, chosen_rights, decide, forecast
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from permissions.roles import Role
from tests.cast import a_district, a_right, a_user, acting_as, an_admin, bearer, sign_in
from tests.cast_clinics import a_centre, a_grant, a_hospital, a_post, in_days
from vault.models import AuditEntry
from vault.refusal import Refusal
from vault.states import history

pytestmark = pytest.mark.django_db


def a_doctor(name: str = "周晓岚", **fields: object) -> Post:
    right = a_right(a_user(name), **fields)  # type: ignore[arg-type]
    return a_post(right.user, right=right)


def statuses(*posts: Post) -> list[str]:
    return [ReferralRight.objects.get(pk=post.right_id).status for post in posts]


def seen(*posts: Post) -> dict[object, int]:
    return {post.right.public_id: post.right.version for post in posts}


def test_the_forecast_says_for_each_right_what_would_happen() -> None:
    granted, suspended, over = a_doctor(), a_doctor("沈佳", status=RightStatus.SUSPENDED), a_doctor("马晓东", status=RightStatus.REVOKED)
    admin, now = acting_as(an_admin()), timezone.now()
    chosen = chosen_rights(list(seen(granted, suspended, over)), by=admin)

    acts = ("suspend", "revoke", "extend")
    possible = {act: [not line.obstacle for line in forecast(Wish(act, last_day=in_days(400)), chosen, now)] for act in acts}

    assert possible == {"suspend": [True, False, False], "revoke": [True, True, False], "extend": [True, False, False]}


def test_each_right_is_decided_for_itself_and_the_same_key_is_the_same_decision() -> None:
    one, two, stale = a_doctor(), a_doctor("沈佳"), a_doctor("马晓东")
    admin, now = acting_as(an_admin()), timezone.now()
    versions = seen(one, two) | {stale.right.public_id: 7}

    made = decide(Wish("revoke", "moved", "调岗通知"), versions, key="attempt-1", by=admin, now=now)
    again = decide(Wish("revoke", "moved", "调岗通知"), versions, key="attempt-1", by=admin, now=now)
    with pytest.raises(Refusal, match="idempotency_mismatch"):
        decide(Wish("suspend", "leave"), versions, key="attempt-1", by=admin, now=now)

    assert [line["code"] for line in made.results] == ["done", "done", "stale_state"]
    assert statuses(one, two, stale) == ["revoked", "revoked", "granted"]
    assert (again.pk, BulkDecision.objects.count()) == (made.pk, 1)
    entry = AuditEntry.objects.get(verb="decide_in_bulk")
    assert (entry.details["rights"], entry.details["done"], entry.reason) == (3, 2, "moved")


@pytest.mark.django_db(transaction=True)
def test_a_right_somebody_else_holds_is_told_as_busy_and_the_others_go_on() -> None:
    one, two = a_doctor(), a_doctor("沈佳")
    admin, held, go = acting_as(an_admin()), Flag(), Flag()

    def hold() -> None:
        with transaction.atomic():
            ReferralRight.objects.locked().get(pk=one.right_id)
            held.set()
            go.wait(20)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        assert held.wait(10)
        made = decide(Wish("suspend", "leave"), seen(one, two), key="attempt-1", by=admin, now=timezone.now())
        go.set()
        holding.result(10)

    assert [line["code"] for line in made.results] == ["busy", "done"]
    assert statuses(one, two) == ["granted", "suspended"]


def test_extending_moves_the_last_day_of_the_right_and_of_its_targets() -> None:
    post = a_doctor()
    a_grant(post.right, a_hospital(), valid_to=post.right.valid_to)
    a_grant(post.right, a_hospital(), valid_to=timezone.now() + timedelta(days=9))
    admin = acting_as(an_admin())

    decide(Wish("extend", last_day=in_days(500)), seen(post), key="attempt-1", by=admin, now=timezone.now())

    right = ReferralRight.objects.get(pk=post.right_id)
    ends = sorted(TargetGrant.objects.values_list("valid_to", flat=True))
    assert timezone.localtime(right.valid_to).date() == in_days(501)
    assert (ends[1], ends[0] < right.valid_to, right.version) == (right.valid_to, True, 2)
    assert [(event.event, event.target) for event in history(right.public_id)] == [("extend", "granted")]


@pytest.mark.parametrize(
    "wish",
    [
        Wish("explode", "moved"), Wish("suspend", "moved"), Wish("revoke", ""), Wish("revoke", "moved", "长" * 201), Wish("extend"),
        Wish("extend", last_day=in_days(-1)), Wish("extend", last_day=in_days(3000)),
    ],
    ids=["act", "reason of another act", "no reason", "long note", "no day", "over", "too far"],
)  # fmt: skip
def test_a_wish_that_cannot_be_is_refused_as_a_whole(wish: Wish) -> None:
    post = a_doctor()

    with pytest.raises(Refusal, match="invalid_input"):
        decide(wish, seen(post), key="attempt-1", by=acting_as(an_admin()), now=timezone.now())

    assert (statuses(post), BulkDecision.objects.count()) == (["granted"], 0)


def test_rights_of_another_district_are_not_found_and_managers_decide_nothing() -> None:
    post, elsewhere = a_doctor(), a_right(a_user("外人", district=a_district("110105", "朝阳区")))
    manager = a_post(a_user("赵德生"), post.institution, Role.MANAGER)
    wish, now = Wish("revoke", "moved"), timezone.now()

    with pytest.raises(Refusal, match="not_found"):
        decide(wish, seen(post) | {elsewhere.public_id: 1}, key="attempt-1", by=acting_as(an_admin()), now=now)
    with pytest.raises(Refusal, match="not_allowed"):
        decide(wish, seen(post), key="attempt-2", by=acting_as(manager.user, manager), now=now)

    assert (statuses(post), elsewhere.status, BulkDecision.objects.count()) == (["granted"], "granted", 0)


def test_from_the_ticked_list_to_the_results(client: Client, django_assert_max_num_queries: object) -> None:
    posts = [a_doctor(f"医生{number}") for number in range(8)]
    over = a_doctor("已撤", status=RightStatus.REVOKED)
    sign_in(client, an_admin())
    ticked = {"act": "suspend", "right": [str(post.right.public_id) for post in [*posts, over]]}

    listed = client.get(reverse("rights")).content.decode()
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        preview = client.get(reverse("rights_decide"), ticked).content.decode()
    typed = {"act": "suspend", "reason": "leave", "note": "", "key": str(uuid4()), "right": [f"{p.right.public_id}.1" for p in posts]}
    done = client.post(reverse("rights_decide"), typed)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        results = client.get(done.url).content.decode()

    assert listed.count('form="bulk" name="right"') == 9
    assert preview.count(f'value="{over.right.public_id}.') == 0 and preview.count("✓ ") == 8
    assert set(statuses(*posts)) == {"suspended"}
    assert results.count("✓ ") == 8


@pytest.mark.parametrize(
    "change", [{"reason": ""}, {"right": "nonsense"}, {"key": "x"}, {"note": "a\0b"}, {"act": "explode"}],
    ids=["reason", "right", "key", "note", "act"],
)  # fmt: skip
def test_a_form_that_cannot_be_changes_nothing(client: Client, change: dict[str, str]) -> None:
    post = a_doctor()
    sign_in(client, an_admin())
    typed = {"act": "suspend", "reason": "leave", "note": "", "key": str(uuid4()), "right": f"{post.right.public_id}.1"}

    answer = client.post(reverse("rights_decide"), typed | change)

    assert (answer.status_code, statuses(post), BulkDecision.objects.count()) == (400, ["granted"], 0)


def test_by_program_with_preview_extension_and_key(client: Client) -> None:
    post, head = a_doctor(), bearer(an_admin())
    body = {"act": "suspend", "rights": [f"{post.right.public_id}.2"], "reason": "leave"}

    def send(path: str, given: object, **headers: str) -> object:
        return client.post(f"/api/v1/{path}", given, content_type="application/json", headers=head | headers)

    longer = send(f"rights/{post.right.public_id}/extend", {"valid_to": in_days(500).isoformat()}, **{"If-Match": 'W/"1"'})
    shorter = send(f"rights/{post.right.public_id}/extend", {"valid_to": in_days(30).isoformat()}, **{"If-Match": 'W/"2"'})
    preview = send("rights/bulk/preview", body)
    without = send("rights/bulk", body)
    done = send("rights/bulk", body, **{"Idempotency-Key": "attempt-0001"})

    assert (longer.status_code, longer.json()["version"], shorter.status_code) == (200, 2, 400)  # type: ignore[attr-defined]
    assert preview.json()["results"] == [{"right": str(post.right.public_id), "possible": True, "obstacle": ""}]  # type: ignore[attr-defined]
    assert (without.status_code, done.status_code, done.json()["results"][0]["code"]) == (400, 201, "done")  # type: ignore[attr-defined]
    assert statuses(post) == ["suspended"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"kind": "regional_specialist"}, {"沈佳"}),
        ({"ends": "60"}, {"马晓东"}),
        ({"rest": "dormant"}, {"罗一鸣"}),
        ({"kind": "nonsense", "ends": "7", "rest": "x", "word": "y"}, {"周晓岚", "沈佳", "马晓东", "罗一鸣"}),
    ],
    ids=["kind", "ends", "dormant", "nonsense"],
)
def test_finer_filters_choose_and_the_file_holds_the_same(client: Client, query: dict[str, str], names: set[str]) -> None:
    a_doctor()
    specialist = a_right(a_user("沈佳"))
    a_post(specialist.user, a_hospital(), Role.REGIONAL_SPECIALIST, right=specialist)
    a_doctor("马晓东", valid_to=timezone.now() + timedelta(days=50))
    a_doctor("罗一鸣", status=RightStatus.SUSPENDED, reason_code="dormant")
    sign_in(client, an_admin())

    text = client.get(reverse("rights"), query).content.decode()
    file = client.post(f"{reverse('rights_export')}?{urlencode(query)}")
    rows = list(load_workbook(io.BytesIO(b"".join(file)), read_only=True).active.values)  # type: ignore[union-attr]

    assert {name for name in ("周晓岚", "沈佳", "马晓东", "罗一鸣") if f'scope="row">{name}' in text} == names
    assert {row[0] for row in rows[1:]} == names
    entry = AuditEntry.objects.get(verb="export")
    assert (entry.details["list"], entry.details["rows"]) == ("rights", len(names))


def test_a_name_that_looks_like_a_formula_stays_text_in_the_file(client: Client) -> None:
    post = a_doctor("=cmd()")
    a_grant(post.right, a_hospital("+医院"))
    sign_in(client, an_admin())

    text = b"".join(client.post(reverse("rights_export"), {"as": "csv"})).decode("utf-8-sig")  # type: ignore[arg-type]

    assert "'=cmd()" in text and "'+医院" in text
    assert not [cell for line in text.splitlines()[1:] for cell in line.split(",") if cell.startswith(("=", "+", "-", "@"))]


def test_a_manager_takes_the_list_of_her_own_people_only(client: Client) -> None:
    centre = a_centre()
    right = a_right(a_user("自己人"))
    a_post(right.user, centre, right=right)
    a_doctor("别人家")
    manager = a_post(a_user("赵德生"), centre, Role.MANAGER)
    sign_in(client, manager.user, manager)

    text = b"".join(client.post(reverse("rights_export"), {"as": "csv"})).decode("utf-8-sig")  # type: ignore[arg-type]

    assert "自己人" in text and "别人家" not in text


def test_extending_proposes_a_year_more_than_the_longest_has(client: Client) -> None:
    posts = [a_doctor(valid_to=timezone.now() + timedelta(days=days)) for days in (20, 365)]
    sign_in(client, an_admin())

    text = client.get(reverse("rights_decide"), {"act": "extend", "right": [str(post.right.public_id) for post in posts]}).content.decode()

    assert f'name="valid_to" value="{in_days(730).isoformat()}"' in text
    assert "可处理 2 项" in text
