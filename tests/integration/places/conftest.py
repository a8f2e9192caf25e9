"""The small district, and its administrator at her browser."""

import pytest
from django.test import Client

from tests.cast import sign_in
from tests.integration.places.cast_places import Place, a_place


@pytest.fixture
def place(db: None) -> Place:
    return a_place()


@pytest.fixture
def admin(client: Client, place: Place) -> Client:
    sign_in(client, place.admin)
    return client


@pytest.fixture
def manager(place: Place) -> Client:
    browser = Client()
    sign_in(browser, place.manager.user, place.manager)
    return browser
