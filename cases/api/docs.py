"""The API's description and its readable page, from this server alone (no CDN)."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.views import APIView

schema = SpectacularAPIView.as_view()
# Swagger UI writes style attributes as it draws; scripts stay ours only (the split view has no inline one).
docs = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(SpectacularSwaggerSplitView.as_view(url_name="api_schema"))


class NothingHere(APIView):
    """An address below /api/v1/ that does not exist: the problem body, not a page."""

    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:  # noqa: ARG002
        """For everybody alike, whatever the method."""
        raise NotFound
