"""What every page's frame shows: who I am, where, my sections with their counts, language, type size, version, request."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language

from config.help_pages import topic_at_the_foot, topic_of
from config.help_texts import Help, help_of
from config.section_groups import arranged
from config.sections import SECTIONS, Section
from permissions.acting import Acting
from permissions.kiosk import is_kiosk
from referral.inbox.queries import unread_count
from referral.views.counts import Waiting


@dataclass(frozen=True, slots=True)
class Entry:
    """A section as the bar shows it."""

    label: Any
    href: str
    current: bool
    count: int


@dataclass(frozen=True, slots=True)
class Menu:
    """Sections of one kind of work, as the bar shows them: alone without a label, several under theirs."""

    label: Any
    entries: list[Entry]

    @property
    def current(self) -> bool:
        return any(entry.current for entry in self.entries)

    @property
    def count(self) -> int:
        return sum(entry.count for entry in self.entries)


@dataclass
class Frame:
    """The frame of one page; everything is read when the template asks, so an error page stays cheap."""

    request: HttpRequest

    @cached_property
    def acting(self) -> Acting | None:
        """Who reads; at a device in a hall it is whoever stands before it, so nobody."""
        acting: Acting | None = getattr(self.request, "acting", None)
        return None if acting is None or is_kiosk(acting.session) else acting

    @property
    def role_label(self) -> Any:
        return self.acting.role.label if self.acting and self.acting.role else ""

    @cached_property
    def place(self) -> str:
        """The institution of the acting post, or the district of a district-wide role."""
        if self.acting is None:
            return ""
        post = self.acting.post
        place = post.institution if post else (self.acting.district or self.acting.user.district)
        english = self.html_lang == "en" and place.name_en
        return str(english or getattr(place, "short_name", "") or place.name)

    @cached_property
    def waiting(self) -> Waiting | None:
        return Waiting(self.acting) if self.acting else None

    @cached_property
    def bar(self) -> list[Menu]:
        """The reader's sections side by side, or by kind of work when they are many."""
        mine = [section for section in SECTIONS if section.is_for(self.acting)]
        menus = [Menu(group.label if group else "", [*filter(None, map(self._entry, held))]) for group, held in arranged(mine)]
        return [menu for menu in menus if menu.entries]

    @property
    def groups(self) -> bool:
        """Whether sections share menus."""
        return any(menu.label for menu in self.bar)

    @property
    def sections(self) -> list[Entry]:
        """The same, one by one."""
        return [entry for menu in self.bar for entry in menu.entries]

    def _entry(self, section: Section) -> Entry | None:
        """A section with its address and count; one whose page does not exist is not shown."""
        try:
            href = reverse(section.url)
        except NoReverseMatch:
            return None
        match = self.request.resolver_match
        count = self.waiting.of(section.count) if self.waiting else 0
        return Entry(section.label, href, match is not None and match.url_name in section.pages, count)

    @cached_property
    def unread(self) -> int:
        """How many notices the reader has not opened; at an open screen only."""
        return unread_count(self.acting) if self.acting else 0

    @property
    def at_inbox(self) -> bool:
        """Whether this page is the inbox itself."""
        match = self.request.resolver_match
        return match is not None and match.url_name == "notices"

    @property
    def help(self) -> str:
        """Where the help of this page is; of a page in no section, all of it."""
        match = self.request.resolver_match
        topic = topic_of(self.acting, match.url_name if match else None)
        return reverse("help_page", args=[topic]) if topic else reverse("help")

    @property
    def help_at_the_foot(self) -> Help | None:
        """The help of a page whose reader can open no other."""
        match = self.request.resolver_match
        topic = topic_at_the_foot(match.url_name if match else None)
        return help_of(topic) if topic else None

    @property
    def searches(self) -> bool:
        """Whether the search box finds patients for this reader."""
        return any(entry.href == reverse("patients") for entry in self.sections)

    @property
    def posts(self) -> list[Any]:
        """The posts and district-wide roles the reader may change to, when there is more than one."""
        choices = list(getattr(self.request, "acting_choices", ()))
        return choices if len(choices) > 1 else []

    @property
    def html_lang(self) -> str:
        return "zh-CN" if (get_language() or "").startswith("zh") else "en"

    @property
    def large(self) -> bool:
        return self.request.COOKIES.get("large") == "1"

    @property
    def here(self) -> str:
        """Where a changed language or type size comes back to."""
        return self.request.get_full_path() if self.request.method == "GET" else self.request.path

    @property
    def idle_seconds(self) -> int:
        """After how long without use a session is locked."""
        return settings.SESSION_IDLE_MINUTES * 60

    @property
    def version(self) -> str:
        return settings.VERSION

    @property
    def demo(self) -> bool:
        return bool(settings.DEMO)

    @property
    def inbox(self) -> bool:
        return bool(settings.DEMO or settings.DEBUG)

    @property
    def request_id(self) -> str:
        return str(getattr(self.request, "request_id", ""))


def frame(request: HttpRequest) -> dict[str, Frame]:
    """The context processor."""
    return {"frame": Frame(request)}
