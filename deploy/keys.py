"""The environment of the demonstration: random keys of this copy, kept in var/env for its owner's eyes only."""

import base64
import secrets
from pathlib import Path


def demo_environment(state: Path) -> dict[str, str]:
    """Every setting of the demonstration but the database; the keys are made once and stay with the data."""
    return {
        "DEBUG": "1",
        "DEMO": "1",
        "SMS_GATEWAY": "file",
        "STATE_DIR": str(state),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    } | _keys(state / "env")


def read_environment(path: Path) -> dict[str, str]:
    """NAME=value lines; blank lines and those that start with # are skipped, quotes around a value are taken off."""
    pairs = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            pairs[name.strip()] = value.strip().strip("'\"")
    return pairs


def _keys(path: Path) -> dict[str, str]:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        made = {"SECRET_KEY": secrets.token_urlsafe(50), "AUDIT_KEY": _random()}
        made |= {"VAULT_KEYS": f"k1:{_random()}", "VAULT_HASH_KEYS": f"h1:{_random()}"}
        path.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
    return read_environment(path)


def _random() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
