"""The addresses of reserved places below /api/v1/."""

from django.urls import path

from reserved_pools.api.availability import Availability

urlpatterns = [path("availability", Availability.as_view(), name="api_availability")]
