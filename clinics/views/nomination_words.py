"""What the pages of nominations say: one line of a list, the form with its boxes, the columns of the worklist."""

from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.imports.staff import licence_of
from clinics.models import Post
from clinics.nominations.checks import Consequence, Examination, Grade, Topic
from clinics.nominations.queries import STANDINGS, WAITING, wishes_of
from clinics.views.right_words import last_day_of, standing_of
from clinics.views.targets import target_choices
from permissions.models import Nomination, ReferralRight
from permissions.models.evidence import NOTE_LENGTH
from permissions.nominations import MOST_PAPERS
from permissions.right_states import RightReason, RightStatus
from vault.refusal import invalid

# The verdict of all checks: words and kind of the tag.
VERDICTS: dict[Grade, tuple[Any, str]] = {
    Grade.PASS: (gettext_lazy("may be granted"), "ok"),
    Grade.LOOK: (gettext_lazy("needs a look"), "few"),
    Grade.TWO: (gettext_lazy("two persons"), "few"),
    Grade.STOP: (gettext_lazy("cannot be granted"), "bad"),
}
MARKS = {Grade.PASS: "", Grade.LOOK: "few", Grade.TWO: "few", Grade.STOP: "bad"}
# What deciding about many does to one of them.
CONSEQUENCES: dict[Consequence, tuple[Any, str]] = {
    Consequence.GRANT: (gettext_lazy("is granted"), "ok"),
    Consequence.VERIFY_ONLY: (gettext_lazy("is verified; another person grants"), "few"),
    Consequence.SECOND_PERSON: (gettext_lazy("stays: verified by you, another person grants"), "off"),
    Consequence.LOOK_FIRST: (gettext_lazy("stays: needs a look of its own"), "off"),
    Consequence.STOPPED: (gettext_lazy("stays: cannot be granted"), "bad"),
    Consequence.DECIDED: (gettext_lazy("stays: decided already"), "off"),
}
COLUMNS = (
    (Topic.LICENCE, gettext_lazy("Certificate")),
    (Topic.PERSON, gettext_lazy("Person and phone")),
    (Topic.POST, gettext_lazy("Post")),
    (Topic.PAST, gettext_lazy("Earlier rights")),
)


def line_of(post: Post) -> dict[str, Any]:
    """One line of the institution's list: the right's standing, the last handing-in, what can be done."""
    right = post.right
    last: Nomination | None = next(iter(right.handed_in), None) if right else None  # type: ignore[attr-defined]
    return {
        "post": post,
        "right": right,
        "last": last,
        "standing": standing_for_institution(right),
        "last_day": last_day_of(right) if right else None,
        "reason": taken_for(right),
        "sent_back": right is not None and right.status == RightStatus.SENT_BACK,
        "can_nominate": right is None or right.status in ReferralRight.STATES.final,
    }


def standing_for_institution(right: ReferralRight | None) -> dict[str, Any]:
    """Word and kind of the tag in the words its filter and its heading use; the step already taken beside it."""
    if right is not None and right.status in WAITING:
        return {"word": STANDINGS["waiting"][0], "kind": "info", "step": RightStatus(right.status).label}
    if right is not None and right.status == RightStatus.SENT_BACK:
        return {"word": STANDINGS["sent_back"][0], "kind": "few"}
    return standing_of(right)


def taken_for(right: ReferralRight | None) -> Any:
    """Why a right was taken away or rests; nothing for others."""
    taken = right is not None and right.status in (RightStatus.SUSPENDED, RightStatus.REVOKED) and right.reason_code
    return RightReason(right.reason_code).label if right is not None and taken else ""


def evidence_context(post: Post | None, last: Nomination | None = None, typed: QueryDict | None = None) -> dict[str, Any]:
    """The form of evidence: as typed, else as handed in last, else as the staff list said, with the post's own alliances ticked."""
    if typed is not None:
        licence, note, ticked = typed.get("licence_number", ""), typed.get("note", ""), typed.getlist("target")
    elif last is not None:
        licence, note, ticked = last.licence, last.note, [f"{kind}.{public_id}" for kind, public_id in last.wishes]
    else:
        licence, note, ticked = licence_of(post) if post else "", "", None
    return {
        "licence_number": licence,
        "note": note,
        "target_groups": target_choices(post, ticked),
        "note_limit": NOTE_LENGTH,
        "most_papers": MOST_PAPERS,
    }


def wishes_in(typed: QueryDict) -> list[tuple[str, UUID]]:
    """The ticked wishes; none is allowed, as the district decides. Refuses with `invalid_input` what cannot be one."""
    names = [value.partition(".") for value in typed.getlist("target")[:100]]
    try:
        return [(kind, UUID(public_id)) for kind, _dot, public_id in names]
    except ValueError:
        raise invalid("targets", _("One of the chosen targets does not exist.")) from None


def columns_of(examined: Examination) -> list[dict[str, Any]]:
    """The four columns of the worklist: the gravest finding of each, or that it passed."""
    cells = []
    for topic, label in COLUMNS:
        findings = examined.of(topic)
        worst = findings[0].grade if findings else Grade.PASS
        shown = [finding for finding in findings if finding.grade != Grade.PASS]
        cells.append({"label": label, "mark": MARKS[worst], "findings": shown, "remarks": [one for one in findings if one not in shown]})
    return cells


def waiting_line(right: ReferralRight, examined: Examination) -> dict[str, Any]:
    """One line of the district's worklist."""
    word, kind = VERDICTS[examined.verdict]
    return {
        "right": right,
        "post": getattr(right, "post", None),
        "columns": columns_of(examined),
        "verdict": {"word": word, "kind": kind},
        "verified": right.status == RightStatus.VERIFIED,
        "handed_in_at": getattr(right, "handed_in_at", None) or right.created_at,
    }


def wished_boxes(post: Post | None, last: Nomination | None, typed: QueryDict | None = None) -> list[dict[str, Any]]:
    """The targets to grant: as typed, else what the institution asked for, else the alliances of its own."""
    if typed is not None:
        return target_choices(post, typed.getlist("target"))
    wished = [f"{one._meta.model_name}.{one.public_id}" for one in wishes_of(last)]
    return target_choices(post, wished or None)
