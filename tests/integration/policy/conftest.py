"""The desk at which the regulation's values are entered."""

import pytest
from django.test import Client

from tests.cast import sign_in
from tests.integration.policy.cast_policy import Desk, a_desk


@pytest.fixture
def desk(db: None) -> Desk:
    return a_desk()


@pytest.fixture
def admin(client: Client, desk: Desk) -> Client:
    sign_in(client, desk.first.user)
    return client


@pytest.fixture
def coordinator(desk: Desk) -> Client:
    browser = Client()
    sign_in(browser, desk.coordinator.user, desk.coordinator.post)
    return browser
