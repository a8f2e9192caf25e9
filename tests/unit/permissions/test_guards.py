"""Doors: each declares its policy, and the policy is asked before anything else."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver, include, path
from django.views import View
from rest_framework.views import APIView

from permissions.acting import Acting
from permissions.doors import BEFORE_DUTIES, EVEN_LOCKED, PUBLIC, SIGNED_IN, Api, Needs, Page
from permissions.duties import CURRENT
from permissions.guards import enforce, faults_of, verify_doors
from permissions.roles import Capability, Role
from vault.refusal import Refusal


def request(
    method: str = "GET", *, role: Role | None = None, signed_in: bool = False, locked: bool = False, duties: int | None = None
) -> HttpRequest:
    made = HttpRequest()
    made.method = method
    made.acting = Acting(user=None, role=role) if signed_in or role else None  # type: ignore[attr-defined, arg-type]
    made.locked_session = SimpleNamespace() if locked else None  # type: ignore[attr-defined]
    version = CURRENT[role].version if role and duties is None else duties
    made.accepted_duties = frozenset({(role.value, version)} if role and version else ())  # type: ignore[attr-defined]
    return made


def refusal_of(asked: HttpRequest, policy: Any) -> str:
    try:
        enforce(asked, {asked.method or "": policy})
    except Refusal as refusal:
        return refusal.code
    return ""


BOOK = Needs(Capability.BOOK)
STRANGER, SCREEN_LOCKED = {}, {"locked": True}
NEW, OLD = {"role": Role.FAMILY_DOCTOR, "duties": 0}, {"role": Role.FAMILY_DOCTOR, "duties": 9999}
NO_PART, CLERK, DOCTOR = {"signed_in": True}, {"role": Role.WINDOW_CLERK}, {"role": Role.FAMILY_DOCTOR}


@pytest.mark.parametrize(
    ("who", "public", "even_locked", "before_duties", "signed_in", "book"),
    [
        (STRANGER, "", "not_signed_in", "not_signed_in", "not_signed_in", "not_signed_in"),
        (SCREEN_LOCKED, "", "", "session_locked", "session_locked", "session_locked"),
        (NO_PART, "", "", "", "", "not_allowed"),
        (CLERK, "", "", "", "", "not_allowed"),
        (DOCTOR, "", "", "", "", ""),
        (NEW, "", "", "", "duties_not_accepted", "duties_not_accepted"),
        (OLD, "", "", "", "duties_not_accepted", "duties_not_accepted"),
    ],
    ids=["stranger", "locked", "without a part", "clerk", "doctor", "new", "another version"],
)
def test_each_policy_lets_through_exactly_whom_it_names(
    who: dict[str, Any], public: str, even_locked: str, before_duties: str, signed_in: str, book: str
) -> None:
    policies = [PUBLIC, EVEN_LOCKED, BEFORE_DUTIES, SIGNED_IN, BOOK]

    answers = [refusal_of(request(**who), policy) for policy in policies]

    assert answers == [public, even_locked, before_duties, signed_in, book]


def test_any_one_of_several_capabilities_opens() -> None:
    either = Needs(Capability.BOOK, Capability.RECEIVE)

    assert refusal_of(request(**CLERK), either) == refusal_of(request(**DOCTOR), either) == ""


def test_head_asks_as_get_does() -> None:
    with pytest.raises(Refusal):
        enforce(request("HEAD"), {"GET": SIGNED_IN})


def test_needs_without_a_capability_is_no_policy() -> None:
    with pytest.raises(ImproperlyConfigured):
        Needs()


class Bare(View):
    def get(self, asked: HttpRequest) -> HttpResponse:
        return HttpResponse()


class Half(Page):
    policies = {"GET": PUBLIC}

    def get(self, asked: HttpRequest) -> HttpResponse:
        return HttpResponse()

    def post(self, asked: HttpRequest) -> HttpResponse:
        return HttpResponse()


class Pretends(APIView):
    policies = {"GET": SIGNED_IN}

    def get(self, asked: Any) -> HttpResponse:
        return HttpResponse()


class Good(Api):
    policies = {"GET": SIGNED_IN}

    def get(self, asked: Any) -> HttpResponse:
        return HttpResponse()


def bare_function(asked: HttpRequest) -> HttpResponse:
    return HttpResponse()


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (Bare.as_view(), "has no policies"),
        (Half.as_view(), "no policy for POST"),
        (Pretends.as_view(), "does not enforce"),
        (bare_function, "is no door class"),
    ],
)
def test_a_door_without_a_declared_policy_stops_the_start(view: Any, fault: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=fault):
        verify_doors([path("deep/", include([path("door/", view)]))])


def test_declared_doors_let_the_start_go_on() -> None:
    verify_doors([path("", Good.as_view())])


def test_every_door_of_the_product_has_its_policy() -> None:
    assert list(faults_of(get_resolver().url_patterns)) == []
