"""The served product with the Xicheng demonstration in it, for journeys through real HTTP."""

from typing import Any

import pytest
from django.utils import timezone

from referral.demo.load import load
from tests.browser.site import Site


@pytest.fixture
def demonstration(transactional_db: None, site: Site, settings: Any) -> Site:
    """The demonstration, loaded through the product's own use cases, before the running server and worker."""
    settings.DEMO = True
    settings.STATE_DIR = site.state
    load(timezone.localdate(), site.state / "demo", lambda _words: None)
    return site
