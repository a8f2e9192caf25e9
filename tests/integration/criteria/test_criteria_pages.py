"""The lists of criteria on pages and by program: empty, written, pasted, decided, copied, taken away."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from clinics.models import CriteriaSet
from permissions.acting import Acting
from tests.cast import bearer, sign_in
from tests.cast_clinics import in_days, today
from tests.integration.criteria.cast_criteria import KNEE, SOURCE, STABLE, a_draft, a_list
from vault.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client, first: Acting) -> Client:
    sign_in(client, first.user)
    return client


def browser(who: Acting) -> Client:
    made = Client()
    sign_in(made, who.user)
    return made


def page(client: Client, name: str, *ids: object) -> str:
    answer = client.get(reverse(name, args=ids))
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def act(client: Client, made: CriteriaSet, does: str, **fields: Any) -> Any:
    made.refresh_from_db()
    return client.post(reverse("criteria_set", args=[made.public_id]), {"act": does, "version": made.version} | fields)


def test_without_a_list_the_page_says_that_the_annex_was_not_supplied(admin: Client) -> None:
    text = page(admin, "criteria")

    assert "该附件不在本产品的依据文件之列，也未提供" in text
    assert reverse("criteria") in page(admin, "policy")


def test_a_list_is_begun_filled_handed_in_and_approved_on_pages(admin: Client, second: Acting) -> None:
    answer = admin.post(reverse("criteria_new"), {"title": "转诊标准", "source": SOURCE, "valid_from": today().isoformat()})
    made = CriteriaSet.objects.get()
    assert answer.headers["Location"] == reverse("criteria_set", args=[made.public_id])
    line = {"disease": "膝骨关节炎", "codes": "m17", "direction": "up", "text": "保守治疗无效", "text_en": ""}
    assert act(admin, made, "add", **line).status_code == 302
    assert act(admin, made, "paste", lines="高血压\tI10-I15\t上转\t血压未达标\n高血压\tI10\t转走\t乙").status_code == 400
    assert act(admin, made, "paste", lines="高血压\tI10-I15\t上转\t血压未达标\n高血压\tI10-I15\t留在基层\t平稳").status_code == 302
    assert list(made.lines.values_list("disease", "codes", "direction")) == [
        ("膝骨关节炎", "M17", "up"), ("高血压", "I10-I15", "up"), ("高血压", "I10-I15", "keep"),
    ]  # fmt: skip

    assert act(admin, made, "hand_in").status_code == 302
    assert 'value="approve"' not in page(admin, "criteria_set", made.public_id)
    decider = browser(second)
    assert 'value="approve"' in page(decider, "criteria_set", made.public_id)
    assert act(decider, made, "approve").status_code == 302
    assert "今天施行的标准3条" in page(admin, "criteria")


def test_the_next_version_is_copied_and_a_line_is_changed_or_taken_out(admin: Client, first: Acting, second: Acting) -> None:
    made = a_list(first, second)

    admin.post(reverse("criteria_copy", args=[made.public_id]), {"valid_from": in_days(5).isoformat()})
    draft = CriteriaSet.objects.get(number=2)
    one, other = draft.lines.get(text=KNEE.text), draft.lines.get(text=STABLE.text)
    address = reverse("criterion", args=[one.public_id])
    typed = {"disease": "膝骨关节炎", "codes": "M17", "direction": "up", "text": "改后的一句", "text_en": "", "place": "1"}
    assert admin.post(address, typed | {"act": "change", "version": draft.version}).status_code == 302
    assert draft.lines.first().text == "改后的一句"
    assert admin.post(reverse("criterion", args=[other.public_id]), {"act": "remove", "version": draft.version}).status_code == 409
    assert admin.post(reverse("criterion", args=[other.public_id]), {"act": "remove", "version": draft.version + 1}).status_code == 302
    assert not draft.lines.filter(text=STABLE.text).exists()
    assert browser(second).get(address).status_code == 403


def test_a_list_is_taken_away_as_a_file_and_leaves_its_trace(admin: Client, first: Acting) -> None:
    made = a_draft(first, (KNEE, STABLE))

    answer = admin.post(reverse("criteria_export", args=[made.public_id]), {"as": "csv"})
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()

    assert lines[1:] == [f"1,膝骨关节炎,M17,上转,保守治疗无效,,{SOURCE}", f"2,高血压,I10-I15,留在基层,血压平稳达标,,{SOURCE}"]
    assert AuditEntry.objects.get(verb="export").details["list"] == "criteria"


def test_the_same_by_program(client: Client, first: Acting, second: Acting) -> None:
    one = {"disease": "痛风", "codes": "m10", "direction": "up", "text": "反复发作"}
    body = {"title": "转诊标准", "source": SOURCE, "valid_from": today().isoformat(), "criteria": [one]}
    mine, theirs = bearer(first.user), bearer(second.user)

    made = client.post("/api/v1/criteria-sets", body, "application/json", headers=mine)
    assert made.status_code == 201, made.content
    path = f"/api/v1/criteria-sets/{made.json()['id']}"
    bad = client.put(
        path, body | {"criteria": [one | {"codes": "痛风"}, one]}, "application/json", headers=mine | {"If-Match": made["ETag"]}
    )
    assert (bad.status_code, [fault["field"] for fault in bad.json()["violations"]]) == (400, ["criteria.0.codes"])
    twice = client.put(path, body | {"criteria": [one, one]}, "application/json", headers=mine | {"If-Match": made["ETag"]})
    assert twice.status_code == 400
    put = client.put(path, body | {"title": "新名"}, "application/json", headers=mine | {"If-Match": made["ETag"]})
    assert (put.status_code, put.json()["title"], put.json()["criteria"][0]["codes"]) == (200, "新名", "M10")
    waits = client.post(f"{path}/hand-in", headers=mine | {"If-Match": put["ETag"]})
    assert client.post(f"{path}/approve", headers=mine | {"If-Match": waits["ETag"]}).status_code == 422
    held = client.post(f"{path}/approve", headers=theirs | {"If-Match": waits["ETag"]})
    assert (held.status_code, held.json()["status"]) == (200, "in_force")
    asked = client.post(f"{path}/end", {"ends_on": in_days(2).isoformat()}, "application/json", headers=mine | {"If-Match": held["ETag"]})
    ended = client.post(f"{path}/approve", headers=theirs | {"If-Match": asked["ETag"]})
    assert ended.json()["valid_to"] == in_days(2).isoformat()
    assert [one["size"] for one in client.get("/api/v1/criteria-sets", headers=mine).json()["results"]] == [1]
