"""What the vault's tests share: a folder of their own, texts, and a kind of thing with a life."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.vault.stage import Parcel, declare_texts, parcels_table


@pytest.fixture(autouse=True)
def own_state_dir(settings, tmp_path: Path) -> Path:
    settings.STATE_DIR = tmp_path
    settings.SMS_QUIET_HOURS = False
    return tmp_path


@pytest.fixture(autouse=True)
def nudges(monkeypatch) -> list[int]:
    """One entry for each time the sender was woken, instead of a message to a broker."""
    noted: list[int] = []
    monkeypatch.setattr("vault.outbox.waking._nudge", lambda: noted.append(1))
    return noted


@pytest.fixture(autouse=True, scope="session")
def texts() -> None:
    declare_texts()


@pytest.fixture
def parcel(db) -> Iterator[Parcel]:
    with parcels_table():
        yield Parcel.objects.create()
