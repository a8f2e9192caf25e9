"""Nominates the doctors of the demonstration who wait for their right: by their managers, with a certificate and a paper each."""

from clinics import rights
from clinics.models import Institution, Post
from clinics.nominations.nominate import nominate
from permissions.acting import Acting
from permissions.attachments import Paper, read_paper
from permissions.models import ReferralRight
from permissions.nominations import Evidence
from permissions.roles import Role
from referral.demo.people import NOMINATED, SENT_BACK, VERIFIED, WITHOUT_PAPER, Someone
from vault.crypto import keyed_hash

STANDINGS = (NOMINATED, WITHOUT_PAPER, SENT_BACK, VERIFIED)
SERIAL = "110110102{:06d}"  # level and category, Xicheng, a number in the district


def load_nominations(people: list[Someone], by: Acting) -> int:
    """A nomination for each of these doctors who has none yet, walked to where it stands; answers how many were made."""
    waiting = {keyed_hash(one.phone, "phone"): one for one in people if one.standing in STANDINGS}
    posts = Post.objects.live().complete().filter(user__phone_hash__in=waiting, right=None).order_by("pk")
    for post in posts:
        someone = waiting[post.user.phone_hash]
        _nominated(post, someone, SERIAL.format(int(someone.phone[-6:])), by)
    return len(posts)


def _nominated(post: Post, someone: Someone, licence: str, by: Acting) -> None:
    papers = [] if someone.standing == WITHOUT_PAPER else [_paper(licence)]
    wishes = tuple(("alliance", one.alliance.public_id) for one in post.institution.memberships.select_related("alliance").order_by("pk"))
    evidence = Evidence(licence, wishes, "新签约家庭医生，岗位证明见附件。")
    right: ReferralRight = nominate(post, evidence, papers=papers, by=_manager_of(post.institution))
    if someone.standing == SENT_BACK:
        rights.send_back(right, by=by, reason="attachment", note="执业证照片看不清，请重拍正面。")
    elif someone.standing == VERIFIED:
        rights.verify(right, by=by)


def _manager_of(institution: Institution) -> Acting:
    post = Post.objects.live().complete().filter(institution=institution, kind=Role.MANAGER).order_by("pk")[0]
    return Acting(post.user, Role.MANAGER, post)


def _paper(licence: str) -> Paper:
    """One page that says it is no certificate."""
    words = f"BT /F1 18 Tf 72 720 Td (Demonstration, no certificate: {licence}) Tj ET"
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(words)} >>\nstream\n{words}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    body += f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return read_paper("执业证.pdf", body.encode("ascii"))
