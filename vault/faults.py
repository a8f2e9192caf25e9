"""Reads many fields and tells every fault at once, not only the first."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.utils.translation import gettext_lazy as _

from vault.refusal import Refusal, Violation

P = ParamSpec("P")
Read = TypeVar("Read")


class Faults:
    """What the fields refused so far, in the order they were read; of one field the first fault counts."""

    def __init__(self) -> None:
        self.violations: list[Violation] = []

    def __bool__(self) -> bool:
        return bool(self.violations)

    def of(self, read: Callable[P, Read], *args: P.args, **kwargs: P.kwargs) -> Read | None:
        """What `read` answers, or None when it refuses with `invalid_input`, which is kept; other refusals fly."""
        try:
            return read(*args, **kwargs)
        except Refusal as refusal:
            if refusal.code != "invalid_input":
                raise
            self.add(refusal)
            return None

    def add(self, refusal: Refusal) -> None:
        """One more refusal with all its fields."""
        known = {violation.field for violation in self.violations}
        self.violations += [violation for violation in refusal.violations if violation.field not in known]

    def tell(self) -> None:
        """Refuse with `invalid_input` when anything was wrong; a single fault speaks for itself."""
        if not self.violations:
            return
        message = self.violations[0].message if len(self.violations) == 1 else _("Some of what was entered needs another look.")
        raise Refusal("invalid_input", message, tuple(self.violations))
