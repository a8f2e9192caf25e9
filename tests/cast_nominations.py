"""The cast of nominations: a manager who nominates, papers that may be handed in, and a nomination that waits."""

import io
from itertools import count
from typing import Any
from uuid import UUID

from PIL import Image

from clinics.models import Institution, Post
from clinics.nominations.nominate import nominate
from permissions.acting import Acting
from permissions.attachments import Paper, read_paper
from permissions.models import ReferralRight
from permissions.nominations import Evidence
from permissions.roles import Role
from tests.cast import a_user, acting_as
from tests.cast_clinics import a_centre, a_post

_numbers = count(1)
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def a_licence() -> str:
    """A practice certificate's number nobody in the cast has: a physician's of Xicheng."""
    return f"110110102{next(_numbers):06d}"


def a_photo(kind: str = "JPEG") -> bytes:
    """A small picture, another one each time."""
    held = io.BytesIO()
    Image.new("RGB", (8, 8), (next(_numbers) % 256, 0, 0)).save(held, kind)
    return held.getvalue()


def a_paper(name: str = "执业证.pdf", content: bytes = b"") -> Paper:
    return read_paper(name, content or PDF + str(next(_numbers)).encode())


def a_manager(institution: Institution | None = None, name: str = "赵德生") -> Acting:
    post = a_post(a_user(name), institution or a_centre(), Role.MANAGER)
    return acting_as(post.user, post)


def some_evidence(licence: str = "", *, wishes: tuple[tuple[str, UUID], ...] = (), note: str = "") -> Evidence:
    return Evidence(licence or a_licence(), wishes, note)


def a_nomination(post: Post | None = None, *, licence: str = "", by: Acting | None = None, papers: int = 1, **fields: Any) -> ReferralRight:
    """A nomination that waits, with one paper: nothing about it needs a look but what the test makes so."""
    held = post or a_post(a_user(f"医生{next(_numbers)}"))
    nominator = by or a_manager(held.institution.parent or held.institution)
    return nominate(held, some_evidence(licence, **fields), by=nominator, papers=[a_paper() for _ in range(papers)])
