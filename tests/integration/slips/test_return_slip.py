"""The slip of a return, and what the up slip is worth once the patient has come."""

import io
import json
import re

import pypdf
import pytest
from django.utils import timezone

from referral.returns.queries import returns_of
from referral.slips import checks, issue, render
from referral.slips.desk import booking_copy, return_copy
from referral.slips.proof import verify
from tests import cast_loop as cast
from tests.cast import sign_in
from tests.unit.slips.papers import RETURN
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def loop():
    return cast.loop()


def keys(content):
    return {name: keys(part) if isinstance(part, dict) else None for name, part in content.items()}


def copy(sent_back, by):
    return return_copy(returns_of(by), sent_back.public_id, by=by, now=timezone.now())


def test_the_content_has_the_three_parts_the_findings_and_the_drugs(loop):
    sent_back = loop.sent_back()

    content = json.loads(copy(sent_back, loop.cardiologist).content)

    assert keys(content) == keys(RETURN)
    assert content["case"] == {
        "diagnosis": cast.PLAN.diagnosis,
        "inpatient_number": "",
        "results": cast.REPORT.findings,
        "treatment": cast.PLAN.treatment_summary,
        "next_plan": cast.PLAN.follow_up_plan,
        "rehabilitation": cast.PLAN.rehabilitation_plan,
    }
    assert [(drug["name"], drug["supply"], drug["substitute"]) for drug in content["drugs"]] == [
        ("苯磺酸氨氯地平片", "yes", ""),
        ("沙库巴曲缬沙坦钠片", "substitute", "缬沙坦胶囊 80 mg"),
    ]


def test_the_hospital_and_the_centre_print_their_own_copies_and_another_hospital_none(loop):
    sent_back = loop.sent_back()

    assert copy(sent_back, loop.cardiologist).copy_no == 1
    assert copy(sent_back, loop.doctor).copy_no == 2
    with pytest.raises(Refusal, match="not_found"):
        copy(sent_back, loop.other_clerk)


@pytest.mark.pdf
@pytest.mark.skipif(bool(checks.printing_needs()), reason=checks.printing_needs())
@pytest.mark.parametrize("address", ["/returns/{}/slip.pdf", "/api/v1/returns/{}/slip.pdf"])
def test_the_hospitals_doctor_gets_the_return_slip_as_a_file(client, loop, monkeypatch, address):
    monkeypatch.setattr(issue, "ask_for_pdf", issue.make_pdf)
    sent_back = loop.sent_back()
    sign_in(client, loop.cardiologist.user)

    answer = client.get(address.format(sent_back.public_id))
    render.press.stop()

    text = re.sub(r"[\s\u2060\u00a0]", "", "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(answer.content)).pages))
    assert answer.status_code == 200
    for part in ("双向转诊（回转）单", "存根", "陈秀兰", "北京大学第一医院", "缬沙坦胶囊80mg", "24小时动态血压均值152/91mmHg"):
        assert part in text


def test_once_the_patient_has_come_the_up_slip_is_used_and_prints_as_an_archive_copy(loop):
    booking = loop.arrived()

    content = json.loads(booking_copy(booking.public_id, by=loop.doctor, now=timezone.now()).content)

    assert verify(booking.slip_token).status == "used"
    assert content["closed"] == "已取号"
    assert (content["booking"]["code"], content["booking"]["token"]) == ("", "")
