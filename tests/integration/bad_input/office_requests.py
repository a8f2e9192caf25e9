"""Requests about duties, offices of the district, accounts, and sessions of others."""

from django.urls import reverse

from tests.cast import a_phone
from tests.integration.bad_input.forms import Form
from tests.integration.bad_input.stage import Endpoint, Stage

WHY, LINE = {"reason": "换岗"}, {"reason": "line"}


def endpoints_of_offices(stage: Stage) -> list[Endpoint]:
    """The operations that take more than an address."""
    held, admin = stage.offices, stage.world.district_admin
    office = {"name": "新任职", "phone": a_phone(), "role": "platform_operator"}
    return [
        Endpoint("duties_accept", "POST", "/me/duties", stage.loop.doctor, {"version": 1}),
        Endpoint("administrators_appoint", "POST", "/administrators", admin, office, kinds={"name": "name", "phone": "mobile"}),
        Endpoint("administrators_end", "POST", f"/administrators/{held.office.public_id}/end", admin, WHY, kinds=LINE),
        Endpoint("accounts_close", "POST", f"/accounts/{held.person.public_id}/close", held.keeper, WHY, kinds=LINE),
        Endpoint("accounts_reopen", "POST", f"/accounts/{held.closed.public_id}/reopen", held.keeper, WHY, kinds=LINE),
        Endpoint("accounts_end_sessions", "POST", f"/accounts/{held.person.public_id}/end-sessions", held.guard, WHY, kinds=LINE),
        Endpoint("live_sessions_end", "POST", f"/live-sessions/{held.session.public_id}/end", held.guard, WHY, kinds=LINE),
    ]


def forms_of_offices(stage: Stage) -> list[Form]:
    """The forms of the same."""
    held, admin = stage.offices, stage.world.district_admin
    office = {"name": "新任职", "phone": a_phone(), "role": "platform_operator"}
    kinds = {"name": "name", "phone": "mobile", "role": "choice"}

    def about(name: str, public_id: object) -> str:
        return reverse(name, args=[public_id])

    ended, closed = {"act": "end"} | WHY, {"act": "close"} | WHY
    acted = {"act": "choice"} | LINE
    return [
        Form("duties", reverse("duties"), stage.loop.doctor, {"version": "1", "accept": "1", "next": "/"}, {"version": "version"}),
        Form("administrators", reverse("administrators"), admin, office, kinds),
        Form("administrator", about("administrator", held.office.public_id), admin, ended, acted),
        Form("account", about("account", held.person.public_id), held.keeper, closed, acted),
        Form("live_session", about("live_session", held.session.public_id), held.guard, {"act": "one"} | WHY, acted),
    ]
