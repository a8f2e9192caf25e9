"""Requests about the second factor: logging in without an SMS, one's own authenticator, the help of the district."""

from typing import Any

from django.urls import reverse

from tests.cast import a_phone
from tests.integration.bad_input.forms import Form
from tests.integration.bad_input.stage import Endpoint, Stage

CODE = {"code": "factor"}
TWO = {"phone": "mobile"} | CODE
GROUND = {"ground": "in_person", "note": "本人到场，出示身份证"}


def endpoints_of_factors(stage: Stage) -> list[Endpoint]:
    """The operations of logging in without an SMS, of one's own second factor, and of the district."""
    held, admin = stage.factors, stage.world.district_admin
    code = {"code": held.paper}

    def mine(name: str, path: str, body: dict[str, str], who: Any = held.doctor) -> Endpoint:
        return Endpoint(name, "POST", path, who, body, kinds=CODE)

    def help_with(act: str, kinds: dict[str, str], **more: str) -> Endpoint:
        path = f"/people/{held.helped.public_id}/{act}"
        name = f"people_{act.replace('-', '_')}_create"
        return Endpoint(name, "POST", path, admin, GROUND | more, kinds={"note": "text"} | kinds)

    return [
        Endpoint("auth_alternative_create", "POST", "/auth/alternative", None, {"phone": held.enrolled.phone} | code, kinds=TWO),
        mine("auth_proof_create", "/auth/proof", code),
        mine("me_factor_create", "/me/factor", code),
        mine("me_factor_codes_create", "/me/factor/codes", code),
        mine("me_factor_remove_create", "/me/factor/remove", code),
        mine("me_factor_confirm_create", "/me/factor/confirm", {"code": held.first_code}, held.beginner),
        help_with("unlock", {}),
        help_with("phone", {"phone": "mobile"}, phone=a_phone()),
        help_with("proof", {}),
        help_with("factor-reset", {}),
    ]


def forms_of_factors(stage: Stage) -> list[Form]:
    """The pages of logging in without an SMS, and of the district; codes of one's own have tests of their own."""
    held, admin = stage.factors, stage.world.district_admin
    page = reverse("person_access", args=[held.helped.public_id])
    kinds = {"act": "choice", "ground": "choice", "note": "text"}
    login = {"phone": held.enrolled.phone, "code": held.paper, "next": "/"}
    return [
        Form("login_other", reverse("login_other"), None, login, TWO),
        Form("person_access", page, admin, GROUND | {"act": "proof", "phone": ""}, kinds),
        Form("person_access.phone", page, admin, GROUND | {"act": "phone", "phone": a_phone()}, kinds | {"phone": "mobile"}),
    ]
