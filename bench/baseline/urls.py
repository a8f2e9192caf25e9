"""The product's addresses and the baseline's one beside them."""

from django.urls import include, path

from bench.baseline.views import BookingCreate

urlpatterns = [
    path("baseline/bookings", BookingCreate.as_view()),
    path("", include("config.urls")),
]
