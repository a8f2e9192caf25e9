"""Serves nothing from a database that is older than its journal, until somebody has passed the fence."""

import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from config.errors import answer
from vault.journal.follow import is_behind
from vault.refusal import Refusal

LOOK_EVERY = 5.0  # seconds; an older copy put in place while this process runs is seen that much later
STILL_ANSWERED = ("/healthz", "/readyz")


class BehindMiddleware:
    """Every page and every door answers 503; where no journal is kept it costs a look into an empty folder."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.looked, self.found = -LOOK_EVERY, False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        if request.path in STILL_ANSWERED or not self._is_behind():
            return None
        return answer(request, Refusal("unavailable", _("An older copy of the data is being put in place. Nothing was changed.")))

    def _is_behind(self) -> bool:
        """Two requests at once may both look: tolerated. A demonstration that was made anew begins a new journal by itself."""
        now = time.monotonic()
        if self.found or now - self.looked >= LOOK_EVERY:
            self.found, self.looked = not settings.DEMO and is_behind(), now
        return self.found
