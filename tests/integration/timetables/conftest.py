"""The hospital with a week to publish, and its coordinator at her browser."""

import pytest
from django.test import Client

from tests.cast import sign_in
from tests.integration.timetables.cast_weeks import Hospital, a_week_hospital


@pytest.fixture
def hospital(db: None) -> Hospital:
    return a_week_hospital()


@pytest.fixture
def desk(client: Client, hospital: Hospital) -> Client:
    sign_in(client, hospital.by.user, hospital.by.post)
    return client
