"""The Celery application, its broker and the whole schedule, in one list."""

import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.schedules import crontab
from psycopg.conninfo import make_conninfo

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("referral")

# A nudge to a broker that is down must not hold up the page that gave it: the sweep finds what it was about.
FAIL_FAST = {"max_retries": 0, "interval_start": 0}

# What runs by the clock: name, task, when. Deadlines live in the database; these only look which are due.
SCHEDULE: tuple[tuple[str, str, float | crontab], ...] = (
    ("the worker shows that it lives", "config.celery.heartbeat", 5.0),
    ("messages that nobody nudged are sent", "vault.tasks.sweep", 10.0),
    ("hospitals' systems are told what happened", "referral.tasks.tell_hospitals", 5.0),
    ("messages to programs are sent", "vault.tasks.send_webhooks", 5.0),
    ("old messages to programs go", "vault.tasks.forget_webhooks", crontab(hour="2", minute="55")),
    ("receipts that no call brought are asked for", "vault.tasks.fetch_receipts", 300.0),
    ("pools past their cut-off close", "reserved_pools.tasks.close_due", 60.0),
    ("cooled places open again", "reserved_pools.tasks.release_cooled", 60.0),
    ("what became of closed half-days is written down", "reserved_pools.tasks.write_outcomes", 600.0),
    ("visits nobody reported are closed", "referral.tasks.close_days", crontab(hour="20", minute="30")),
    ("the no-show ledger is counted again", "referral.tasks.prove_ledger", crontab(hour="3", minute="50")),
    ("places are counted against moves and bookings", "referral.tasks.prove_places", crontab(hour="3", minute="40")),
    ("published places follow the regulation's values", "reserved_pools.tasks.move_windows", crontab(hour="0", minute="5")),
    ("patients of stopped clinics are looked after", "referral.tasks.look_after_stops", 60.0),
    ("slips that nobody printed are printed", "referral.tasks.print_waiting", 60.0),
    ("returns nobody took over rise", "referral.tasks.mark_overdue", 600.0),
    ("trials of documents whose worker died get on", "referral.tasks.sweep_simulations", 60.0),
    ("drafts that nobody booked are over", "referral.tasks.expire_drafts", crontab(hour="3", minute="50")),
    ("residents hear of returned referrals", "referral.tasks.tell_of_advice", 300.0),
    ("managers are told of lists they have not signed", "referral.tasks.remind_of_conduct", crontab(hour="9", minute="10")),
    ("residents are reminded of tomorrow", "referral.tasks.remind", 600.0),
    ("visits nobody receives are cancelled", "referral.tasks.cancel_homeless", crontab(minute="25")),
    ("people find in their inboxes what happened", "referral.tasks.tell_people", 5.0),
    ("people are told of what runs out, doctors of messages that were lost", "referral.tasks.tell_of_the_due", 600.0),
    ("notices read long ago go", "referral.tasks.forget_notices", crontab(hour="3", minute="5")),
    ("exceptions past their end are marked", "referral.tasks.lapse_exceptions", 600.0),
    ("priorities without a proof any more are cleared", "referral.tasks.clear_priorities", crontab(hour="0", minute="15")),
    ("rights past their end are marked", "permissions.tasks.expire_rights", 600.0),
    ("managers are reminded to attest", "clinics.tasks.remind_of_attestation", 3600.0),
    ("rights nobody attested rest", "clinics.tasks.suspend_unattested", 3600.0),
    ("rights nobody uses rest", "referral.tasks.suspend_dormant", crontab(hour="3", minute="20")),
    ("object permissions follow grants and posts", "clinics.tasks.compare_access", crontab(hour="2", minute="10")),
    ("what logins left behind goes", "permissions.tasks.forget_old_logins", crontab(hour="2", minute="20")),
    ("lists whose worker died get on", "clinics.tasks.sweep_imports", 10.0),
    ("lists of last week are forgotten", "clinics.tasks.forget_imports", crontab(hour="2", minute="50")),
    ("the audit trail is proved", "permissions.tasks.prove_trail", crontab(hour="3", minute="10")),
    ("old idempotency keys go", "vault.tasks.forget_idempotency_keys", crontab(hour="2", minute="30")),
    ("coming months have their partitions", "vault.tasks.make_partitions", crontab(hour="2", minute="40")),
)


@app.add_defaults
def configuration() -> dict[str, Any]:
    """Read from the settings when the application is first used, not when this file is imported."""
    from django.conf import settings

    return {
        "broker_url": settings.CELERY_BROKER_URL,
        "broker_transport_options": _queue_in(dict(settings.DATABASES["default"]))
        if settings.CELERY_BROKER_URL.startswith("pgmq")
        else FAIL_FAST,
        "broker_connection_retry_on_startup": True,
        "broker_pool_limit": 2,
        "beat_schedule": {name: _entry(task, when) for name, task, when in SCHEDULE},
        "beat_schedule_filename": str(settings.STATE_DIR / "beat"),
        "timezone": settings.TIME_ZONE,
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
    }


def _entry(task: str, when: float | crontab) -> dict[str, Any]:
    """A run that nobody took before the next one is due is dropped, so that nothing piles up behind a pause."""
    lifetime = when if isinstance(when, float) else 3600.0
    return {"task": task, "schedule": when, "options": {"expires": lifetime}}


def _queue_in(database: dict[str, Any]) -> dict[str, Any]:
    """The queue lives in the product's own database. The address goes as libpq words: as a URL its socket folder would be lost."""
    words = {
        "host": database["HOST"] or "localhost",
        "port": database["PORT"] or 5432,
        "dbname": database["NAME"],
        "user": database["USER"],
        "password": database["PASSWORD"],
    }
    return {
        "conn_string": make_conninfo(**words),
        "init_extension": False,
        "polling_interval": 0.1,
        "wait_time_seconds": 1,
        "visibility_timeout": 1800,
        "pool_size": 4,
    }


@app.task(name="config.celery.heartbeat")
def heartbeat() -> None:
    """Leaves a fresh mark on the disk: beat sent, the broker carried, the worker consumed."""
    from django.conf import settings

    mark: Path = settings.STATE_DIR / "heartbeat"
    mark.touch()


app.autodiscover_tasks()
