"""One stage for a whole module: what bad input leaves behind would be seen, and every request is taken back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.integration.bad_input.proof import taken_back
from tests.integration.bad_input.stage import Stage
from vault.outbox.budgets import Allowance


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Iterator[Stage]:
    with django_db_blocker.unblock(), taken_back():
        yield Stage()


@pytest.fixture(autouse=True)
def patient_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The corpus asks more often than any hospital's system may."""
    monkeypatch.setattr("referral.exchange.hospital.OFTEN", (Allowance(100_000, timedelta(minutes=1)),))
    monkeypatch.setattr("clinics.register.public_answers.OFTEN", (Allowance(100_000, timedelta(minutes=1)),))
