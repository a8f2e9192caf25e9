"""Which files are taken, what is read from them, and that a hostile one is refused before it hurts."""

import io
import time
import tracemalloc
import zipfile
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook

from clinics.imports import files, problems, reading
from clinics.imports.cells import text_of
from clinics.imports.kinds import Column
from clinics.imports.problems import NOTICES, PROBLEMS, Unreadable, notices_of, problem_of
from tests.cast_imports import SHEET, a_text, a_workbook, part_of, repacked, saved

COLUMNS = (
    Column("name", "Name", True, "张示例", ""),
    Column("phone", "Mobile number", True, "13800001234", ""),
    Column("born", "Born", False, "", ""),
)
TITLES = ("Name", "Mobile number", "Born")
ROW = ("王小明", "13700000001", "1990-01-02")


def rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    return [(row.number, row.values) for row in reading.read(data, COLUMNS).rows]


def first(data: bytes) -> dict[str, str]:
    return rows(data)[0][1]


def problem(data: bytes) -> str:
    with pytest.raises(Unreadable) as found:
        rows(data)
    assert problem_of(found.value.code, found.value.details)[0]
    return found.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_text_list_is_read_in_three_encodings(encoding: str, separator: str) -> None:
    data = "\r\n".join(separator.join(line) for line in (TITLES, ROW, (), ("李四", "13700000002", ""))).encode(encoding)

    assert rows(data) == [
        (2, {"name": "王小明", "phone": "13700000001", "born": "1990-01-02"}),
        (4, {"name": "李四", "phone": "13700000002", "born": ""}),
    ]


def test_a_workbook_is_read_with_the_numbers_its_rows_have() -> None:
    assert rows(a_workbook([("2026 年名单",), (), TITLES, ROW, (), ROW])) == [
        (4, dict(zip(("name", "phone", "born"), ROW, strict=True))),
        (6, dict(zip(("name", "phone", "born"), ROW, strict=True))),
    ]


@pytest.mark.parametrize(
    "titles",
    [
        ("name", "phone", "born"),
        (" NAME * ", "Mobile number（11 digits）", "Born:"),
        ("Ｎａｍｅ", "mobile_number", "BORN"),
        ("Born", "Mobile number", "Name"),
    ],
    ids=["names", "remarks", "widths", "another order"],
)
def test_titles_are_known_as_people_write_them(titles: tuple[str, ...]) -> None:
    values = {"name": "王小明", "phone": "13700000001", "born": "1990-01-02"}
    order = [title.strip(" *:").lower().startswith(("name", "ｎ")) for title in titles]
    line = ROW if order[0] else tuple(reversed(ROW))

    assert first(a_text([titles, line])) == values


def test_the_example_of_the_template_is_left_out_unless_it_was_changed() -> None:
    example = ("张示例", "13800001234", "")

    assert [number for number, _values in rows(a_text([TITLES, example, ("张示例", "13800001235", ""), example]))] == [3]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (13700000001, "13700000001"),
        (13700000001.0, "13700000001"),
        (0.5, "0.5"),
        (110105194912310000.0, "1.10105E+17"),
        (110105194912310023, "110105194912310023"),
        (float("inf"), "#NUM!"),
        (True, "1"),
        (None, ""),
        (datetime(1990, 1, 2), "1990-01-02"),
        (datetime(1990, 1, 2, 3, 4), "1990-01-02 03:04"),
        (date(1990, 1, 2), "1990-01-02"),
        ("\u3000 王\r\n小明\u00a0\ufeff", "王 小明"),
        ("'13700000001", "13700000001"),
        ("'=1+1", "=1+1"),
        ("O'Brien", "O'Brien"),
    ],
    ids=str,
)
def test_a_cell_becomes_the_text_a_person_sees(value: Any, text: str) -> None:
    assert text_of(value) == text


def test_numbers_and_days_in_a_workbook_become_text() -> None:
    assert first(a_workbook([TITLES, ("王小明", 13700000001, datetime(1990, 1, 2))]))["phone"] == "13700000001"
    assert first(a_workbook([TITLES, ("王小明", 1.1010519491231e17, datetime(1990, 1, 2))])) == {
        "name": "王小明",
        "phone": "1.10105E+17",
        "born": "1990-01-02",
    }


def with_parts(**parts: bytes | None) -> bytes:
    return repacked(a_workbook([TITLES, ROW]), **parts)


def with_sheet(xml: str) -> bytes:
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    return with_parts(**{SHEET.replace("/", "__").replace(".", "_dot_"): f"{head}{xml}</sheetData></worksheet>".encode()})


def protected() -> bytes:
    data = bytearray(with_parts())
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):
        at = data.find(mark)
        data[at + (6 if mark == b"PK\x03\x04" else 8)] |= 1
    return bytes(data)


def named(cells: str) -> str:
    titles = "".join(f"<c t='inlineStr'><is><t>{title}</t></is></c>" for title in TITLES)
    return f'<row r="1">{titles}</row>{cells}'


FILES = {
    "empty": b"",
    "blank": b" \r\n\0\0",
    "old": files.OLE + b"\0" * 600,
    "password": files.OLE + b"\0" * 600 + files.ENCRYPTED,
    "pdf": b"%PDF-1.7\n" + b"x" * 100,
    "html": b"<html><table><tr><td>Name</td></tr></table></html>",
    "xml": b'<?xml version="1.0"?><Workbook/>',
    "nul": b"Name,Mobile number\0\r\n",
    "utf16": "Name,Mobile number\r\n".encode("utf-16"),
    "latin": b"Name,Mobile number\r\nJos\xe9,1\r\n\xff\xff\xfe",
    "cut": a_workbook([TITLES, ROW])[:-200],
}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty", "empty"), ("blank", "empty"), ("old", "old_excel"), ("password", "password"), ("pdf", "not_a_list"),
        ("html", "not_a_list"), ("xml", "not_a_list"), ("nul", "not_a_list"), ("utf16", "encoding"), ("latin", "encoding"),
        ("cut", "broken"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_is_refused_by_its_content(name: str, code: str) -> None:
    assert problem(FILES[name]) == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (lambda: with_parts(xl__vbaProject_dot_bin=b"x"), "macros"),
        (lambda: with_parts(xl__macrosheets__sheet1_dot_xml=b"<x/>"), "macros"),
        (lambda: with_parts(xl__workbook_dot_bin=b"x"), "old_excel"),
        (lambda: with_parts(xl__workbook_dot_xml=None), "broken"),
        (lambda: with_parts(xl__workbook_dot_xml=b"<a>"), "broken"),
        (lambda: with_sheet("<row><c t='s'><v>99</v></c></row>"), "broken"),
        (lambda: with_sheet("<row><c r='?'><v>1</v></c></row>"), "broken"),
        (protected, "password"),
    ],
    ids=["macros", "macro sheet", "binary", "no book", "half a book", "a text that is not there", "a cell that cannot be", "password"],
)
def test_a_workbook_that_is_not_as_it_should_be_is_refused(data: Any, code: str) -> None:
    assert problem(data()) == code


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")

    assert problem(held.getvalue()) == "not_a_list"


def test_entities_are_not_followed() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
    sheet = part_of(a_workbook([TITLES, ROW]), SHEET)
    body = sheet[sheet.find(b"<worksheet") :].replace("王小明".encode(), b"&b;&c;")

    assert problem(with_parts(**{SHEET.replace("/", "__").replace(".", "_dot_"): laughs + body})) == "broken"


def zeros(name: str, size: int) -> bytes:
    held = io.BytesIO(a_workbook([TITLES, ROW]))
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as part:
        for _piece in range(size // 1_000_000):
            part.write(b" " * 1_000_000)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "size"),
    [("xl/worksheets/sheet2.xml", 30_000_000), ("xl/sharedStrings2.xml", 12_000_000), ("xl/styles2.xml", 10_000_000)],
    ids=["a sheet", "its texts", "its styles"],
)
def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch, name: str, size: int) -> None:
    monkeypatch.setattr(files, "MOST_UNPACKED", 25_000_000)
    monkeypatch.setattr(files, "MOST_STRINGS", 11_000_000)
    data = zeros(name, size)
    tracemalloc.start()
    begun = time.perf_counter()

    assert problem(data) == "bomb"

    assert time.perf_counter() - begun < 1
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_one_endless_row_is_refused_without_being_held() -> None:
    data = with_sheet(f"<row>{'<c><v>1</v></c>' * 500_000}</row>")
    tracemalloc.start()

    assert problem(data) == "too_many_columns"

    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_one_endless_cell_is_cut() -> None:
    words = first(with_sheet(named(f"<row><c t='inlineStr'><is><t>{'x' * 5_000_000}</t></is></c><c><v>1</v></c></row>")))

    assert len(words["name"]) <= 300_000


@pytest.mark.parametrize("number", ["999999999999", "0", "1", "x", "-2"])
def test_a_row_number_that_cannot_be_is_refused(number: str) -> None:
    assert problem(with_sheet(named(f'<row r="{number}"><c><v>1</v></c></row>'))) == "broken"


def test_cells_are_found_by_their_place_and_not_by_their_order() -> None:
    cells = '<c r="C2" t="str"><v>1990-01-02</v></c><c r="A2" t="str"><v>王小明</v></c>'

    assert rows(with_sheet(named(f'<row r="2">{cells}</row>'))) == [(2, {"name": "王小明", "phone": "", "born": "1990-01-02"})]


@pytest.mark.parametrize("style", [14, 31, 57])
def test_days_in_the_formats_of_chinese_excel_are_days(style: int) -> None:
    sheet = named('<row r="2"><c t="str"><v>王小明</v></c><c><v>13700000001</v></c><c s="1"><v>32875</v></c></row>')
    styles = f'<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="{style}"/></cellXfs></styleSheet>'
    data = repacked(with_sheet(sheet), xl__styles_dot_xml=styles.encode())

    assert first(data)["born"] == "1990-01-02"


def test_texts_with_readings_and_turned_marks_are_read_as_they_are_seen() -> None:
    table = "<sst><si><r><t>王</t></r><r><t>小明</t></r><rPh><t>wang</t></rPh></si><si><t>1370000_x000D_0001</t></si></sst>"
    sheet = named('<row r="2"><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row>')
    rels = "xl/_rels/workbook.xml.rels"
    more = b'<Relationship Type="x/sharedStrings" Target="/xl/sharedStrings.xml" Id="rId99"/></Relationships>'
    related = part_of(a_workbook([TITLES, ROW]), rels).replace(b"</Relationships>", more)
    parts = {rels.replace("/", "__").replace(".", "_dot_"): related, "xl__sharedStrings_dot_xml": table.encode()}
    data = repacked(with_sheet(sheet), **parts)

    assert first(data) == {"name": "王小明", "phone": "1370000 0001", "born": ""}


def test_more_rows_than_allowed_are_refused_where_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 3)

    assert len(rows(a_text([TITLES, *[ROW] * 3]))) == 3
    assert problem(a_text([TITLES, *[ROW] * 4])) == "too_many_rows"


def test_more_columns_than_allowed_are_refused() -> None:
    assert problem(a_workbook([(*TITLES, *[f"x{n}" for n in range(60)]), ROW])) == "too_many_columns"
    assert problem(a_text([TITLES, (*ROW, *[""] * 60, "x")])) == "too_many_columns"
    assert len(rows(a_text([TITLES, (*ROW, *[""] * 100)]))) == 1


@pytest.mark.parametrize(
    ("lines", "code", "words"),
    [
        ([("a", "b"), ROW], "no_header", ""),
        ([("Name", "Born"), ROW], "missing_columns", "Mobile number"),
        ([("Name", "Mobile number", "name"), ROW], "duplicate_columns", "name"),
        ([TITLES], "no_rows", ""),
    ],
)
def test_titles_that_cannot_be_understood_are_refused_by_name(lines: list[Any], code: str, words: str) -> None:
    with pytest.raises(Unreadable) as found:
        rows(a_text(lines))

    assert found.value.code == code
    assert words in problem_of(code, found.value.details)[0]


def test_a_quotation_mark_that_is_not_closed_is_told_with_its_row() -> None:
    data = a_text([TITLES, ROW])[:-2] + b'\r\n"' + b"x" * 200_000

    with pytest.raises(Unreadable) as found:
        rows(data)
    assert (found.value.code, found.value.details) == ("quotes", {"row": 3})


def test_what_a_reader_should_know_of_a_workbook_is_told() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in ((*TITLES, "Remark"), ROW, ("李四", "=CONCAT(1,2)", "")):
        sheet.append(list(line))
    sheet.merge_cells("A5:A6")
    sheet.row_dimensions[2].hidden = True
    book.create_sheet("Old list").sheet_state = "hidden"

    found = reading.read(saved(book), COLUMNS)
    values = [row.values["phone"] for row in found.rows]

    assert found.notices == {
        "unknown_columns": ["Remark"], "other_sheets": ["Old list"], "formulas": 1, "merged": 1, "hidden_rows": 1,
    }  # fmt: skip
    assert len(notices_of(found.notices)) == 5
    assert values == ["13700000001", ""]


def test_only_the_first_visible_sheet_is_read() -> None:
    book = Workbook()
    hidden = book.active
    assert hidden is not None
    hidden.append(list(TITLES))
    hidden.append(["Secret", "1", ""])
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("Shown")
    shown.append(list(TITLES))
    shown.append(list(ROW))

    assert [values["name"] for _number, values in rows(saved(book))] == ["王小明"]


def test_every_problem_and_notice_has_its_words() -> None:
    values = {"row": 1, "columns": ["x"], "why": "x", "words": "x", "n": 1}

    assert all(problem_of(code, values)[0] and problem_of(code, values)[1] for code in PROBLEMS)
    assert len(notices_of({code: ["x"] if "words" in str(sentence) else 1 for code, sentence in NOTICES.items()})) == len(NOTICES)
    assert problems.MOST_BYTES == 10 * 1024 * 1024
