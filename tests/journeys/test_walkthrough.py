"""The whole main job through real HTTP, a real worker and real files; and a product that is broken is found out."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from referral.booking.models import Booking
from referral.cases.models import Referral
from referral.returns.models import Return
from referral.slips.models import Slip
from tests.browser.site import Site


@pytest.mark.pdf
def test_the_walkthrough_completes_every_step_and_leaves_what_it_says(demonstration: Site) -> None:
    told = StringIO()

    call_command("walkthrough", url=demonstration.url, state=str(demonstration.state), stdout=told)

    report = told.getvalue()
    assert "steps hold" in report and "all genuine" in report
    sent_back = Return.objects.get()
    assert (sent_back.status, sent_back.referral.status) == ("accepted", "returned")
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == ["cancelled", "fulfilled"]
    assert Referral.objects.filter(status="cancelled").count() == 1
    assert Slip.objects.filter(is_printed=True).count() == 2


def test_a_product_that_does_not_answer_ends_the_walkthrough_with_one(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    rows = [
        f'{{"role": "{role}", "name": "{name}", "phone": "13900000001", "institution": "甲"}}'
        for role, name in [
            ("family_doctor", "甲"),
            ("family_doctor", "乙"),
            ("window_clerk", "丙"),
            ("receiving_doctor", "丁"),
            ("district_admin", "戊"),
        ]
    ]
    (tmp_path / "demo" / "accounts.json").write_text(f"[{','.join(rows)}]", encoding="utf-8")
    told = StringIO()

    with pytest.raises(SystemExit) as ended:
        call_command("walkthrough", url="http://127.0.0.1:9", state=str(tmp_path), stdout=StringIO(), stderr=told)

    assert ended.value.code == 1
    assert "BROKEN after 0 steps: POST /auth/challenge: ConnectError" in told.getvalue()
