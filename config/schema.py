"""The OpenAPI description and its viewer, served from our own files."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from permissions.doors import PUBLIC

VIEWER_POLICY = {"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]}


class Schema(SpectacularAPIView):
    """OpenAPI 3.1 of the whole interface."""

    policies = {"GET": PUBLIC}


@method_decorator(csp_update(VIEWER_POLICY), name="dispatch")
class Viewer(SpectacularSwaggerSplitView):
    """The same, to read and try out; it works without the internet."""

    policies = {"GET": PUBLIC}
    url_name = "schema"
