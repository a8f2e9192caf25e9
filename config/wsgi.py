"""The web entry point; it refuses to serve when a door has no declared policy."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from django.urls import get_resolver  # noqa: E402  (needs the application loaded)

from permissions.guards import verify_doors  # noqa: E402

verify_doors(get_resolver().url_patterns)
