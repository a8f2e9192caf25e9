"""Founding, offices, accounts, logins, keys and second factors, as far as no single request does them."""

import json
from collections.abc import Callable
from contextlib import nullcontext, suppress
from functools import partial
from typing import Any

from bench.acts.scene import Scene
from bench.acts.trace import Act, Trace
from permissions import trail
from permissions.acting import Acting
from permissions.factors import dormancy, phone_change, proving, totp, unlock
from permissions.founding import Founder, confirm_other, found
from permissions.models import Authenticator, Challenge, Session, User
from permissions.roles import Role
from permissions.sessions import log_in
from permissions.visit import Visit
from tests.cast import XICHENG, a_phone, a_session, acting_as
from tests.cast_factors import wrong_now
from tests.integration.bad_input.stage import Endpoint, endpoints_of
from vault.models import Message
from vault.refusal import Refusal

SYSTEM, USER, ANONYMOUS = "system", "user", "anonymous"
VISIT = Visit("10.9.0.1")


def founding() -> Act:
    """A district out of an empty database: entered by the platform's operator, each of the two confirmed by the other."""
    entered = (
        Trace("found founding", "", "district", SYSTEM),
        Trace("enrol user", by=SYSTEM),
        Trace("enter_role user", "", "role", SYSTEM),
    )
    counted = (Trace("vouch user", "", "role", USER), Trace("confirm_role user", "", "role confirmed_by", SYSTEM))
    return Act("a district is founded", _found, None, entered + counted)


def _found() -> None:
    found(XICHENG, "西城区", Founder("李敏", a_phone()), Founder("赵建国", a_phone()))
    for person in User.objects.order_by("pk"):
        confirm_other(by=acting_as(person, role=Role.DISTRICT_ADMIN))


def acts(scene: Scene) -> list[Act]:
    """All of them."""
    return [*_offices(scene), *_logins(scene), *_factors(scene)]


def _offices(scene: Scene) -> list[Act]:
    held, admin = scene.stage.offices, scene.admin
    waiting, reader = f"/administrators/{held.waiting.public_id}", held.reader

    def asked(name: str, path: str, who: Acting, *traces: Trace, body: Any = None) -> Act:
        return Act(name, lambda: scene.request(Endpoint(name, "POST", path, who, body)), who, traces)

    return [
        asked("an office is confirmed", f"{waiting}/confirm", admin, Trace("confirm_role user", "", "role assignment")),
        asked("an office is withdrawn", f"{waiting}/withdraw", admin, Trace("withdraw_role user", "", "role assignment")),
        asked(
            "duties are accepted", "/me/duties", scene.newcomer, Trace("accept_duties user", "", "role version", USER), body={"version": 1}
        ),
        asked("a proof of the trail is asked for", "/trail/proof", reader, Trace("ask_for_proof trail")),
        Act("the trail is proved", trail.prove, None, (Trace("prove trail", "", "rows", SYSTEM),)),
    ]


def _logins(scene: Scene) -> list[Act]:
    doctor = scene.doctor
    said = Trace("ask_code challenge", "login", "", ANONYMOUS)
    entered = Trace("log_in session", "", "kind proofs", USER)
    return [
        Act("a login", partial(_log_in, scene, right=True), None, (said, entered)),
        Act("a wrong code", partial(_log_in, scene, right=False), None, (said, Trace("wrong_code challenge", "", "guesses", ANONYMOUS))),
        Act("a logout", partial(_log_out, scene), None, (Trace("end_session session", "logout", "", USER),)),
        Act("one ends a session of her own", partial(_end_own, scene), doctor, (Trace("end_session session", "by_person"),)),
        Act("a key is ended", partial(_end_key, scene), doctor, (Trace("end_key session"),)),
    ]


def _log_in(scene: Scene, *, right: bool) -> None:
    person = scene.stage.without_right.user
    answer = scene.request(Endpoint("ask", "POST", "/auth/challenge", None, {"phone": person.phone}))
    challenge = Challenge.objects.get(device__user=person)
    code = json.loads(Message.objects.get(about=challenge.public_id).params)["code"]
    with nullcontext() if right else suppress(Refusal):
        log_in(answer["challenge"], code if right else f"{(int(code) + 1) % 10**6:06d}", VISIT, kind=Session.Kind.TOKEN)


def _log_out(scene: Scene) -> None:
    scene.request(Endpoint("log out", "POST", "/auth/logout", scene.doctor))


def _end_own(scene: Scene) -> None:
    scene.request(Endpoint("end", "DELETE", f"/me/sessions/{scene.stage.session.public_id}", scene.doctor))


def _end_key(scene: Scene) -> None:
    scene.request(endpoints_of(scene.stage)["keys_make"])
    made = Session.objects.filter(user=scene.doctor.user, kind=Session.Kind.KEY).latest("pk")
    scene.request(Endpoint("end", "DELETE", f"/me/keys/{made.public_id}", scene.doctor))


def _factors(scene: Scene) -> list[Act]:
    guard = scene.stage.offices.guard
    ways: dict[str, Callable[..., Any]] = {
        "unlock": unlock.issue, "phone": partial(phone_change.change, phone=a_phone()), "proof": dormancy.prove_again, "reset": totp.reset,
    }  # fmt: skip
    helped = [
        Act(f"an administrator is helped by two: {name}", partial(_help, scene, way, guard.user), scene.admin, _by_two(name))
        for name, way in ways.items()
    ]
    return [
        *helped,
        Act("a wrong second proof", partial(_wrong_factor, scene), None, (Trace("wrong_factor user", "", "proof", ANONYMOUS),)),
    ]


def _by_two(name: str) -> tuple[Trace, ...]:
    evidence = "rescue note phone" if name == "phone" else "rescue note"
    return (Trace(f"rescue.ask_{name} user", "in_person", evidence), Trace(f"rescue.do_{name} user", "in_person", evidence, USER))


def _help(scene: Scene, way: Callable[..., Any], person: User) -> None:
    for by in (scene.admin, scene.second):
        way(person.public_id, ground="in_person", note="本人到场，出示身份证", by=by)


def _wrong_factor(scene: Scene) -> None:
    person = scene.stage.factors.enrolled
    secret = Authenticator.objects.get(user=person).secret
    session, _key = a_session(person)
    with suppress(Refusal):
        proving.prove(session, wrong_now(secret), VISIT)
