"""The audit administrator's reading of the trail: who did what to which object and when, never a word about a patient."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.models import User
from permissions.people import found
from permissions.roles import Capability
from vault import audit
from vault.actor import SYSTEM, Actor, ActorKind
from vault.audit.verify import verify
from vault.models import AuditEntry
from vault.refusal import Refusal

# Where every proof of the trail is kept, so that the last one is found by its index.
PROOF = UUID("01990000-0000-7000-8000-000000000001")
MOST_FINDINGS = 50
MOST_ACTORS = 200
# What is written about these is about people at work; of everything else only codes, ids, days and numbers are shown.
ABOUT_WORK = frozenset(
    {"user", "session", "right", "post", "institution", "department", "alliance", "district", "founding", "trail", "policy_row", "calendar"}
)
WORDLESS = re.compile(r"\A(?:[a-z][a-z0-9_.:]{0,60}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9][0-9:.+TZ-]{0,40})\Z")
HIDDEN = "…"
# What nobody's district can be told of; their rows name no person and no resident.
OF_THE_PLATFORM = frozenset({"trail", "founding", "challenge", "places", "ledger"})
_owned: dict[str, tuple[type[Model], str]] = {}


def belongs(kind: str, model: type[Model], district: str) -> None:
    """Of this kind of object the platform's and residents' acts are shown to its district; `district` is the way to it.

    Called by each app for its own kinds; such acts on a kind that nobody declared are shown to nobody.
    """
    _owned[kind] = (model, district)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; days are those of Beijing, both included."""

    first: date
    last: date
    verb: str = ""
    kind: str = ""
    actor: str = ""
    about: UUID | None = None


def entries_of(by: Acting, asked: Asked) -> "QuerySet[AuditEntry]":
    """The acts of the district's people, and of residents and the platform on what is the district's, the newest first."""
    people = User.objects.filter(district_id=by.district_id)
    zone = timezone.get_current_timezone()
    begin = datetime.combine(asked.first, time(), zone)
    end = datetime.combine(asked.last + timedelta(days=1), time(), zone)
    entries = AuditEntry.objects.filter(at__gte=begin, at__lt=end)
    entries = entries.filter(Q(actor_id__in=people.values("public_id")) | ~Q(actor_kind=ActorKind.USER) & _of_district(by.district_id))
    for name, value in (("verb", asked.verb), ("kind", asked.kind), ("object_id", asked.about)):
        entries = entries.filter(**{name: value}) if value else entries
    if asked.actor:
        named = found(people, asked.actor).values_list("public_id", flat=True)[:MOST_ACTORS]
        entries = entries.filter(actor_id__in=list(named))
    return entries.order_by("-id")


def _of_district(district: int | None) -> Q:
    """Whether the object of a row is the district's, or nobody's."""
    owned = Q(kind__in=OF_THE_PLATFORM)
    for kind, (model, path) in _owned.items():
        owned |= Q(kind=kind) & Q(Exists(model._default_manager.filter(public_id=OuterRef("object_id"), **{path: district})))
    return owned


def names_of(entries: list[AuditEntry]) -> dict[UUID, str]:
    """Who the actors of these rows, and the people they are about, are: one query."""
    ids = {entry.actor_id for entry in entries if entry.actor_kind == ActorKind.USER}
    ids |= {entry.object_id for entry in entries if entry.kind == "user"}
    return {user.public_id: user.display_name for user in User.objects.filter(public_id__in=ids)}


def reason_shown(entry: AuditEntry) -> str:
    """The reason, where it cannot hold a word about a patient."""
    return _shown(entry, entry.reason)


def details_shown(entry: AuditEntry) -> dict[str, str]:
    """What was written beside the act, in the same care; lists by their length."""
    return {name: _shown(entry, value) for name, value in entry.details.items()}


def _shown(entry: AuditEntry, value: object) -> str:
    if isinstance(value, list | dict):
        return str(len(value))
    text = "" if value is None else str(value)
    return text if not text or entry.kind in ABOUT_WORK or WORDLESS.match(text) else HIDDEN


@transaction.atomic(durable=True)
def ask_for_proof(*, by: Acting) -> None:
    """The worker reads the whole trail soon and writes down what it found; refuses with `not_allowed`."""
    if not by.can(Capability.READ_AUDIT):
        raise Refusal("not_allowed", _("Your role does not include this."))
    audit.record("ask_for_proof", "trail", PROOF, by=by.actor)
    transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    current_app.send_task("permissions.tasks.prove_trail", retry=False, ignore_result=True, expires=3600)


def prove(by: Actor = SYSTEM) -> int:
    """Recomputes every seal and row; how many places were found altered, deleted or inserted stands in the trail itself."""
    seen = verify()
    found_places = [str(one) for one in seen.findings]
    details = {
        "seals": seen.seals, "rows": seen.rows, "waiting": seen.waiting, "anchored": seen.anchored,
        "faults": len(found_places), "findings": found_places[:MOST_FINDINGS],
    }  # fmt: skip
    with transaction.atomic(durable=True):
        audit.record("prove", "trail", PROOF, by=by, details=details)
    return len(found_places)


def last_proof() -> AuditEntry | None:
    """What the last reading of the whole trail found, or None before the first."""
    return AuditEntry.objects.filter(object_id=PROOF, verb="prove").order_by("-at").first()
