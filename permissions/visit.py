"""Where a request comes from, as far as logging in needs to know."""

import ipaddress
import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

KNOWN_BROWSER_COOKIE = "known"
BROWSERS = (("MicroMessenger", "微信"), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iPhone"), ("Mac OS X", "macOS"), ("Linux", "Linux"))


@dataclass(frozen=True, slots=True)
class Visit:
    """The address codes are counted by, the key of a browser seen before ("" when new), and a word for the list of sessions."""

    address: str = ""
    browser_key: str = ""
    client: str = ""


def visit_of(request: HttpRequest) -> Visit:
    """The visit a request belongs to."""
    return Visit(
        counted_address(address_of(request)),
        request.COOKIES.get(known_browser_cookie(), "")[:100],
        client_name(request.headers.get("User-Agent", "")),
    )


def known_browser_cookie() -> str:
    """The cookie that marks a browser somebody logged in with; bound to this host where the site is secure."""
    return f"__Host-{KNOWN_BROWSER_COOKIE}" if settings.SESSION_COOKIE_SECURE else KNOWN_BROWSER_COOKIE


def address_of(request: HttpRequest) -> str:
    """The caller's address: the one header our own proxy sets, else the connection's. What a client claims is not read."""
    header = settings.TRUSTED_PROXY_HEADER
    claimed = request.headers.get(header, "") if header else ""
    address = claimed.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", "")
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def counted_address(address: str) -> str:
    """One customer's network counts as one address: an IPv6 /64, an IPv4 host."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)


def client_name(user_agent: str) -> str:
    """A browser and system a person recognises in her list of sessions, such as "Edge, Windows"."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    plain = re.sub(r"[^\w ./-]", "", user_agent.split("(")[0]).strip()[:40]
    return ", ".join(part for part in (browser, system) if part) or plain
