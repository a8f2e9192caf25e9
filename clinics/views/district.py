"""The district's first page: rights to look at, rights that end soon, doctors without one, hospitals that stopped clinics too late."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics.right_queries import STANDINGS, expiring, posts_seen_by, standing
from clinics.timetables.stop_queries import special_stops_of_year
from clinics.views.right_words import row_of
from clinics.views.rights import counts
from clinics.watch.queries import waiting_for_the_district
from permissions.doors import Needs, Page
from permissions.roles import Capability

SHOWN = 8


class District(Page):
    """The worklist of a district administrator."""

    policies = {"GET": Needs(Capability.SEE_DISTRICT)}

    def get(self, request: HttpRequest) -> HttpResponse:
        posts = posts_seen_by(self.acting)
        numbers = counts(posts)
        today = timezone.localdate()
        shown = [*tiles(numbers), tile_of_special_stops(special_stops_of_year(self.acting, today.year).count(), today)]
        context = {"today": today, "tiles": shown, "lists": lists(posts, numbers)}
        context["waits"] = waiting_for_the_district(self.acting)
        return self.render(request, "clinics/district.html", context)


def tiles(numbers: dict[str, int]) -> list[dict[str, Any]]:
    """The counts that lead to their lists."""
    texts = {
        "waiting": _("nominated or verified"),
        "suspended": _("reinstate or revoke"),
        "soon": _("extend or let end"),
        "none": _("posts that may refer"),
        "in_force": _("doctors who may refer now"),
    }
    late = {"waiting", "soon"}
    return [
        {
            "href": reverse("worklist") if name == "waiting" else f"{reverse('rights')}?standing={name}",
            "label": STANDINGS[name][0],
            "count": numbers[name],
            "text": text,
            "late": name in late and numbers[name] > 0,
        }
        for name, text in texts.items()
    ]


def tile_of_special_stops(count: int, today: date) -> dict[str, Any]:
    """How many stops of this year were said later than the notice asked; they count against the hospitals (R126, R128)."""
    return {
        "href": f"{reverse('special_stops')}?year={today.year}",
        "label": _("special stops"),
        "count": count,
        "text": _("said too late this year, by hospital"),
        "late": False,
    }


def lists(posts: Any, numbers: dict[str, int]) -> list[dict[str, Any]]:
    """The first of those that need a look, one query a list."""
    named = (
        ("soon", _("Ending within 30 days"), _("No right ends within 30 days."), expiring(posts)),
        ("suspended", _("Suspended"), _("No right is suspended."), standing(posts, "suspended")),
        ("waiting", _("Waiting for a decision"), _("Nothing waits for a decision."), standing(posts, "waiting")),
        ("none", _("Without a right"), _("Every referring post has a right."), standing(posts, "none")),
    )
    return [
        {"name": name, "label": label, "empty": empty, "count": numbers[name], "rows": [row_of(post) for post in found[:SHOWN]]}
        for name, label, empty, found in named
    ]
