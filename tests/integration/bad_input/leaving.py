"""The requests and forms of handing over and of the monthly lists."""

from typing import Any

from django.urls import reverse

from referral.supervision.month import Month, before
from tests.cast_referral import today
from tests.integration.bad_input.forms import Form
from tests.integration.bad_input.stage import Endpoint, Stage


def endpoints_of_leaving(stage: Stage) -> list[Endpoint]:
    """Every operation of handing over and of the monthly lists that writes."""
    held, manager, shen = stage.leaver, stage.loop.manager, str(stage.world.shen.public_id)
    given = {"successor": shen, "contracts": shen, "items": [{"id": str(held.draft.public_id), "successor": shen}]}
    move = {"institution": str(held.station.public_id), "kind": "family_doctor", "title": "attending"}
    department = {"institution": str(stage.world.hospital.public_id), "kind": "receiving_doctor", "title": "chief"}
    rooms = {"department": str(stage.world.department().public_id)}
    named = {"to": shen, "referrals": [str(held.waiting.public_id)]}
    district = stage.world.district_admin
    path = f"/posts/{held.post.public_id}"
    month = Month(stage.world.centre, before(today().replace(day=1)))
    address = f"/conduct/{stage.world.centre.public_id}/{month.first:%Y-%m}"
    return [
        Endpoint("posts_end", "POST", f"{path}/end", manager, given | {"reason": "left"}, held.mark),
        Endpoint("posts_transfer", "POST", f"{path}/transfer", manager, given | move, held.mark),
        Endpoint("posts_transfer.department", "POST", f"{path}/transfer", district, given | department | rooms, held.mark),
        Endpoint("handover_name", "POST", "/handover", manager, named | {"returns": [str(held.orphan.public_id)]}),
        Endpoint("handover_contracts", "POST", "/handover/contracts", manager, {"doctor": str(held.gone.public_id), "to": shen}),
        Endpoint("conduct_sign", "POST", address, manager, {"digest": month.summary.digest}, kinds={"digest": "digest"}),
    ]


def forms_of_leaving(stage: Stage) -> list[Form]:
    """Every form of handing over and of the monthly lists."""
    held, manager, shen = stage.leaver, stage.loop.manager, str(stage.world.shen.public_id)
    month = Month(stage.world.centre, before(today().replace(day=1)))
    left: dict[str, Any] = {
        "act": "leave", "reason": "left", "successor": shen, "contracts": shen, f"item.{held.draft.public_id}": shen,
        "version": str(held.mark), "confirmed": "1",
    }  # fmt: skip
    move = {"act": "move", "institution": str(held.station.public_id), "kind": "family_doctor", "title": "attending", "department": ""}
    people = {"successor": "uuid", "contracts": "uuid", f"item.{held.draft.public_id}": "uuid", "version": "version", "act": "choice"}
    chosen = {"act": "name", "item": [f"referral:{held.waiting.public_id}"], "to": shen}
    residents = {"act": "contracts", "doctor": str(held.gone.public_id), "to": shen}
    at = reverse("handover_post", args=[held.post.public_id])
    listed = reverse("conduct_month", args=[stage.world.centre.public_id, f"{month.first:%Y-%m}"])
    return [
        Form("handover", reverse("handover"), manager, chosen, {"act": "choice", "item": "uuid", "to": "uuid"}),
        Form("handover.contracts", reverse("handover"), manager, residents, {"doctor": "uuid", "to": "uuid"}),
        Form("handover_post", at, manager, left, people | {"reason": "choice"}),
        Form("handover_post.move", at, manager, left | move, people | {"institution": "uuid", "kind": "choice", "title": "choice"}),
        Form("conduct_month", listed, manager, {"digest": month.summary.digest, "read": "1"}, {"digest": "digest", "read": "choice"}),
    ]
