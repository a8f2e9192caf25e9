"""What came of a restore: the evening's reminders, the worker's sweeps, then powers, lists and trail as JSON: python -m bench.aftermath."""

import csv
import json
import os
import sys
import time
from pathlib import Path


def main(seconds: float, cancelled: list[str]) -> None:
    """The worker runs beside; it is asked each second to look, as the schedule would."""
    import django

    django.setup()
    from uuid import UUID

    from django.core.management import call_command

    from referral.booking.remind import remind
    from referral.tasks import remind as remind_all
    from vault.audit.verify import verify
    from vault.fence.held import held
    from vault.tasks import sweep

    for public_id in cancelled:
        remind(UUID(public_id))
    remind_all()  # the schedule's own task
    spoken()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        sweep.delay()
        time.sleep(1)
    spoken()
    path = Path(os.environ["STATE_DIR"]) / "lost.csv"
    call_command("lost", csv=path, language="en", stdout=sys.stderr)
    with path.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    listed = {row["Referral number"] for row in rows if row["What to do"].startswith(("Book again", "Call"))}
    print(json.dumps({"powers": powers_now(), "listed": sorted(listed), "held": held().count(), "trail_faults": len(verify().findings)}))


def spoken() -> None:
    """Until the worker has taken a job that was given now: before that it has sent nothing because it was not there."""
    from config.celery import heartbeat

    mark, deadline = Path(os.environ["STATE_DIR"]) / "heartbeat", time.monotonic() + 60
    mark.unlink(missing_ok=True)
    while not mark.exists():
        assert time.monotonic() < deadline, "the worker takes no jobs"
        heartbeat.delay()
        time.sleep(1)


def powers_now() -> list[str]:
    """Everything that lets somebody in or do something, as words: what it is, then its id."""
    from clinics.models import Post, TargetGrant
    from permissions.models import ReferralRight, RoleAssignment, Session, User

    found = [f"right {key}" for key in ReferralRight.objects.in_force().values_list("public_id", flat=True)]
    found += [f"target {key}" for key in TargetGrant.objects.open().values_list("public_id", flat=True)]
    found += [f"post {key}" for key in Post.objects.live().values_list("public_id", flat=True)]
    found += [f"office {key}" for key in RoleAssignment.objects.live().values_list("public_id", flat=True)]
    found += [f"login {key} {phone}" for key, phone in User.objects.filter(is_active=True).values_list("public_id", "phone_hash")]
    return sorted(found + [f"session {key}" for key in Session.objects.live().values_list("public_id", flat=True)])


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
