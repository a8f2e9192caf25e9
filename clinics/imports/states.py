"""The life of an imported list: read and checked by the worker, applied only after a person agreed, or thrown away."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from permissions.roles import Role
from vault.states import StateTable, Transition


class ImportStatus(TextChoices):
    RECEIVED = "received", _("waiting to be checked")
    CHECKING = "checking", _("being checked")
    CHECKED = "checked", _("checked")
    REFUSED = "refused", _("cannot be read")
    APPLYING = "applying", _("being imported")
    APPLIED = "applied", _("imported")
    STOPPED = "stopped", _("stopped")
    DISCARDED = "discarded", _("discarded")


S = ImportStatus
PERSON = (Role.DISTRICT_ADMIN.value, Role.MANAGER.value, Role.COORDINATOR.value)
SYSTEM = ("system",)

IMPORT_STATES = StateTable(
    kind="import",
    transitions=(
        Transition("", S.RECEIVED, PERSON, "receive", "R034"),
        Transition(S.RECEIVED, S.CHECKING, SYSTEM, "begin"),
        Transition(S.CHECKING, S.CHECKED, SYSTEM, "finish_check"),
        Transition(S.CHECKING, S.REFUSED, SYSTEM, "refuse"),
        Transition(S.CHECKED, S.APPLYING, PERSON, "confirm", "R034"),
        Transition(S.APPLYING, S.APPLIED, SYSTEM, "finish"),
        Transition(S.APPLYING, S.STOPPED, SYSTEM, "stop"),
        Transition(S.RECEIVED, S.DISCARDED, (*PERSON, *SYSTEM), "discard"),
        Transition(S.CHECKING, S.DISCARDED, (*PERSON, *SYSTEM), "discard"),
        Transition(S.CHECKED, S.DISCARDED, (*PERSON, *SYSTEM), "discard"),
    ),
    final=frozenset({S.APPLIED, S.STOPPED, S.REFUSED, S.DISCARDED}),
)

WORKING = (S.RECEIVED, S.CHECKING, S.APPLYING)
OPEN = (*WORKING, S.CHECKED)
