"""Every door declares who may open it; a door without a declaration stops the start."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext_lazy as _

from permissions.acting import Acting
from permissions.duties import has_accepted
from permissions.roles import Capability
from vault.refusal import Refusal

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


class Open(Enum):
    """The policies that ask for no capability."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    EVEN_LOCKED = "even_locked"
    BEFORE_DUTIES = "before_duties"


PUBLIC = Open.PUBLIC
SIGNED_IN = Open.SIGNED_IN
EVEN_LOCKED = Open.EVEN_LOCKED
BEFORE_DUTIES = Open.BEFORE_DUTIES
OPEN_BEFORE_DUTIES = frozenset({EVEN_LOCKED, BEFORE_DUTIES})


@dataclass(frozen=True, slots=True)
class Needs:
    """Any one of these capabilities opens the door; which objects are seen is for the query behind it."""

    capabilities: frozenset[Capability]

    def __init__(self, *capabilities: Capability) -> None:
        if not capabilities:
            raise ImproperlyConfigured("Needs() names no capability; say SIGNED_IN or PUBLIC instead.")
        object.__setattr__(self, "capabilities", frozenset(capabilities))


Policy = Open | Needs
Policies = Mapping[str, Policy]


def enforce(request: HttpRequest, policies: Policies, *, path_method: str | None = None) -> None:
    """Promises that the request may go through this door.

    Refuses with `not_signed_in`, `session_locked`, `second_factor_required`, `duties_not_accepted` or `not_allowed`, in that
    order. HEAD asks as GET does; OPTIONS is open as it tells nothing. A method without a policy passes on: the door answers
    it with 405.
    """
    method = path_method or request.method or "GET"
    policy = policies.get("GET" if method == "HEAD" else method)
    if policy is None or policy is PUBLIC:
        return
    acting = getattr(request, "acting", None)
    if acting is None:
        _refuse_stranger(request, policy)
        return
    if policy not in OPEN_BEFORE_DUTIES and not has_accepted(acting.role, getattr(request, "accepted_duties", frozenset())):
        raise Refusal("duties_not_accepted", _("First read and accept the duties of your role."))
    if acting.scopes is not None and not isinstance(policy, Needs) and method not in ("GET", "HEAD"):
        raise Refusal("not_allowed", _("This is for the person herself; a program's key does not open it."))
    if isinstance(policy, Needs) and not any(acting.can(capability) for capability in policy.capabilities):
        raise _closed(acting, policy)


def require_person(acting: Acting) -> None:
    """Refuses with `not_allowed` the key of a program: it neither sees nor changes how and where its person logs in."""
    if acting.scopes is not None:
        raise Refusal("not_allowed", _("This is for the person herself; a program's key does not open it."))


def _closed(acting: Acting, policy: Needs) -> Refusal:
    """Why the door stays shut: the role never included it, or the person has lost it."""
    if policy.capabilities & acting.withheld:
        return Refusal("right_not_in_force", acting.why)
    return Refusal("not_allowed", _("Your role does not include this."))


def _refuse_stranger(request: HttpRequest, policy: Policy) -> None:
    """Nobody acts in this request: either nobody logged in, or the screen is locked."""
    if getattr(request, "locked_session", None) is None:
        raise Refusal("not_signed_in", _("Please log in first."))
    if policy is EVEN_LOCKED:
        return
    if getattr(request, "locked_why", "") == "proof":
        raise Refusal("second_factor_required", _("One more proof is needed before anything opens. It takes a moment."))
    raise Refusal("session_locked", _("The screen is locked. Enter a new code to go on where you were."))


def verify_doors(patterns: Sequence[URLPattern | URLResolver]) -> None:
    """Stops the start (`ImproperlyConfigured`) when a door below these patterns has no declared policy."""
    faults = list(faults_of(patterns))
    if faults:
        raise ImproperlyConfigured("Doors without a declared policy:\n  " + "\n  ".join(faults))


def faults_of(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[str]:
    """One sentence for each door that declares too little."""
    for path, callback in doors_of(patterns):
        fault = _fault(callback)
        if fault:
            yield f"/{path}: {fault}"


def doors_of(patterns: Sequence[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every address and what answers it, depth first."""
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from doors_of(entry.url_patterns, path)
        else:
            yield path, entry.callback


def policies_of(patterns: Sequence[URLPattern | URLResolver]) -> Iterator[tuple[str, str, Policy]]:
    """Method, address and declared policy of every door."""
    for path, callback in doors_of(patterns):
        door = getattr(callback, "view_class", None) or callback.cls  # type: ignore[attr-defined]
        yield from ((method, path, door.policies[method]) for method in METHODS if hasattr(door, method.lower()))


def _fault(callback: Callable[..., Any]) -> str:
    door = getattr(callback, "view_class", None) or getattr(callback, "cls", None)
    if door is None:
        return f"{getattr(callback, '__qualname__', callback)} is no door class"
    policies = getattr(door, "policies", None)
    if not policies:
        return f"{door.__qualname__} has no policies"
    missing = [method for method in METHODS if hasattr(door, method.lower()) and method not in policies]
    if missing:
        return f"{door.__qualname__} has no policy for {', '.join(missing)}"
    if not getattr(door, "enforces_policies", False) and any(policy is not PUBLIC for policy in policies.values()):
        return f"{door.__qualname__} declares more than PUBLIC but does not enforce it; make it a Page or an Api"
    return ""
