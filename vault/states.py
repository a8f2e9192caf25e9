"""Lives as data: which status may follow which, who may do it, and the only writer of a status."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pgtrigger
from django.db import connection
from django.utils.translation import gettext_lazy as _

from vault.actor import Actor
from vault.events import Event, history
from vault.refusal import Refusal
from vault.transactions import requires_transaction

__all__ = ["Event", "StateTable", "Transition", "advance", "amend", "created", "created_together", "fsm_trigger", "history"]

CREATED_TOGETHER = """
SELECT vault_event(%s, made.id, %s, '', %s, %s, %s::uuid, %s::uuid, '')
  FROM unnest(%s::uuid[]) WITH ORDINALITY AS made (id, nth) ORDER BY nth
"""
CHANGED = _("This has changed since you opened it. Look at it again, then decide.")


@dataclass(frozen=True, slots=True)
class Transition:
    """One lawful step: from `source` ("" = newly created) to `target`, by whom, called what, by which rule."""

    source: str
    target: str
    who: tuple[str, ...]
    event: str
    rule: str = ""


@dataclass(frozen=True, slots=True)
class StateTable:
    """The whole life of one kind of object; buttons, API actions, checks and the database ask this table."""

    kind: str
    transitions: tuple[Transition, ...]
    final: frozenset[str] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        pairs = [(step.source, step.target) for step in self.transitions]
        repeated = {pair for pair in pairs if pairs.count(pair) > 1}
        left = {source for source, _target in pairs if source in self.final}
        stuck = self.states - self.final - {source for source, _target in pairs}
        if repeated or left or stuck:
            raise ValueError(f"{self.kind}: repeated {repeated}, final but left {left}, stuck {stuck}")

    @property
    def states(self) -> frozenset[str]:
        """Every status of this life."""
        return frozenset(step.target for step in self.transitions) | self.final

    def open_to(self, status: str, roles: Iterable[str]) -> list[Transition]:
        """The steps that one of these roles may take from here, in the order of the table."""
        mine = set(roles)
        return [step for step in self.transitions if step.source == status and mine.intersection(step.who)]

    def find(self, source: str, target: str) -> Transition | None:
        """The step between two states, or None when the table has none."""
        return next((s for s in self.transitions if (s.source, s.target) == (source, target)), None)


def advance(
    obj: Any,
    target: str,
    *,
    by: Actor,
    reason: str = "",
    expected_version: int | None = None,
    **fields: Any,
) -> None:
    """Step: move `obj` to `target`, writing `fields` with it, and leave one Event.

    One guarded UPDATE on the status and version the caller saw; `obj` carries the new values afterwards.
    Raises Refusal("stale_state") with the current state when the table has no such step from the caller's state,
    when `expected_version` (If-Match) is another, or when somebody else was first.
    """
    requires_transaction()
    step = obj.STATES.find(obj.status, target)
    if step is None or expected_version not in (None, obj.version):
        raise _stale(obj)
    rows = type(obj)._base_manager.filter(pk=obj.pk, status=obj.status, version=obj.version)
    if not rows.update(status=target, version=obj.version + 1, **fields):
        raise _stale(obj)
    obj.status, obj.version = target, obj.version + 1
    _carry(obj, fields)
    _write_event(obj, step, by, reason)


def amend(obj: Any, event: str, *, by: Actor, reason: str = "", expected_version: int | None = None, **fields: Any) -> None:
    """Step: write `fields` of `obj` without leaving its state: one guarded UPDATE, a new version, one Event.

    Raises Refusal("stale_state") as `advance` does.
    """
    requires_transaction()
    if expected_version not in (None, obj.version):
        raise _stale(obj)
    rows = type(obj)._base_manager.filter(pk=obj.pk, status=obj.status, version=obj.version)
    if not rows.update(version=obj.version + 1, **fields):
        raise _stale(obj)
    obj.version += 1
    _carry(obj, fields)
    _write_event(obj, Transition(obj.status, obj.status, (), event), by, reason)


def created(obj: Any, *, by: Actor, reason: str = "") -> None:
    """Step: leave the first Event of a row just inserted in one of its table's opening states."""
    requires_transaction()
    step = obj.STATES.find("", obj.status)
    if step is None:
        raise ValueError(f"{obj.STATES.kind} does not begin as {obj.status!r}")
    _write_event(obj, step, by, reason)


def created_together(objs: Sequence[Any], *, by: Actor) -> None:
    """Step: leave the first Event of many rows of one kind and state just inserted, in one statement."""
    requires_transaction()
    if not objs:
        return
    one = objs[0]
    step = one.STATES.find("", one.status)
    if step is None or any((other.STATES, other.status) != (one.STATES, one.status) for other in objs):
        raise ValueError(f"{one.STATES.kind} does not begin as {one.status!r}, or not all of these do")
    fixed = [one.STATES.kind, step.event, step.target, by.kind, by.public_id, by.post_id]
    with connection.cursor() as cursor:
        cursor.execute(CREATED_TOGETHER, [*fixed, [obj.public_id for obj in objs]])


def fsm_trigger(table: StateTable) -> pgtrigger.FSM:
    """The wall in the database: it refuses every change of status this table does not have."""
    return pgtrigger.FSM(
        name="status_follows_its_table",
        field="status",
        transitions=[(step.source, step.target) for step in table.transitions if step.source],
    )


def _stale(obj: Any) -> Refusal:
    now = type(obj)._base_manager.filter(pk=obj.pk).values("status", "version").first()
    return Refusal("stale_state", CHANGED, current=now or {})


def _carry(obj: Any, fields: dict[str, Any]) -> None:
    computed = [name for name, value in fields.items() if hasattr(value, "resolve_expression")]
    for name, value in fields.items():
        if name not in computed:
            setattr(obj, name, value)
    if computed:
        obj.refresh_from_db(fields=computed)


def _write_event(obj: Any, step: Transition, by: Actor, reason: str) -> None:
    event = [obj.STATES.kind, obj.public_id, step.event, step.source, step.target, by.kind, by.public_id, by.post_id, reason]
    with connection.cursor() as cursor:
        cursor.execute("SELECT vault_event(%s, %s::uuid, %s, %s, %s, %s, %s::uuid, %s::uuid, %s)", event)
