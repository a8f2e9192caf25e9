"""The page of settings names every value that is read from the environment."""

import re

from deploy import places


def read_by_the_settings() -> set[str]:
    """Names handed to `env` or `required` in the one place that reads the environment."""
    text = (places.ROOT / "config" / "settings.py").read_text(encoding="utf-8")
    return set(re.findall(r'(?:env\.\w+|required)\(\s*"([A-Z_]+)"', text))


def test_every_setting_that_is_read_is_explained() -> None:
    page = (places.ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("| `")]

    read = read_by_the_settings()

    assert len(read) > 40
    assert read - {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)} == set()
