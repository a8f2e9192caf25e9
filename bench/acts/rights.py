"""The life of a right, as far as no single request does it: papers, two persons, nights without attestation, disputes."""

from datetime import datetime, time, timedelta
from functools import partial

from django.db.models.functions import Now
from django.utils import timezone

from bench.acts.offices import SYSTEM, USER
from bench.acts.scene import Scene
from bench.acts.trace import Act, Trace
from clinics import rights
from clinics.models import Institution
from clinics.nominations import nominate
from clinics.watch import disputes, suspension
from clinics.watch.asked import DUE, UNMANAGED
from clinics.watch.attestation import suspend_unattested
from clinics.watch.disputes import Answer
from clinics.watch.quarters import SHANGHAI, Quarter, day_in_beijing
from clinics.watch.reminders import remind_managers
from permissions import rights as steps
from permissions.models import ReferralRight
from permissions.right_states import RightStatus
from referral.credit.papers import attach as attach_to_appeal
from referral.supervision.dormancy import suspend_dormant
from tests.cast_clinics import a_centre
from tests.cast_nominations import a_paper
from tests.cast_referral import today
from tests.integration.bad_input.stage import Endpoint
from vault.models import Message

EVIDENCE = "区卫生健康委通报 2026-11-20"


def acts(scene: Scene) -> list[Act]:
    """All of them."""
    return [*_papers(scene), *_files(scene), *_two_persons(scene), *_by_itself(scene), *_objections(scene)]


def _files(scene: Scene) -> list[Act]:
    """Beside an appeal, as beside a nomination."""
    held, kept = scene.stage.ledgered, "attachment kind size digest"
    address = f"/breaches/{held.judged.public_id}/appeal/papers/{held.paper.public_id}"
    return [
        Act(
            "a file is laid beside an appeal", lambda: attach_to_appeal(held.judged.public_id, a_paper("病历.pdf"), by=scene.doctor),
            scene.doctor, (Trace("breach.attach breach", "", kept),),
        ),
        Act(
            "a file is taken off an appeal", lambda: scene.request(Endpoint("detach", "DELETE", address, scene.doctor)), scene.doctor,
            (Trace("breach.detach breach", "", kept),),
        ),
    ]  # fmt: skip


def _papers(scene: Scene) -> list[Act]:
    held, admin = scene.stage.nominations, scene.admin
    kept = "attachment kind size digest"
    granted = (Trace("right.verify right"), Trace("right.grant right", "", "until"), Trace("grant_targets right", "", "targets"))
    address = f"/rights/{held.sent_back.public_id}/papers/{held.paper.public_id}"
    return [
        Act(
            "a paper is laid beside a nomination", lambda: nominate.attach(held.waiting, a_paper("学历.pdf"), by=scene.manager),
            scene.manager, (Trace("right.attach right", "", kept),),
        ),
        Act(
            "a paper is taken away", lambda: scene.request(Endpoint("detach", "DELETE", address, scene.manager)), scene.manager,
            (Trace("right.detach right", "", kept),),
        ),
        Act(
            "a nomination is verified and granted",
            lambda: rights.verify_and_grant(
                held.waiting, targets=[scene.world.hospital], last_day=today() + timedelta(days=300), by=admin
            ),
            admin, granted,
        ),
    ]  # fmt: skip


def _two_persons(scene: Scene) -> list[Act]:
    returned = (Trace("right.ask_reinstatement right", "misconduct", "version"), Trace("right.reinstate right", "", "version", USER))
    back = (
        Trace("suspend_institution institution", "resale", "evidence rights"),
        Trace("ask_institution_back institution", "resale", "evidence"),
        Trace("reinstate_institution institution", "resale", "evidence", USER),
    )
    return [
        Act("a right comes back after misconduct", partial(_return, scene), scene.admin, returned),
        Act("an institution comes back after misconduct", partial(_return_institution, scene), scene.admin, back),
    ]


def _return(scene: Scene) -> None:
    for by in (scene.admin, scene.second):
        rights.reinstate(scene.suspect, by=by)


def _return_institution(scene: Scene) -> None:
    place = Institution.objects.get(pk=a_centre("广外").pk)
    suspension.suspend(place, by=scene.admin, reason="resale", note=EVIDENCE)
    for by in (scene.admin, scene.second):
        suspension.reinstate(place, by=by)


def _by_itself(scene: Scene) -> list[Act]:
    return [
        Act("a right expires", partial(_expire, scene), None, (Trace("right.expire right", "", "version", SYSTEM),)),
        Act("nobody attests", partial(_unattested, scene), None, (Trace("right.suspend right", "unattested", "version", SYSTEM),)),
        Act("nobody books", partial(_dormant, scene), None, (Trace("right.suspend right", "dormant", "version", SYSTEM),)),
    ]


def _expire(scene: Scene) -> None:
    ReferralRight.objects.filter(pk=scene.stage.rights[RightStatus.GRANTED].pk).update(valid_to=Now() - timedelta(minutes=1))
    assert steps.expire_overdue() == 1


def _unattested(scene: Scene) -> None:
    running = Quarter.of(day_in_beijing(timezone.now()))
    begun = timezone.now() - timedelta(days=400)
    ReferralRight.objects.filter(pk=scene.world.zhou.right_id).update(valid_from=begun, valid_to=begun + timedelta(days=1200))
    remind_managers(datetime.combine(running.last_day - timedelta(days=14), time(12), SHANGHAI))
    Message.objects.filter(template__in=(DUE, UNMANAGED), state="waiting").update(state="sent", settled_at=Now())
    after = timezone.now() + (running.last_day - day_in_beijing(timezone.now())) + timedelta(days=40)
    assert suspend_unattested(after) > 0


def _dormant(scene: Scene) -> None:
    begun = timezone.now() - timedelta(days=200)
    ReferralRight.objects.filter(pk=scene.world.shen.right_id).update(valid_from=begun)
    assert suspend_dormant(timezone.now()) > 0


def _objections(scene: Scene) -> list[Act]:
    held, right = scene.stage.watched, scene.world.zhou.right
    assert right is not None
    gone = {"answers": [{"right": str(right.public_id), "word": "gone"}]}
    denied = (Trace("right.deny_attestation right", "", "quarter"), Trace("right.suspend right", "unattested", "version", SYSTEM))
    ended, said = Answer(True, "经核实不属于本医联体", "grant_ended"), "answer right hospital"
    upheld = (Trace("answer_dispute dispute", "unknown", f"{said} remedy"), Trace("end_reach right", "unknown", "targets hospital"))
    rejected = (Trace("answer_dispute dispute", "unknown", said),)
    return [
        Act(
            "a post is no longer held",
            lambda: scene.request(Endpoint("deny", "POST", "/attestations", scene.manager, gone)), scene.manager, denied,
        ),
        Act("a dispute ends the reach", lambda: disputes.answer(held.dispute, ended, by=scene.admin), scene.admin, upheld),
        Act(
            "a dispute is rejected",
            lambda: disputes.answer(held.dispute, Answer(False, "医师在岗"), by=scene.admin), scene.admin, rejected,
        ),
    ]  # fmt: skip
