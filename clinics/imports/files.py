"""What a file really is, by its first bytes and its packing, and whether it is safe to unpack."""

import io
import re
import zipfile
from enum import StrEnum

from clinics.imports.problems import MOST_BYTES, Unreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # xls, and every workbook with a password
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
ZIP = b"PK\x03\x04"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
OTHER = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"PK\x05\x06")
MARKUP = re.compile(rb"\A\s*<(?:\?xml|!doctype|html|table|workbook|mso)", re.IGNORECASE)

MOST_PARTS = 2_000
MOST_UNPACKED = 256 * 1024 * 1024  # all sheets together; 50,000 rows of 60 short cells stay below
MOST_STRINGS = 64 * 1024 * 1024  # the table of texts, which is held while the rows are read
MOST_OTHER = 8 * 1024 * 1024  # styles, names and the like, held as objects
PIECE = 1024 * 1024
MACROS = b"macroEnabled"


class Format(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


def format_of(data: bytes) -> Format:
    """What the bytes are, whatever the file is called. Raises Unreadable for everything that is no list or not safe."""
    if not data.strip(b"\0 \r\n\t"):
        raise Unreadable("empty")
    if len(data) > MOST_BYTES:
        raise Unreadable("too_large")
    if data.startswith(OLE):
        raise Unreadable("password" if ENCRYPTED in data else "old_excel")
    if data.startswith(ZIP):
        check_packing(data)
        return Format.XLSX
    if data.startswith(UTF_16):
        raise Unreadable("encoding")
    if data.startswith(OTHER) or MARKUP.match(data) or b"\0" in data:
        raise Unreadable("not_a_list")
    return Format.CSV


def check_packing(data: bytes) -> None:
    """Promise that the archive is a workbook without macros or password and unpacks to a bounded size.

    Sizes are those the archive declares: Python unpacks no more of a part than it declared.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_parts(archive.infolist())
            if MACROS in archive.read("[Content_Types].xml"):
                raise Unreadable("macros")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, OSError, ValueError, OverflowError, KeyError) as error:
        raise Unreadable("broken") from error
    except RuntimeError as error:  # how zipfile says that a part needs a password
        raise Unreadable("password") from error


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename.lower() for part in parts}
    if any(name.endswith(("vbaproject.bin", ".vba")) or "macrosheets/" in name for name in names):
        raise Unreadable("macros")
    if "xl/workbook.bin" in names:
        raise Unreadable("old_excel")
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise Unreadable("not_a_list")
    if any(part.flag_bits & 1 for part in parts):
        raise Unreadable("password")
    if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
        raise Unreadable("broken")
    read = [part for part in parts if part.filename.lower().endswith((".xml", ".rels"))]
    if len(parts) > MOST_PARTS or sum(part.file_size for part in read) > MOST_UNPACKED:
        raise Unreadable("bomb")
    if any(part.file_size > _most(part.filename) for part in read) or len({part.filename for part in parts}) < len(parts):
        raise Unreadable("bomb")


def _most(name: str) -> int:
    if _is_sheet(name):
        return MOST_UNPACKED
    return MOST_STRINGS if "sharedstrings" in name.lower() else MOST_OTHER


def _is_sheet(name: str) -> bool:
    return name.lower().startswith("xl/worksheets/") and name.lower().endswith(".xml")
