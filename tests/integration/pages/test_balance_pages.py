"""The pages of balancing: compliance, places ahead, places that came back, shares; and the same by program."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from clinics.models import ClinicSession, Institution
from permissions.acting import Acting
from permissions.roles import Role
from reserved_pools import release
from reserved_pools.models import PlacesTaken, PoolSlot, Rebalancing
from tests.cast import a_district, a_user, an_admin, bearer, sign_in
from tests.cast_balance import a_clinic, a_session, book, closing, history, left_in, next_monday, places_in
from tests.cast_clinics import a_coordinator, a_department, a_hospital, a_post
from vault.audit.models import AuditEntry

pytestmark = pytest.mark.django_db
EMPTY, FULL = (2, 1, 1, 0, 0, 0, 0, 0, 0, 0), (8, 8, 8, 8, 8, 7, 5, 3, 2, 0)


class Stand:
    """北大医院 with a department whose Monday stays half empty and whose Wednesday fills, and its coordinator's browser."""

    def __init__(self) -> None:
        self.hospital = a_hospital()
        self.department = a_department(self.hospital, name="心血管内科")
        general, expert = a_clinic(self.department), a_clinic(self.department, expert=True, share="0.700")
        self.monday = a_session(general, next_monday())
        self.wednesday = a_session(general, next_monday() + timedelta(days=2))
        self.expert = a_session(expert, next_monday() + timedelta(days=1), capacity=30)
        history(general, self.monday.date, EMPTY, published=6)
        history(general, self.wednesday.date, FULL, published=8)
        self.by = a_coordinator(self.hospital)
        self.browser = browser_of(self.by)

    @property
    def week(self) -> dict[str, str]:
        return {"first": self.monday.date.isoformat(), "last": (self.monday.date + timedelta(days=6)).isoformat()}

    def choice(self, places: int, to: ClinicSession | None = None) -> str:
        target = to.public_id if to else ""
        return f"{self.monday.public_id}:{target}:{places}:{places_in(self.monday)}:{left_in(self.monday)}"

    def api(self, method: str, path: str, by: Acting | None = None, seen: str = "", data: Any = None) -> Any:
        acting = by or self.by
        headers = bearer(acting.user, acting.post) | ({"If-Match": seen} if seen else {})
        more = {} if method == "get" else {"data": data, "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/v1/{path}", headers=headers, **more)


def browser_of(acting: Acting) -> Client:
    client = Client()
    sign_in(client, acting.user, acting.post)
    return client


@pytest.fixture
def stand() -> Stand:
    return Stand()


def page_of(browser: Client, name: str, **asked: str) -> str:
    answer = browser.get(reverse(name), asked)
    assert answer.status_code == 200
    return answer.content.decode()


def queries(browser: Client, name: str, **asked: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        page_of(browser, name, **asked)
    return len(caught)


def test_the_district_sees_all_hospitals_what_is_short_first_and_a_coordinator_her_own(stand: Stand) -> None:
    other = a_session(a_clinic(a_department(a_hospital("宣武医院"))), stand.monday.date)
    PoolSlot.objects.filter(slot__session=other).update(published=0)
    foreign = a_hospital("通州医院", district=a_district("110112", "通州区"))
    a_session(a_clinic(a_department(foreign)), stand.monday.date)
    admin = Client()
    sign_in(admin, an_admin())

    district, own = page_of(admin, "compliance", **stand.week), page_of(stand.browser, "compliance", **stand.week)

    assert district.index(other.service.institution.name) < district.index(stand.hospital.name)
    assert "预留不足" in district
    assert foreign.name not in district
    assert (stand.hospital.name in own, other.service.institution.name in own) == (True, False)


def test_compliance_leads_from_the_hospital_to_the_department_and_its_week(stand: Stand) -> None:
    hospital = {"hospital": str(stand.hospital.public_id)}
    department = hospital | {"department": str(stand.department.public_id)}
    year, number, _day = stand.monday.date.isocalendar()

    assert "心血管内科" in page_of(stand.browser, "compliance", by="department", **hospital, **stand.week)
    assert f"{year}-W{number:02d}" in page_of(stand.browser, "compliance", by="week", **department, **stand.week)


def test_days_that_cannot_be_are_said_so_beside_this_weeks_figures(stand: Stand) -> None:
    wrong = (("2026-13-01", "2026-11-01"), ("2026-11-30", "2026-11-01"), ("2020-01-01", "2026-01-01"), ("2026-11-01", ""))

    for first, last in wrong:
        answer = stand.browser.get(reverse("compliance"), {"first": first, "last": last})
        assert (answer.status_code, "处要改" in answer.content.decode()) == (422, True)


def test_compliance_is_taken_away_as_a_sheet_and_the_taking_is_known(stand: Stand) -> None:
    answer = stand.browser.post(
        f"{reverse('compliance_export')}?by=week&first={stand.week['first']}&last={stand.week['last']}", {"as": "xlsx"}
    )

    sheet = list(load_workbook(io.BytesIO(answer.getvalue() if answer.streaming else answer.content)).active.values)
    assert (len(sheet), len(sheet[0]), sheet[1][:2]) == (2, 23, (stand.hospital.name, "心血管内科"))
    entry = AuditEntry.objects.get(verb="export")
    assert (entry.details["list"], entry.details["rows"], entry.details["filters"]["by"]) == ("compliance", 1, "week")


def test_the_number_of_queries_does_not_grow_with_what_is_shown(stand: Stand) -> None:
    names = ("compliance", "pools", "released", "pool_shares")
    before = [queries(stand.browser, name) for name in names]

    for number in range(3):
        department = a_department(stand.hospital, name=f"骨科{number}")
        clinic = a_clinic(department)
        for day in range(4):
            session = a_session(clinic, next_monday() + timedelta(days=day))
            history(clinic, session.date, EMPTY, published=6)
            closing(session) if day == 3 else None
    release.close_due()
    after = [queries(stand.browser, name) for name in names]

    assert all(count <= 45 for count in after), after
    assert [late - early for early, late in zip(before, after, strict=True)][:2] == [0, 0]
    assert all(late - early <= 3 for early, late in zip(before, after, strict=True)), (before, after)


def test_the_page_shows_what_is_expected_and_why_nothing_is_where_nothing_is_known(stand: Stand) -> None:
    page = page_of(stand.browser, "pools")

    assert "近 8 周" in page
    assert "<b>4.0</b>" in page
    assert "可比班次太少" in page
    assert stand.choice(4, stand.wednesday) in page


def test_one_click_accepts_a_proposal_and_a_second_one_is_told_the_new_numbers(stand: Stand) -> None:
    choice = {"choice": stand.choice(4, stand.wednesday)}

    first, second = (stand.browser.post(reverse("pools"), choice) for _click in range(2))

    assert (first.status_code, second.status_code) == (302, 409)
    assert (places_in(stand.monday), places_in(stand.wednesday)) == (2, 10)
    assert Rebalancing.objects.count() == 1
    assert "请看新的数字" in second.content.decode()


def test_all_possible_proposals_are_accepted_each_with_its_own_answer(stand: Stand) -> None:
    stale = stand.choice(2).rpartition(":")[0] + ":1"

    answer = stand.browser.post(reverse("pools"), {"act": "all", "choice": [stand.choice(4, stand.wednesday), stale]})

    page = answer.content.decode()
    assert (answer.status_code, page.count('tag ok">已完成'), page.count('tag bad">未调整')) == (200, 1, 1)
    assert Rebalancing.objects.count() == 1


def test_a_choice_no_page_offered_moves_nothing(stand: Stand) -> None:
    own = str(stand.monday.public_id)
    wrong = ("", "x", "::::", "1:2:3:4:5", f"{own}::0:6:6", f"{own}::99:6:6", f"{own}::１:6:6", f"{own}:{own}:1:6:6")

    answers = [stand.browser.post(reverse("pools"), {"choice": choice}).status_code for choice in wrong]

    assert all(400 <= status < 500 for status in answers), answers
    assert (places_in(stand.monday), Rebalancing.objects.count()) == (6, 0)


def test_a_move_below_the_floor_is_refused_with_the_rule_by_page_and_by_program(stand: Stand) -> None:
    PoolSlot.objects.filter(slot__session=stand.expert).update(published=0)

    page = stand.browser.post(reverse("pools"), {"choice": stand.choice(2)})
    body = {"from_session": str(stand.monday.public_id), "places": 2, "reserved": 6, "left": 6}
    answer = stand.api("post", "rebalancings", data=body)

    assert (page.status_code, answer.status_code) == (422, 422)
    assert "预留30%以上号源" in page.content.decode()
    (violation,) = answer.json()["violations"]
    assert (answer.json()["code"], violation["rule"], "预留30%以上号源" in violation["quote"]) == ("below_floor", "R040", True)
    assert not Rebalancing.objects.exists()


def test_a_move_is_taken_back_on_the_page_once(stand: Stand) -> None:
    stand.browser.post(reverse("pools"), {"choice": stand.choice(4, stand.wednesday)})
    done = Rebalancing.objects.get()
    undo = reverse("rebalancing_undo", args=[done.public_id])

    first, second = (stand.browser.post(undo) for _click in range(2))
    stranger = browser_of(a_coordinator(a_hospital())).post(undo)

    assert (first.status_code, second.status_code, stranger.status_code) == (302, 409, 404)
    assert places_in(stand.monday) == 6
    assert AuditEntry.objects.filter(verb="undo_rebalance").count() == 1


def test_the_program_reads_what_lies_ahead_moves_and_takes_back(stand: Stand) -> None:
    (best, *_others) = stand.api("get", "pools/forecasts").json()["results"]
    proposal = best["proposal"]
    body = {"from_session": best["session"], "to_session": proposal["to_session"], "places": proposal["places"]}

    made = stand.api("post", "rebalancings", data=body | {"reserved": best["reserved"], "left": best["left"]})
    again = stand.api("post", "rebalancings", data=body | {"reserved": best["reserved"], "left": best["left"]})
    undone = stand.api("post", f"rebalancings/{made.json()['id']}/undo")

    assert (best["expected_unused"], best["low"], proposal["places"], proposal["breaks"]) == ("4.0", 4, 4, [])
    assert (made.status_code, again.status_code, undone.status_code) == (201, 409, 200)
    assert again.json()["current"]["reserved"] == 2
    assert stand.api("get", "rebalancings").json()["results"][0]["undone_at"]


def test_a_share_is_read_and_set_by_program_and_by_page(stand: Stand) -> None:
    pool = stand.monday.service.pools.get()
    path = f"pools/{pool.public_id}"

    read = stand.api("get", path)
    blind = stand.api("put", path, data={"share": "0.400"})
    low = stand.api("put", path, data={"share": "0.299"}, seen=read["ETag"])
    done = stand.api("put", path, data={"share": "0.400"}, seen=read["ETag"])
    stale = stand.api("put", path, data={"share": "0.450"}, seen=read["ETag"])

    assert [one.status_code for one in (read, blind, low, done, stale)] == [200, 428, 422, 200, 409]
    assert low.json()["violations"][0]["rule"] == "R040"
    form = {"pool": str(pool.public_id), "version": "400"}
    answers = [stand.browser.post(reverse("pool_shares"), form | {"share": share}) for share in ("29.9", "x", "35.55", "101", "45.5")]
    pool.refresh_from_db()
    assert ([one.status_code for one in answers], str(pool.share)) == ([422, 400, 400, 400, 302], "0.455")
    stranger = a_coordinator(a_hospital())
    assert stand.api("get", path, stranger).status_code == 404
    assert browser_of(stranger).post(reverse("pool_shares"), form | {"share": "50"}).status_code == 404


def test_what_came_back_is_taken_over_on_the_page_and_listed_in_a_file(stand: Stand) -> None:
    book(stand.monday)
    closing(stand.monday)
    release.close_due()
    day = {"hospital": str(stand.hospital.public_id), "date": stand.monday.date.isoformat()}
    page = page_of(stand.browser, "released")
    assert "我院已接收 19 个" in page
    last = page.split('name="up_to" value="')[1].split('"')[0]

    answers = [stand.browser.post(reverse("released"), day | {"up_to": last, "seen": seen}) for seen in ("18", "19", "19")]
    file = stand.browser.post(reverse("released_export"), day | {"as": "csv"})

    assert [one.status_code for one in answers] == [409, 302, 302]
    assert PlacesTaken.objects.get().places == 19
    assert "我院已接收" not in page_of(stand.browser, "released")
    rows = b"".join(file.streaming_content).decode().splitlines()
    assert sum(int(row.split(",")[7]) for row in rows[1:]) == 19
    stranger = browser_of(a_coordinator(a_hospital()))
    assert [stranger.post(reverse(name), day | {"up_to": last, "seen": "19"}).status_code for name in ("released", "released_export")] == [
        404,
        404,
    ]


def test_what_came_back_is_read_and_taken_over_by_program(stand: Stand) -> None:
    closing(stand.monday)
    release.close_due()
    day = stand.monday.date.isoformat()
    listed = stand.api("get", f"released-places?date={day}").json()["results"]
    last = max(one["up_to"] for one in listed)

    taken = [stand.api("post", "released-places/acknowledge", data={"date": day, "up_to": last}) for _time in range(2)]
    wrong = stand.api("post", "released-places/acknowledge", data={"date": day, "up_to": last + 1000})

    assert sum(one["places"] for one in listed) == 20
    assert [(one.status_code, one.json()["places"]) for one in taken] == [(201, 20), (201, 20)]
    assert (wrong.status_code, PlacesTaken.objects.count()) == (400, 1)
    assert all(one["taken_over_at"] for one in stand.api("get", f"released-places?date={day}").json()["results"])


def test_compliance_by_program_gives_the_same_figures(stand: Stand) -> None:
    path = f"compliance?from={stand.week['first']}&to={stand.week['last']}&by=week"

    (row,) = stand.api("get", path).json()["results"]

    assert (row["department_name"], row["week"], row["offered"], row["verdicts"]) == ("心血管内科", stand.week["first"], 29, ["fine"])
    assert (row["reserved_share"], row["reserved_floor"], row["kept"]) == ("0.4531", "0.3000", row["promised"])


def test_nobody_else_opens_these_doors(stand: Stand) -> None:
    for role in (Role.FAMILY_DOCTOR, Role.MANAGER, Role.RECEIVING_DOCTOR, Role.WINDOW_CLERK):
        post = a_post(a_user("陆明远"), stand.hospital, role)
        browser = Client()
        sign_in(browser, post.user, post)

        pages = [browser.get(reverse(name)).status_code for name in ("compliance", "pools", "pool_shares", "released")]
        posts = [browser.post(reverse(name)).status_code for name in ("compliance_export", "released_export", "pools", "released")]

        assert set(pages + posts) == {403}, role


def test_a_hospital_without_clinics_has_empty_pages() -> None:
    browser = browser_of(a_coordinator(Institution.objects.get(pk=a_hospital().pk)))

    pages = {name: page_of(browser, name) for name in ("compliance", "pools", "pool_shares", "released")}

    assert "无出诊" in pages["compliance"]
    assert all('class="empty"' in pages[name] for name in ("pools", "pool_shares", "released"))
