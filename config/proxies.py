"""Whose word about a request's line and address counts: that of the proxies named in the settings, before anything reads it."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

LINE = "HTTP_X_FORWARDED_PROTO"


class ProxyMiddleware:
    """Takes away what only a proxy of ours may say when the request did not come through one; no names given: everybody is one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.TRUSTED_PROXIES and not came_through_a_proxy(request):
            for name in (LINE, "HTTP_" + settings.TRUSTED_PROXY_HEADER.upper().replace("-", "_")):
                request.META.pop(name, None)
        return self.get_response(request)


def came_through_a_proxy(request: HttpRequest) -> bool:
    """Whether the connection itself, not a header, comes from an address of a trusted proxy."""
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(address in network for network in settings.TRUSTED_PROXIES)
