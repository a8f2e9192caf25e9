"""The pages of the supply side."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
