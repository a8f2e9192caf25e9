"""Slips really printed by WeasyPrint in its limited child, and read back: text, fonts, pages, and what the child refuses."""

import io
import re
import subprocess
from pathlib import Path

import pypdf
import pytest

from referral.slips import checks, render
from referral.slips.render import Press, PressBroken, Unprintable, render_pdf
from tests.unit.slips.papers import CODE, RARE, RETURN, UP, UYGHUR, changed

NEEDS = checks.printing_needs()
pytestmark = [pytest.mark.pdf, pytest.mark.skipif(bool(NEEDS), reason=NEEDS)]
LONG = "患者发现血压升高12年，最高190/110 mmHg，平素服药不规律。家属𠅤某某、䶮㛃𬱖陪诊，称“近来睡眠差”。"


@pytest.fixture(scope="module", autouse=True)
def _no_child_stays_behind():
    yield
    render.press.stop()


def printed(content) -> bytes:
    return render_pdf(content["template"], content)


def read(pdf: bytes) -> str:
    """All text without spaces, line ends and the joiners that only hold lines together."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return re.sub(r"[\s\u2060\u00a0]", "", "".join(page.extract_text() for page in pages))


def pages_of(pdf: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Every font of every page and whether its program is embedded."""
    found = {}
    for page in pypdf.PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"].get("/Font", {}).values():
            descendant = font.get_object()["/DescendantFonts"][0].get_object()
            found[str(descendant["/BaseFont"])] = "/FontFile3" in descendant["/FontDescriptor"].get_object()
    return found


def test_the_up_slip_holds_the_official_form_the_stub_and_the_booking():
    text = read(printed(UP))

    in_order = [
        "双向转诊单存根",
        "患者姓名张桂兰",
        "档案编号11010200700200123",
        "双向转诊（转出）单",
        "初步印象：",
        "主要现病史（转出原因）：",
        "主要既往史：",
        "治疗经过：",
    ]
    places = [text.find(part) for part in in_order]
    assert -1 not in places
    assert places == sorted(places)
    for told in (
        "沿此线剪开",
        "转诊医生（签字）：",
        "（机构名称，加盖公章）",
        "2026年11月24日星期二",
        "上午08:00–08:30",
        "心血管内科",
        "11月23日15:00前",
        "预约咨询服务台：门诊大厅东侧",
        "预约咨询服务台：门诊大厅东侧",
        "满3次，暂停预约和转诊3个月",
        "7K4M9TQX",
        "尾号002X",
    ):
        assert told in text


def test_an_examination_names_itself_and_its_preparation_on_one_page():
    pdf = printed(changed(UP, booking={"service": "冠心病风险筛查套餐", "preparation": "空腹八小时，当日晨停服二甲双胍"}))

    assert pages_of(pdf) == 1
    assert "项目冠心病风险筛查套餐" in read(pdf)
    assert "准备空腹八小时" in read(pdf)
    assert "医师职称" not in read(pdf)


def test_the_return_slip_holds_its_three_parts_and_the_drugs():
    text = read(printed(RETURN))

    for part in (
        "双向转诊（回转）单",
        "转回北京市西城区德胜社区卫生服务中心",
        "病案号0004518826",
        "诊断结果冠状动脉",
        "主要检查结果：",
        "治疗经过：",
        "下一步治疗方案：",
        "康复建议：",
        "阿司匹林肠溶片",
        "阿托伐他汀钙片20mg",
        "以下空白",
        "请接诊机构在2026年12月8日前接收",
    ):
        assert part in text


@pytest.mark.parametrize("name", [RARE, UYGHUR, "㼆𫖯𬍛𠮷", "阿" * 24 + "·" + "买" * 25])
def test_rare_and_long_names_are_printed_whole_and_can_be_read_back(name):
    pdf = printed(changed(UP, patient={"name": name}))

    text = read(pdf)
    assert text.count(name) >= 2, "on the stub and on the slip"
    assert all(fonts_of(pdf).values()), "every font travels inside the file"


def test_texts_of_two_thousand_characters_flow_over_pages():
    long = (LONG * 40)[:2000]
    pdf = printed(changed(UP, case={"present_history": long, "past_history": long, "treatment": long}))

    text = read(pdf)
    assert pages_of(pdf) >= 3
    assert text.count(re.sub(r"\s", "", long[:200])) >= 3
    assert f"第1页／共{pages_of(pdf)}页" in text
    assert "（续页）" in text


def test_an_empty_form_prints_lines_to_write_on():
    pdf = printed(changed(UP, case=dict.fromkeys(UP["case"], ""), patient={"address": "", "phone": "", "file_number": ""}))

    assert pages_of(pdf) == 1


def test_a_void_slip_says_so_and_shows_neither_code_nor_qr():
    whole, void = printed(UP), printed(changed(UP, void={"at": "2026-11-23 10:05", "reason": "患者取消", "by": "患者本人"}))

    assert CODE in read(whole)
    assert CODE not in read(void)
    for part in ("作废", "已作废", "原因：患者取消", "经办：患者本人"):
        assert part in read(void)


def test_a_used_slip_is_an_archive_copy_without_a_code():
    text = read(printed(changed(UP, closed="已就诊")))

    assert CODE not in text
    assert "本归档版不作为患者继续就诊凭证" in text


def test_a_reprint_carries_its_number():
    text = read(printed(changed(UP, printing={"copy_no": 3})))

    assert "补打第3次" in text
    assert "第3次打印（补打）" in text


def test_a_character_that_no_font_has_refuses_the_print_and_is_named():
    with pytest.raises(Unprintable) as refused:
        printed(changed(UP, patient={"name": "张\U00031350\ue863"}))

    assert set(refused.value.characters) == {"\U00031350", "\ue863"}
    assert "U+31350" in str(refused.value)


def test_markup_in_a_text_is_printed_as_text():
    evil = '<img src="file:///etc/passwd"><script>x</script>{{ 7|add:7 }}{% include "x" %}'
    text = read(printed(changed(UP, case={"treatment": evil})))

    assert re.sub(r"\s", "", evil) in text


@pytest.mark.parametrize(
    "html",
    [
        '<img src="file:///etc/passwd">',
        '<img src="http://169.254.169.254/latest">',
        '<img src="data:image/png;base64,AAAA">',
        '<img src="//assets.invalid/../void.svg">',
        '<link rel="stylesheet" href="http://127.0.0.1:1/a.css">',
        '<link rel="attachment" href="file:///etc/passwd">',
        "<style>@import url(file:///etc/passwd);</style>",
        "<style>@font-face{font-family:x;src:url(file:///etc/passwd)} p{font-family:x}</style>",
        "<style>p{background:url(ftp://127.0.0.1/a.png)}</style>",
        '<svg width="9" height="9"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
    ],
)
def test_no_address_is_ever_fetched(html):
    with pytest.raises(PressBroken, match="which no slip may"):
        render.press.print(f"<p>一</p>{html}")


def test_the_child_sees_no_network_where_the_system_allows_to_forbid_it():
    render.press.print("<p>一</p>")

    network = render.press.status["network"]
    if network != "forbidden":
        pytest.skip(f"this system does not let a process leave its network: {network}")
    interfaces = subprocess.run(
        ["nsenter", f"--net=/proc/{render.press.child.pid}/ns/net", "cat", "/proc/net/dev"], capture_output=True, text=True, check=False
    )
    if interfaces.returncode == 0:
        assert "lo:" in interfaces.stdout
        assert "eth0" not in interfaces.stdout
    ours, theirs = Path("/proc/self/ns/net").readlink(), Path(f"/proc/{render.press.child.pid}/ns/net").readlink()
    assert ours != theirs


def test_the_child_knows_no_secret():
    render.press.print("<p>一</p>")

    environment = Path(f"/proc/{render.press.child.pid}/environ").read_bytes()
    for secret in (b"VAULT", b"SECRET", b"AUDIT", b"DATABASE"):
        assert secret not in environment


@pytest.mark.parametrize(
    "bomb",
    [
        "<style>" + "".join(f"*:nth-child({n}) ~ * ~ *{{color:red}}" for n in range(300)) + "</style>" + "<p>一<b>二</b></p>" * 4000,
        "<style>p{height:1px;break-after:page}</style>" + "<p></p>" * 60000,
    ],
    ids=["processor", "memory and pages"],
)
def test_a_page_that_never_ends_is_ended_and_the_next_one_prints(bomb):
    press = Press(seconds=2)
    try:
        press.print("<p>一</p>")
        first = press.child.pid

        with pytest.raises(PressBroken):
            press.print(bomb)

        assert press.print("<p>二</p>").startswith(b"%PDF")
        assert press.child.pid != first
    finally:
        press.stop()


def test_too_little_memory_is_a_failure_and_not_a_crash_of_the_worker():
    press = Press(memory=96 * 2**20)
    try:
        with pytest.raises(PressBroken):
            press.print("<p>一</p>")
    finally:
        press.stop()


def test_a_child_that_was_killed_is_replaced():
    press = Press()
    try:
        press.print("<p>一</p>")
        press.child.kill()
        press.child.wait()

        assert press.print("<p>二</p>").startswith(b"%PDF")
    finally:
        press.stop()
