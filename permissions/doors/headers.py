"""The headers of safe writing: which version the caller saw, and which attempt this is."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request

from vault.refusal import Refusal

WEAK_TAG = re.compile(r'\A(?:W/)?"([0-9]{1,9})"\Z')
KEY = re.compile(r"\A[\x21-\x7e]{8,200}\Z")


def etag(obj: Any) -> str:
    """The version of an object as a weak tag, for `ETag` and `If-Match`."""
    return f'W/"{obj.version}"'


def if_match(request: HttpRequest | Request) -> int:
    """The version the caller saw. Refuses with `if_match_required` (428) when it is missing, `invalid_input` when unreadable."""
    value = request.headers.get("If-Match", "")
    if not value:
        raise Refusal("if_match_required", _('Send If-Match with the version you saw, like W/"3".'))
    tag = WEAK_TAG.match(value)
    if not tag:
        raise Refusal("invalid_input", _('If-Match must be one version, like W/"3".'))
    return int(tag[1])


def idempotency_key(request: HttpRequest | Request) -> str:
    """The caller's name for this attempt. Refuses with `idempotency_key_required` (400) when missing or not 8-200 ASCII characters."""
    value = request.headers.get("Idempotency-Key", "")
    if not KEY.match(value):
        raise Refusal(
            "idempotency_key_required",
            _("Send an Idempotency-Key of 8 to 200 ASCII characters, the same again when you repeat the request."),
        )
    return value
