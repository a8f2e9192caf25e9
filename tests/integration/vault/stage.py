"""A kind of thing with a life, message texts, and small acts, for the vault's tests only."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import connection, models, transaction

from tests.database import as_owner
from vault import audit, outbox
from vault.actor import Actor, ActorKind
from vault.audit.models import AuditSeal
from vault.audit.seal import seal, waiting_seconds
from vault.outbox.models import Message
from vault.outbox.templates import SmsTemplate, declare
from vault.records import Stateful
from vault.states import StateTable, Transition, fsm_trigger

DOCTOR = Actor(ActorKind.USER, UUID(int=7), UUID(int=8))
PHONE = "13800138000"

LIFE = StateTable(
    "parcel",
    (
        Transition("", "sent", ("doctor",), "parcel.sent"),
        Transition("sent", "taken", ("owner",), "parcel.taken", "R129"),
        Transition("sent", "lost", ("owner",), "parcel.lost"),
        Transition("lost", "sent", ("owner",), "parcel.sent_again"),
    ),
    final=frozenset({"taken"}),
)


class Parcel(Stateful):
    """Sent, then taken with a note or lost."""

    STATES: ClassVar[StateTable] = LIFE
    status = models.TextField(default="sent")
    note = models.TextField(default="")
    seen_at = models.DateTimeField(null=True)

    class Meta:
        app_label = "vault_stage"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status="taken") & ~models.Q(note="") | ~models.Q(status="taken"),
                name="a_taken_parcel_has_a_note",
            )
        ]


@contextmanager
def parcels_table() -> Iterator[None]:
    """The table and its wall exist inside, made and removed by the owner."""
    wall = fsm_trigger(LIFE).compile(Parcel)
    with as_owner(), connection.schema_editor() as editor:
        editor.create_model(Parcel)
        editor.execute(wall.install_sql, params=None)
    try:
        yield
    finally:
        with as_owner(), connection.schema_editor() as editor:
            editor.delete_model(Parcel)


def act(verb: str = "book", details: dict[str, object] | None = None) -> UUID:
    """One committed act on a new object."""
    thing = uuid4()
    with transaction.atomic():
        audit.record(verb, "parcel", thing, by=DOCTOR, reason="试", details=details)
    return thing


def message(template: str = "v_notice", phone: str = PHONE, **options: object) -> Message:
    """One committed message; parameters as its text wants them."""
    params = {"code": "482913"} if template == "v_code" else {"words": options.pop("words", "您好")}
    options = {"about": uuid4(), "version": 1} | options
    with transaction.atomic():
        public_id = outbox.put(template, phone, params, **options)
    return Message.objects.get(public_id=public_id)


def age(messages: "models.QuerySet[Message]", seconds: int) -> None:
    """Move every instant of these messages into the past."""
    back = timedelta(seconds=seconds)
    messages.update(not_before=models.F("not_before") - back, due_at=models.F("due_at") - back, lease_until=models.F("lease_until") - back)


def declare_texts() -> None:
    for template in (
        SmsTemplate("v_notice", "notice", {"words": 30}, "通知：${words}"),
        SmsTemplate("v_lasting", "notice", {"words": 30}, "预约：${words}", overtaken=False),
        SmsTemplate("v_code", "otp", {"code": 6}, "验证码${code}"),
        SmsTemplate("v_reminder", "notice", {"words": 30}, "提醒：${words}", before_send=_reread),
    ):
        declare(template)


FRESH: dict[UUID, dict[str, str] | None] = {}


def _reread(about: UUID, params: dict[str, str]) -> dict[str, str] | None:
    return FRESH.get(about, params)


# Seconds. A test in the other worker holds one transaction open for as long as it runs, and with it the horizon.
PATIENCE = 180


@contextmanager
def as_sealer() -> Iterator[None]:
    """Statements inside run as the role that alone may seal."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE referral_sealer")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE referral_app")


def seal_everything() -> list[AuditSeal]:
    """Seal until nothing waits; transactions of other databases on this server may hold the horizon for a while."""
    made = []
    deadline = time.monotonic() + PATIENCE
    with as_sealer():
        while waiting_seconds():
            assert time.monotonic() < deadline, f"the horizon did not move within {PATIENCE} seconds"
            fresh = seal()
            made += [fresh] if fresh else []
            time.sleep(0 if fresh else 0.05)
    return made
