"""Says by its exit code whether a process of the product lives: python -m deploy.alive web | worker | silent."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from deploy import places
from deploy.readiness import OPENER
from deploy.supervise import heartbeat_age

SILENCE = 30.0  # seconds without a heartbeat, as /readyz counts them


def web_answers(environment: dict[str, str]) -> bool:
    """Whether /healthz of this machine's web process says yes, asked as the gateway would ask."""
    public = urlsplit(environment.get("PUBLIC_URL", "https://localhost"))
    headers = {"Host": public.netloc, "X-Forwarded-Proto": public.scheme}
    asked = urllib.request.Request(f"http://127.0.0.1:{environment.get('PORT', '8000')}/healthz", headers=headers)
    try:
        with OPENER.open(asked, timeout=4) as answer:
            return bool(answer.status == 200)
    except (urllib.error.HTTPError, OSError):
        return False


def worker_is_silent(state: Path) -> bool:
    """Whether the worker once consumed messages and has stopped doing so; one that never began has not fallen silent."""
    age = heartbeat_age(state / "heartbeat")
    return age is not None and age > SILENCE


def main() -> None:
    """For HEALTHCHECK in the image, and for the timer that starts a silent worker again."""
    state = Path(os.environ.get("STATE_DIR", places.VAR / "serve"))
    answers = {
        "web": lambda: web_answers(dict(os.environ)),
        "worker": lambda: heartbeat_age(state / "heartbeat") is not None and not worker_is_silent(state),
        "silent": lambda: worker_is_silent(state),
    }
    if sys.argv[1:2] == [] or sys.argv[1] not in answers:
        sys.exit(__doc__)
    sys.exit(0 if answers[sys.argv[1]]() else 1)


if __name__ == "__main__":
    main()
