"""The product's web entry point with the baseline's one address beside its own."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
settings.ROOT_URLCONF = "bench.baseline.urls"
