"""Every task the schedule names exists, and every task is either in the schedule or asked for by name."""

from pathlib import Path

import pytest

from config.celery import SCHEDULE, app

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("vault", "permissions", "clinics", "reserved_pools", "referral", "config")


@pytest.fixture(scope="module")
def ours() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if name.partition(".")[0] in ROOMS}


def test_the_schedule_names_only_tasks_that_exist(ours: set[str]) -> None:
    assert {task for _, task, _ in SCHEDULE} - ours == set()


def test_every_task_is_scheduled_or_asked_for(ours: set[str]) -> None:
    text = "".join(path.read_text(encoding="utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py") if path.name != "tasks.py")

    forgotten = {task for task in ours - {task for _, task, _ in SCHEDULE} if f'"{task}"' not in text}

    assert forgotten == set()


def test_no_two_entries_share_a_name() -> None:
    names = [name for name, _, _ in SCHEDULE]

    assert len(names) == len(set(names))
