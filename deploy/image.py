"""What is made from the sources while the image is built: translations and static files, with keys that are thrown away."""

import base64
import os
import secrets
import sys
from threading import Event

from deploy.prepare import COLLECT, manage
from deploy.processes import Trouble

STEPS = (["messages", "--lenient"], COLLECT)


def build() -> None:
    """Both, as they will be served; nothing of these settings stays in the image."""
    for words in STEPS:
        manage(words, dict(os.environ) | passing_settings(), Event())


def passing_settings() -> dict[str, str]:
    """Enough for commands that ask no database and send nothing."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    return {
        "DEBUG": "0",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "VAULT_KEYS": f"k:{key}",
        "VAULT_HASH_KEYS": f"h:{key}",
        "AUDIT_KEY": key,
        "PUBLIC_URL": "https://localhost",
        "ALLOWED_HOSTS": "localhost",
        "ALIYUN_ACCESS_KEY_ID": "none",
        "ALIYUN_ACCESS_KEY_SECRET": "none",
        "DATABASE_URL": "postgresql://none@localhost/none",
    }


def main() -> None:
    """Called by deploy/Dockerfile."""
    try:
        build()
    except Trouble as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
