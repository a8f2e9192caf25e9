"""The files the gateway reads: its configuration from the product's settings, and the pages it shows when the product is not asked."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles.finders import find
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from config.errors import TITLES, problem, status_of
from permissions.parser import MAX_BYTES, too_large
from permissions.uploads import MOST_BYTES
from referral.booking.outcome import unknown
from vault.refusal import Refusal

HEADER: Final = "X-Real-IP"  # the one header the gateway puts the caller's address into
MARGIN: Final = 16 * 1024  # above the product's own bounds, so that mostly the product says it, on the page the person was on
LARGE_DOORS: Final = (
    "^/(imports/$|rights/nominations/[^/]+/$|rights/posts/[^/]+/nominate/$|breaches/[^/]+/(appeal|papers)/$|r/appeal/$"
    "|api/v1/(imports$|rights/[^/]+/papers$|breaches/[^/]+/appeal/papers$|feed/(sessions|stops|attendance)$))"
)
LANGUAGES: Final = {"zh": ("zh-hans", "zh-CN"), "en": ("en", "en")}
PUT_RIGHT: Final = _("Go back, put it right and send it again.")
SOON: Final = _("Please try again in a few seconds.")
# Name of the page, what is said, and what to do now.
PAGES: Final[tuple[tuple[str, Refusal, Any], ...]] = (
    ("400", Refusal("invalid_input", _("The request was not well formed.")), PUT_RIGHT),
    ("404", Refusal("not_found", _("There is nothing here that you may see.")), _("Go back, or start again from the first page.")),
    ("413", too_large(MAX_BYTES), PUT_RIGHT),
    ("413-files", Refusal("too_large", _("The files are larger than 25 MiB together.")), PUT_RIGHT),
    ("429", Refusal("too_many_requests", _("Please wait a moment."), retry_after=2), SOON),
    ("silent", Refusal("unavailable", _("The platform is being started or does not answer at the moment."), retry_after=5), SOON),
    ("unknown", unknown(), _("Open the page where you were and look whether it is there before you do it again.")),
)


class Filled(Template):
    """Words for @{name}: nginx keeps the dollar for itself."""

    delimiter = "@"


def configuration(into: Path, log: str) -> str:
    """What nginx reads, for this installation; the folder holds its pages beside it, and nginx's own prefix all it writes."""
    source = Path(settings.BASE_DIR) / "deploy" / "gateway" / "nginx.conf"
    return Filled(source.read_text(encoding="utf-8")).substitute(
        account="user nobody nogroup;" if os.geteuid() == 0 else "",
        log=log,
        small_body=MAX_BYTES + MARGIN,
        large_body=MOST_BYTES + MARGIN,
        large_doors=LARGE_DOORS,
        product=settings.UPSTREAM,
        public_url=settings.PUBLIC_URL.rstrip("/"),
        names=" ".join(names()),
        hsts=settings.SECURE_HSTS_SECONDS,
        listen_plain=_listen(settings.HTTP_PORT, "default_server"),
        listen_others=_listen(settings.HTTPS_PORT, "ssl http2 default_server"),
        listen=_listen(settings.HTTPS_PORT, "ssl http2"),
        certificate=settings.TLS_CERTIFICATE,
        key=settings.TLS_KEY,
        monitors="\n".join(f"            allow {network};" for network in settings.MONITOR_NETWORKS),
        pages=into / "pages",
        acme=into / "acme",
        more=into / "more" / "*.conf",
    )


def names() -> list[str]:
    """The host people type, and whatever else the product answers to; `*` is nobody's name."""
    wanted = [urlsplit(settings.PUBLIC_URL).hostname or "", *settings.ALLOWED_HOSTS]
    return [name for name in dict.fromkeys(wanted) if name and name != "*"]


def pages() -> Iterator[tuple[str, str]]:
    """Each page of the gateway's own, by file name: in both languages for people, as a problem for programs."""
    for name, refusal, now in PAGES:
        for short, (language, html_lang) in LANGUAGES.items():
            with translation.override(language):
                yield f"{name}.{short}.html", _page(refusal, now, html_lang)
        with translation.override(settings.LANGUAGE_CODE):
            yield f"{name}.json", json.dumps(problem(refusal, HttpRequest()), ensure_ascii=False)
    yield "page.css", "\n".join(Path(str(find(f"css/{name}.css"))).read_text(encoding="utf-8") for name in ("design", "product"))


def _page(refusal: Refusal, now: Any, html_lang: str) -> str:
    status = status_of(refusal)
    shown = {"refusal": refusal, "now": now, "status": int(status), "title": TITLES[status], "html_lang": html_lang}
    return render_to_string("errors/gateway.html", shown)


def _listen(port: int, words: str) -> str:
    """One line for each address this machine has a family for."""
    wanted = [one for one in settings.GATEWAY_LISTEN if not one.startswith("[") or _speaks_six()]
    return "\n".join(f"        listen {address}:{port} {words};" for address in wanted)


def _speaks_six() -> bool:
    try:
        socket.socket(socket.AF_INET6).close()
    except OSError:
        return False
    return True
