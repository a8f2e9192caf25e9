"""Requests about nominations: the institution's and the district's, by program and by page."""

from datetime import timedelta

from django.urls import reverse

from tests.cast_nominations import a_licence
from tests.cast_referral import today
from tests.integration.bad_input.forms import VERSION, Form
from tests.integration.bad_input.stage import Endpoint, Stage

EVIDENCE = {"licence_number": "licence", "note": "text"}
STORED = {"licence_number": "permissions.Nomination.licence", "note": "permissions.Nomination.note"}


def endpoints_of_nominations(stage: Stage) -> list[Endpoint]:
    """Every operation that writes about a nomination and has a body or a version."""
    held, manager, admin = stage.nominations, stage.loop.manager, stage.world.district_admin
    waiting, back = f"/rights/{held.waiting.public_id}", f"/rights/{held.sent_back.public_id}"
    targets = [{"kind": "institution", "id": str(stage.world.hospital.public_id)}]
    body = {"licence_number": a_licence(), "targets": targets, "note": "新签约"}
    post = {"post": str(stage.without_right.public_id)}
    answer = {"reason": "licence", "note": "编号不符"}
    return [
        Endpoint("nominations_hand_in", "POST", "/rights/nominations", manager, body | post, kinds=EVIDENCE, stored=STORED),
        Endpoint(
            "nominations_hand_in_again", "POST", f"{back}/nominate-again", manager, body, held.sent_back.version, kinds=EVIDENCE,
            stored=STORED,
        ),
        Endpoint("nominations_withdraw", "POST", f"{waiting}/withdraw", manager, version=held.waiting.version),
        Endpoint("nominations_verify", "POST", f"{waiting}/verify", admin, version=held.waiting.version),
        Endpoint("nominations_send_back", "POST", f"{waiting}/send-back", admin, answer, held.waiting.version, kinds={"note": "line"}),
    ]  # fmt: skip


def forms_of_nominations(stage: Stage) -> list[Form]:
    """The institution's forms, the district's answers, and many at once."""
    held, manager, admin = stage.nominations, stage.loop.manager, stage.world.district_admin
    target = f"institution.{stage.world.hospital.public_id}"
    evidence = {"licence_number": a_licence(), "note": "新签约", "target": target}
    kinds = EVIDENCE | {"target": "choice"}
    last_day = (today() + timedelta(days=300)).isoformat()
    new = reverse("nomination_new", args=[stage.without_right.public_id])
    mine, back = (reverse("nomination", args=[one.public_id]) for one in (held.waiting, held.sent_back))
    theirs = reverse("judgement", args=[held.waiting.public_id])
    first = {"act": "choice"} | VERSION
    sending = first | {"reason": "choice", "note": "line"}
    again = {"act": "nominate_again", "version": str(held.sent_back.version)}
    grant = {"target": target, "valid_to": last_day}
    said = {"reason": "licence", "note": "编号不符"}
    return [
        Form("nomination_new", new, manager, evidence, kinds),
        Form("nomination.again", back, manager, evidence | again, kinds | first),
        Form("nomination.detach", back, manager, {"act": "detach", "paper": str(held.paper.public_id)}, {"act": "choice", "paper": "uuid"}),
        Form("nomination.withdraw", mine, manager, {"act": "withdraw", "version": "1"}, first),
        Form("judgement.verify", theirs, admin, {"act": "verify", "version": "1"}, first),
        Form("judgement.send_back", theirs, admin, {"act": "send_back", "version": "1"} | said, sending),
        Form("judgement.grant", theirs, admin, {"act": "grant", "version": "1"} | grant, first | {"target": "choice", "valid_to": "date"}),
        Form(
            "worklist_grant", reverse("worklist_grant"), admin, grant | {"right": f"{held.waiting.public_id}.1"},
            {"right": "choice", "target": "choice", "valid_to": "date"},
        ),
    ]  # fmt: skip
