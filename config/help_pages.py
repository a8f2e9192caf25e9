"""Help in the product: a short text for each section and for single pages in it, opened by the question mark of the page."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.sections import SECTIONS
from permissions.acting import Acting
from permissions.doors import SIGNED_IN, Page

TEXTS: Final = Path(__file__).with_name("help.toml")
OF_PAGES: Final = Path(__file__).with_name("help_of_pages.toml")
# One's own pages, which stand in no section of the bar.
OWN: Final[Mapping[str, Any]] = {
    "notices": _("Inbox"),
    "sessions": _("My sessions"),
    "my_looks": _("What I looked at"),
    "keys": _("Keys of programs"),
    "factor": _("Authenticator"),
}


@dataclass(frozen=True, slots=True)
class Help:
    """What a page is for, what its main button does, what to do when that fails, whom to ask."""

    purpose: str
    then: str
    fails: str
    ask: str


@cache
def texts() -> dict[str, dict[str, Help]]:
    """Every text, by section and language ("zh", "en"), as written in help.toml."""
    with TEXTS.open("rb") as file:
        return {key: {language: Help(*said) for language, said in table.items()} for key, table in tomllib.load(file).items()}


@cache
def page_texts() -> dict[str, dict[str, tuple[str, Help]]]:
    """The texts of single pages, by address and language, each with the page's title, as written in help_of_pages.toml."""
    with OF_PAGES.open("rb") as file:
        held = tomllib.load(file).items()
    return {key: {language: (title, Help(*said)) for language, (title, *said) in table.items()} for key, table in held}


def help_of(key: str) -> Help:
    """A section's text in the reader's language; an unknown section has none."""
    found = texts().get(key)
    if found is None:
        raise Http404
    return found[_language()]


def help_of_page(key: str) -> tuple[str, Help]:
    """The title and the text of a single page in the reader's language."""
    return page_texts()[key][_language()]


def topic_of(acting: Acting | None, url_name: str | None) -> str:
    """The page itself where it has a text, otherwise the section it belongs to for this reader; '' for a page of none."""
    if url_name in OWN or url_name in pages_of(acting):
        return str(url_name)
    mine = (section for section in SECTIONS if section.is_for(acting) and url_name in section.pages)
    return next((section.url for section in mine if section.url in texts()), "")


def topics_of(acting: Acting) -> dict[str, Any]:
    """The sections of this reader and her own pages, each with its name."""
    return {section.url: section.label for section in SECTIONS if section.is_for(acting) and section.url in texts()} | dict(OWN)


def pages_of(acting: Acting | None, section: str = "") -> list[str]:
    """The single pages with a text of their own that this reader has, all of them or those of one section."""
    mine = [one.pages for one in SECTIONS if one.is_for(acting) and section in ("", one.url)]
    return [page for page in page_texts() if any(page in pages for pages in mine)]


class HelpIndex(Page):
    """Every help text of the reader's sections, with links to those of single pages."""

    policies = {"GET": SIGNED_IN}

    def get(self, request: HttpRequest) -> HttpResponse:
        topics = [
            (key, label, help_of(key), [(page, help_of_page(page)[0]) for page in pages_of(self.acting, key)])
            for key, label in topics_of(self.acting).items()
        ]
        return self.render(request, "config/help.html", {"topics": topics})


class HelpPage(Page):
    """The help of one page or section of the reader, with the way back to the section."""

    policies = {"GET": SIGNED_IN}

    def get(self, request: HttpRequest, topic: str) -> HttpResponse:
        topics = topics_of(self.acting)
        if topic in pages_of(self.acting):
            label, said = help_of_page(topic)
        elif topic in topics:
            label, said = str(topics[topic]), help_of(topic)
        else:
            raise Http404
        context = {"label": label, "help": said, "href": _address(topic)}
        return self.render(request, "config/help_one.html", context)


def _language() -> str:
    return "en" if get_language() == "en" else "zh"


def _address(topic: str) -> str:
    """Where the section begins; one whose first page needs more than its name is reached by the bar."""
    try:
        return reverse(topic)
    except NoReverseMatch:
        return ""
