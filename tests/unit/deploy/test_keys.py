"""The keys of the demonstration and the settings of a served installation."""

import stat
from pathlib import Path

from deploy.keys import demo_environment, read_environment


def test_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    first = demo_environment(tmp_path)

    assert demo_environment(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "env").stat().st_mode) == 0o600


def test_two_copies_never_share_a_key(tmp_path: Path) -> None:
    names = ("SECRET_KEY", "VAULT_KEYS", "VAULT_HASH_KEYS", "AUDIT_KEY")
    one, other = demo_environment(tmp_path / "one"), demo_environment(tmp_path / "other")

    assert all(one[name] != other[name] for name in names)


def test_a_settings_file_may_hold_comments_quotes_and_export(tmp_path: Path) -> None:
    file = tmp_path / "serve.env"
    file.write_text("# for a try-out\n\nexport ALLOWED_HOSTS='a.example,b.example'\nAUDIT_KEY=YWJj=\n", encoding="utf-8")

    assert read_environment(file) == {"ALLOWED_HOSTS": "a.example,b.example", "AUDIT_KEY": "YWJj="}
