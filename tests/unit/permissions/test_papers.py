"""Papers of a nomination: the content decides what a file is, and its name does no harm."""

import pytest

from permissions.attachments import clean_file_name, read_paper
from permissions.models import Attachment
from permissions.models.papers import LARGEST_FILE
from tests.cast_nominations import PDF, a_photo
from vault.refusal import Refusal

KIND = Attachment.Kind


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, KIND.PDF), (a_photo("JPEG"), KIND.JPEG), (a_photo("PNG"), KIND.PNG)], ids=["pdf", "jpeg", "png"]
)
@pytest.mark.parametrize("name", ["a.pdf", "a.exe", "a.html", "noending"])
def test_the_content_alone_says_what_it_is(content: bytes, kind: Attachment.Kind, name: str) -> None:
    paper = read_paper(name, content)

    assert paper.kind == kind
    assert paper.name.endswith({KIND.PDF: ".pdf", KIND.JPEG: ".jpg", KIND.PNG: ".png"}[kind])


BAD = {
    "empty": b"",
    "text": b"hello",
    "html": b"<html><script>alert(1)</script></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>",
    "gif": a_photo("GIF"),
    "program": b"MZ\x90\x00" + b"\x00" * 200,
    "zip": b"PK\x03\x04" + b"\x00" * 100,
    "page before a PDF": b"<html>\n" + PDF,
    "PDF with a script": PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>"),
    "PDF with a file inside": PDF.replace(b"/Catalog", b"/Catalog /Names << /EmbeddedFiles 2 0 R >>"),
    "PDF with a password": PDF.replace(b"/Root", b"/Encrypt 3 0 R /Root"),
    "too large": PDF + b"\x00" * LARGEST_FILE,
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_paper_is_refused_at_its_field(what: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_paper("执业证.pdf", BAD[what])

    assert [violation.field for violation in refusal.value.violations] == ["file"]
    assert str(refusal.value.message)


def test_the_largest_file_is_taken_and_one_byte_more_is_not() -> None:
    assert len(read_paper("a.pdf", PDF + b"\x00" * (LARGEST_FILE - len(PDF))).content) == LARGEST_FILE

    with pytest.raises(Refusal):
        read_paper("a.pdf", PDF + b"\x00" * (LARGEST_FILE - len(PDF) + 1))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("执业证.pdf", "执业证.pdf"),
        ("..\\..\\windows\\证书.PDF", "证书.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie_x=1.pdf"),
        ("\u202egnp.exe", "gnp.pdf"),
        ("", "attachment.pdf"),
        ("...", "attachment.pdf"),
        ('<img src="x">.pdf', "img_src=_x.pdf"),
        ("证" * 300 + ".pdf", "证" * 110 + ".pdf"),
        ("a.pdf.exe", "a.pdf.pdf"),
    ],
)
def test_a_name_is_its_last_part_without_anything_dangerous(name: str, kept: str) -> None:
    assert clean_file_name(name, KIND.PDF) == kept
