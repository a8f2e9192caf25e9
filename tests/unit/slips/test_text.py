"""Chinese text on paper: what may not be torn apart, what is escaped, how dates and codes are written."""

import re
from datetime import date

import pytest

from referral.slips import marks, text, words
from referral.slips.content import age
from referral.slips.proof import PROOF_OF_STATUS

JOINER = "\u2060"


def plain(html: str) -> str:
    return html.replace(JOINER, "").replace("\u00a0", " ")


def test_a_number_is_never_parted_from_its_unit():
    held = text.keep("血压178/102 mmHg，服5 mg")

    assert JOINER.join("178/102\u00a0mmHg") in held
    assert plain(held) == "血压178/102 mmHg，服5 mg"


def test_the_last_characters_of_a_paragraph_stay_together():
    assert text.inline("请予以接诊。").endswith(JOINER.join("接诊。"))


def test_everything_in_free_text_is_escaped():
    assert plain(text.body("<script>alert(1)</script>\n\n&第二段")) == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p><p>&amp;第二段</p>"
    assert "<img" not in text.org('北京市西城区<img src="file:///etc/passwd">')


@pytest.mark.parametrize("empty", ["", None, "   ", "\n"])
def test_nothing_written_is_no_paragraph(empty):
    assert text.body(empty) == ""


def test_dates_and_numbers_are_written_as_people_read_them():
    assert text.long_date("2026-11-24") == "2026年11月24日"
    assert text.short_date("2026-11-24") == "11月24日"
    assert text.weekday("2026-11-24") == "星期二"
    assert text.groups("1101022611220217") == "1101 0226 1122 0217"
    assert text.groups("7K4M9TQX") == "7K4M 9TQX"


def test_a_long_institution_breaks_after_its_region():
    parts = re.findall('<span class="part">(.+?)</span>', text.org("北京市西城区德胜社区卫生服务中心"))

    assert parts == ["北京市西城区", "德胜社区卫生服务中心"]


def test_a_bar_code_has_start_digits_check_and_stop():
    widths = marks.code128("1101022611220217")

    assert len(widths) == 6 + 8 * 6 + 6 + 7
    assert sum(widths) == 11 * 10 + 13
    assert widths[:6] == [2, 1, 1, 2, 3, 2]
    assert widths[-7:] == [2, 3, 3, 1, 1, 1, 2]
    # (105 + 1*11 + 2*1 + 3*2 + 4*26 + 5*11 + 6*22 + 7*2 + 8*17) mod 103 = 50
    assert widths[54:60] == [int(width) for width in marks.pattern_of(50)]


def test_a_qr_code_holds_nothing_but_the_token():
    svg = marks.qr("r1.9fJ2mZq7Xw3TnB5kLc9VdA")

    assert svg.startswith("<svg")
    assert "style=" not in svg
    assert "href" not in svg


@pytest.mark.parametrize(
    ("born", "written"),
    [
        (date(1954, 3, 2), "72岁"),
        (date(1954, 11, 22), "72岁"),
        (date(1954, 11, 23), "71岁"),
        (date(2025, 11, 22), "1岁"),
        (date(2025, 11, 23), "11个月"),
        (date(2026, 10, 22), "1个月"),
        (date(2026, 10, 23), "30天"),
        (date(2026, 11, 22), "0天"),
    ],
)
def test_an_age_is_written_in_years_months_or_days(born, written):
    assert age(born, date(2026, 11, 22)) == written


def test_every_value_that_can_be_stored_has_a_word_on_paper():
    from clinics.models import SlotClass
    from clinics.models.post import Title
    from permissions.identity.documents import DocumentType
    from referral.models import BookingStatus, CancelCause, Sex
    from vault.actor import ActorKind

    assert set(words.SEX) == set(Sex.values)
    assert set(words.SLOT_CLASS) == set(SlotClass.values)
    assert set(words.TITLE) == {*Title.values, ""}
    assert set(words.DOCUMENT) == set(DocumentType.values)
    assert set(words.CAUSE) == set(CancelCause.values) - {""}
    assert set(words.ACTOR) == set(ActorKind)
    assert set(PROOF_OF_STATUS) == set(BookingStatus.values)
    assert set(words.VOID_STATUS) == {s for s, proof in PROOF_OF_STATUS.items() if proof in ("void", "moved")} - {"held"}
    assert set(words.USED_STATUS) == {s for s, proof in PROOF_OF_STATUS.items() if proof == "used"}
