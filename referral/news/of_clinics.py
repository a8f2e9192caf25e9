"""Who is told what of the lives of rights, values of the regulation and imported lists, whose rooms know no inbox."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from clinics.models import CriteriaSet, ImportJob, PolicyRow, PolicySetChoice, Post
from clinics.models.policy import PolicyStatus
from permissions.models import ReferralRight
from permissions.right_states import RightReason
from referral.inbox.tell import managers_of
from referral.news.steps import Step, Told, administrators_of

LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)
AT_ONCE: Final = timedelta(seconds=2)
OF_RIGHTS: Final = {
    "verify": "nomination_verified",
    "send_back": "nomination_sent_back",
    "grant": "right_granted",
    "suspend": "right_suspended",
    "reinstate": "right_reinstated",
    "revoke": "right_revoked",
    "expire": "right_expired",
    "end": "right_ended",
}
OF_POLICY: Final = {
    "enter": "policy_waiting",
    "ask_end": "policy_waiting",
    "approve": "policy_approved",
    "end": "policy_approved",
    "reject": "policy_rejected",
    "refuse_end": "policy_rejected",
}
OF_DOCUMENTS: Final = {event: kind.replace("policy", "document") for event, kind in OF_POLICY.items()}
OF_CRITERIA: Final = {
    "hand_in": "criteria_waiting",
    "ask_end": "criteria_waiting",
    "approve": "criteria_approved",
    "end": "criteria_approved",
    "send_back": "criteria_sent_back",
    "refuse_end": "criteria_sent_back",
}
OF_IMPORTS: Final = {"finish_check": "import_ready", "finish": "import_finished", "stop": "import_failed", "refuse": "import_failed"}


def of_rights(steps: Sequence[Step]) -> Iterator[Told]:
    """The doctor and the managers who nominated her hear what became of the right."""
    rows = ReferralRight.objects.filter(public_id__in={step.about for step in steps}).select_related("user")
    found = {row.public_id: row for row in rows}
    posts = {post.right_id: post for post in Post.objects.filter(right__in=rows).select_related("institution")}
    for step in steps:
        if (right := found.get(step.about)) is None:
            continue
        post, kind = posts.get(right.pk), OF_RIGHTS[step.event]
        managers = managers_of([post.institution]) if post is not None else []
        yield Told(step, kind, step.about, [right.user, *managers], _reason(kind, step))


def _reason(kind: str, step: Step) -> Mapping[str, str]:
    if kind not in ("right_suspended", "right_revoked", "nomination_sent_back"):
        return {}
    return {"reason": step.code or RightReason.OWN_REQUEST.value}


def of_policy(steps: Sequence[Step]) -> Iterator[Told]:
    """The district's administrators hear what waits for a second person; who entered it, what was decided (R053).

    Values that a document brought along are entered and approved at once: the document's own notice says so.
    """
    rows = PolicyRow.objects.filter(public_id__in={step.about for step in steps})
    related = ("institution", "department__institution", "entered_by", "end_asked_by")
    found = {row.public_id: row for row in rows.select_related(*related)}
    entered = {step.about: step.at for step in steps if step.event == "enter"}
    for step in steps:
        row = found.get(step.about)
        district = district_of(row) if row else None
        if row is None or district is None or step.at - entered.get(step.about, LONG_AGO) < AT_ONCE:
            continue
        yield _decided(step, row, district)
    waiting = [step for step in steps if step.event == "enter" and (row := found.get(step.about)) and row.status == PolicyStatus.DRAFT]
    for step in waiting:
        if (district := district_of(found[step.about])) is not None:
            yield Told(step, "policy_waiting", step.about, administrators_of(district))


def _decided(step: Step, row: PolicyRow, district: int) -> Told:
    kind = OF_POLICY[step.event]
    asker = row.end_asked_by if step.event in ("end", "refuse_end") else row.entered_by
    return Told(step, kind, step.about, administrators_of(district) if kind == "policy_waiting" else [asker])


def of_documents(steps: Sequence[Step]) -> Iterator[Told]:
    """The same of a document's values, chosen together (R140)."""
    rows = PolicySetChoice.objects.filter(public_id__in={step.about for step in steps})
    found = {row.public_id: row for row in rows.select_related("entered_by", "end_asked_by")}
    for step in steps:
        if (choice := found.get(step.about)) is None:
            continue
        kind = OF_DOCUMENTS[step.event]
        asker = choice.end_asked_by if step.event in ("end", "refuse_end") else choice.entered_by
        yield Told(step, kind, step.about, administrators_of(choice.district_id) if kind == "document_waiting" else [asker])


def of_criteria(steps: Sequence[Step]) -> Iterator[Told]:
    """The same of a list of referral criteria (R116)."""
    rows = CriteriaSet.objects.filter(public_id__in={step.about for step in steps})
    found = {row.public_id: row for row in rows.select_related("entered_by", "end_asked_by")}
    for step in steps:
        if (held := found.get(step.about)) is None:
            continue
        kind = OF_CRITERIA[step.event]
        asker = held.end_asked_by if step.event in ("end", "refuse_end") else held.entered_by
        yield Told(step, kind, step.about, administrators_of(held.district_id) if kind == "criteria_waiting" else [asker])


def district_of(row: PolicyRow) -> int | None:
    """The district that decides about a value; the city's own values are nobody's here."""
    place = row.institution or (row.department.institution if row.department else None)
    return place.district_id if place is not None else row.district_id


def of_imports(steps: Sequence[Step]) -> Iterator[Told]:
    """Who brought a list in hears that it was checked, taken in, or could not be."""
    rows = ImportJob.objects.filter(public_id__in={step.about for step in steps}).select_related("by_user")
    found = {row.public_id: row for row in rows.defer("content")}
    for step in steps:
        if (job := found.get(step.about)) is not None:
            yield Told(step, OF_IMPORTS[step.event], step.about, [job.by_user])
