"""Answers for everybody that are the same for everybody: kept for a minute, told apart by an ETag, counted when they cost something."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from permissions.visit import address_of, counted_address
from vault.outbox.budgets import Allowance, spend
from vault.refusal import Refusal

FRESH: Final = 60  # seconds
OFTEN: Final = (Allowance(60, timedelta(minutes=1)), Allowance(1000, timedelta(hours=1)))


def kept_answer(request: HttpRequest, name: str, kind: str, make: Callable[[], bytes]) -> HttpResponse:
    """What `make` gives for this name, at most a minute old; 304 without asking anything for whoever holds it.

    Only an answer that has to be made anew is counted for the caller's address. Refuses with `too_many_requests`.
    """
    place = "public." + hashlib.sha256(name.encode()).hexdigest()
    held = cache.get(place)
    if held is None:
        _count(request)
        body = make()
        held = (f'"{hashlib.sha256(body).hexdigest()[:32]}"', body)
        cache.set(place, held, FRESH)
    tag, body = held
    if tag in [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]:
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(body, content_type=kind)
    answer["ETag"] = tag
    answer["Cache-Control"] = f"public, max-age={FRESH}"
    return answer


def _count(request: HttpRequest) -> None:
    wait = spend(f"public {counted_address(address_of(request))}", "public", OFTEN)
    if wait:
        raise Refusal("too_many_requests", _("Please wait a moment."), retry_after=wait)
