"""Where the acts are done: the stage on which every request is lawful, with a few people and things more."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.test import Client

from clinics import mirror
from clinics.models import Post
from permissions.acting import Acting
from permissions.models import Proof, Session
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Role
from tests.cast import a_right, a_session, a_user, acting_as, an_admin
from tests.cast_clinics import a_centre, a_post
from tests.cast_factors import an_authenticator
from tests.integration.bad_input.proof import send
from tests.integration.bad_input.stage import Endpoint, Stage


class Scene:
    """The stage, a second administrator of the district, a doctor suspended for misconduct, and one who accepts her duties."""

    def __init__(self) -> None:
        Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
        self.stage = Stage()
        self.world, self.loop = self.stage.world, self.stage.loop
        self.admin, self.manager, self.doctor = self.world.district_admin, self.loop.manager, self.loop.doctor
        self.second = acting_as(an_admin("赵建国"))
        self.suspect = a_right(a_user("严停诊"), status=RightStatus.SUSPENDED, reason_code=RightReason.MISCONDUCT)
        a_post(self.suspect.user, self.world.centre, right=self.suspect)
        an_authenticator(self.stage.offices.guard.user)
        newcomer = a_post(a_user("方初任", duties=False), self.world.hospital, Role.WINDOW_CLERK)
        self.newcomer = acting_as(newcomer.user, newcomer)
        self.far = self.manager_of(a_centre("月坛"))
        with transaction.atomic():
            mirror.mirror(list(Post.objects.values_list("user_id", flat=True)))
        for who in (self.second, self.newcomer, self.far):
            self.stage.open_session(who)
        Session.objects.update(proofs=[Proof.SMS, Proof.TOTP])

    @staticmethod
    def manager_of(place: Any) -> Acting:
        post = a_post(a_user("钱经理"), place, Role.MANAGER)
        return acting_as(post.user, post)

    def request(self, endpoint: Endpoint) -> Any:
        """The request over HTTP; whatever is refused is no act."""
        answer = send(self.stage, endpoint, endpoint.body)
        assert answer.status_code < 300, f"{endpoint.operation}: {answer.status_code} {answer.content[:300]!r}"
        return answer.json() if answer.content else None

    def press(self, who: Acting, path: str, data: dict[str, str]) -> Any:
        """A button of a page."""
        _session, key = a_session(who.user, acting_choice=who.choice, proofs=[Proof.SMS, Proof.TOTP])
        client = Client()
        client.cookies["session"] = key
        answer = client.post(path, data)
        assert answer.status_code < 400, f"{path}: {answer.status_code}"
        return answer
