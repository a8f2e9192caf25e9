"""Which addresses may be told anything: https to the open network; what resolves into a network of our own is refused (SSRF)."""

import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from vault.outbox.webhooks.models import LONGEST_URL
from vault.refusal import Refusal, invalid

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
PRINTABLE = frozenset(map(chr, range(0x21, 0x7F)))
# Addresses of IPv6 that carry one of IPv4 inside: the one inside is judged too.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
LOW_PORTS = frozenset({80, 443})


class Unreachable(Exception):
    """The address may not be spoken to, or has no host; `code` says why in a word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart."""

    scheme: str
    host: str
    port: int
    path: str


def read(url: str) -> Place:
    """The parts of an address that may be registered. Refuses with `invalid_input` on the field `url`; asks no name server."""
    if not url or len(url) > LONGEST_URL or not set(url) <= PRINTABLE:
        raise invalid("url", _("Give an address of at most %(limit)s characters that begins with https://.") % {"limit": LONGEST_URL})
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise invalid("url", _("This is not an address.")) from None
    if parts.scheme not in ("https", "http") or not parts.hostname or not parts.netloc:
        raise invalid("url", _("Give an address of at most %(limit)s characters that begins with https://.") % {"limit": LONGEST_URL})
    if parts.username is not None or parts.password is not None or parts.fragment or "\\" in url:
        raise invalid("url", _("The address holds no user name, no password and no # part."))
    number = port if port is not None else 443 if parts.scheme == "https" else 80
    if number not in LOW_PORTS and number < 1024:
        raise invalid("url", _("The port is 443, or one from 1024 up."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, parts.hostname, number, path)


def check(url: str) -> Place:
    """The same, and its host resolves only to where we may speak. Asks the name server: call it outside any transaction."""
    place = read(url)
    try:
        reachable(place)
    except Unreachable as refused:
        raise _said(refused.code) from None
    return place


def reachable(place: Place) -> Sequence[str]:
    """The addresses of the host, every one of them allowed; asked again at each connection. Raises `Unreachable`."""
    found = resolve(place.host, place.port)
    if not found:
        raise Unreachable("host_unknown")
    if not all(_is_allowed(one) for one in found):
        raise Unreachable("address_refused")
    if place.scheme == "http" and not all(one.is_loopback for one in found):
        raise Unreachable("https_required")
    return [str(one) for one in found]


def resolve(host: str, port: int) -> list[Address]:
    """What the name server says of a host now."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        return [ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers]
    except (OSError, UnicodeError, ValueError):
        return []


def _is_allowed(one: Address) -> bool:
    if any(one in network for network in settings.WEBHOOK_NETWORKS):
        return True
    inside = _inside(one)
    return one.is_global and not one.is_multicast and (inside is None or _is_allowed(inside))


def _inside(one: Address) -> ipaddress.IPv4Address | None:
    """The address of IPv4 that one of IPv6 leads to: mapped, 6to4, Teredo or translated."""
    if isinstance(one, ipaddress.IPv4Address):
        return None
    if one in NAT64:
        return ipaddress.IPv4Address(int(one) & 0xFFFFFFFF)
    return one.ipv4_mapped or one.sixtofour or (one.teredo[1] if one.teredo else None)


def _said(code: str) -> Refusal:
    sentences = {
        "host_unknown": _("Nobody knows this host. Check the name."),
        "address_refused": _("This host lies in a network that may not be called from here."),
        "https_required": _("Only an address that begins with https:// may be called."),
    }
    return invalid("url", sentences[code])
