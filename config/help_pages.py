"""Help in the product: a short text for every page, opened by its question mark; who cannot open a page does not read its help."""

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils.translation import gettext_lazy as _

from config.help_texts import has_help, help_of, page_texts, texts, title_of, without_help
from config.sections import SECTIONS
from permissions.acting import Acting
from permissions.doors import BEFORE_DUTIES, EVEN_LOCKED, PUBLIC, SIGNED_IN, Needs, Page
from permissions.guards import Policy
from permissions.roles import Capability

# One's own pages, which stand in no section of the bar.
OWN: Final[Mapping[str, Any]] = {
    "notices": _("Inbox"),
    "sessions": _("My sessions"),
    "my_looks": _("What I looked at"),
    "keys": _("Keys of programs"),
    "factor": _("Authenticator"),
}
# Everybody may open the first page, but her worklist finds only who refers; the others are led on to where they work.
NARROWER: Final[Mapping[str, Policy]] = {"home": Needs(Capability.WRITE_REFERRAL)}
FIRST_DAY: Final = "founding"  # of the two people without a role who begin a district
# Whoever stands before such a page opens no other: its help stands at its own foot.
AT_THE_FOOT: Final = frozenset({PUBLIC, EVEN_LOCKED, BEFORE_DUTIES})


def may_read(acting: Acting | None, topic: str) -> bool:
    """Whether there is help of this name and the reader's role opens its page, by the policy the page itself declares."""
    policy = NARROWER.get(topic) or policies().get(topic)
    if policy is None or not has_help(topic):
        return False
    if policy is PUBLIC or acting is None:
        return policy is PUBLIC
    if topic == FIRST_DAY:
        return acting.role is None
    return not isinstance(policy, Needs) or any(acting.can(capability) for capability in policy.capabilities)


@cache
def policies() -> dict[str, Policy]:
    """The policy of every page that can be opened, by the name of its address."""
    doors = ((pattern.name, getattr(pattern.callback, "view_class", None)) for pattern in _patterns(get_resolver().url_patterns))
    return {name: door.policies["GET"] for name, door in doors if name and door is not None and "GET" in getattr(door, "policies", {})}


def topic_of(acting: Acting | None, url_name: str | None) -> str:
    """The page itself, or the page a form belongs to; '' where the reader finds no help of it."""
    topic = without_help().get(str(url_name)) or str(url_name)
    return topic if may_read(acting, topic) else ""


def topic_at_the_foot(url_name: str | None) -> str:
    """The page whose help stands at its own foot: one for strangers, for a locked screen, or before the duties are accepted."""
    topic = without_help().get(str(url_name)) or str(url_name)
    return topic if has_help(topic) and policies().get(topic) in AT_THE_FOOT else ""


def topics_of(acting: Acting) -> dict[str, Any]:
    """The sections of this reader and her own pages, each with its name."""
    return {section.url: section.label for section in SECTIONS if section.is_for(acting) and section.url in texts()} | dict(OWN)


def pages_of(acting: Acting | None, section: str) -> list[str]:
    """The single pages of a section that this reader can open."""
    mine = frozenset().union(*(one.pages for one in SECTIONS if one.is_for(acting) and one.url == section))
    return [page for page in page_texts() if page in mine and may_read(acting, page)]


class HelpIndex(Page):
    """The help texts of the reader's sections, with links to those of single pages."""

    policies = {"GET": SIGNED_IN}

    def get(self, request: HttpRequest) -> HttpResponse:
        topics = [
            (key, label, help_of(key), [(page, title_of(page)) for page in pages_of(self.acting, key)])
            for key, label in topics_of(self.acting).items()
        ]
        return self.render(request, "config/help.html", {"topics": topics})


class HelpPage(Page):
    """The help of one page the reader can open, with the way back to it."""

    policies = {"GET": SIGNED_IN}

    def get(self, request: HttpRequest, topic: str) -> HttpResponse:
        if not may_read(self.acting, topic):
            raise Http404
        context = {"label": label_of(self.acting, topic), "help": help_of(topic), "href": _address(topic)}
        return self.render(request, "config/help_one.html", context)


def label_of(acting: Acting, topic: str) -> str:
    """What the reader calls this page: its title, or the section's word in her bar."""
    if topic in page_texts():
        return title_of(topic)
    return str(topics_of(acting).get(topic) or next(section.label for section in SECTIONS if section.url == topic))


def _patterns(entries: list[URLPattern | URLResolver]) -> list[URLPattern]:
    found: list[URLPattern] = []
    for entry in entries:
        found += _patterns(entry.url_patterns) if isinstance(entry, URLResolver) else [entry]
    return found


def _address(topic: str) -> str:
    """Where the page is; one whose address needs more than its name is reached by the bar."""
    try:
        return reverse(topic)
    except NoReverseMatch:
        return ""
