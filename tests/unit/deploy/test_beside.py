"""What `manage.py` finds of the demonstration of its copy."""

import json
from pathlib import Path

from deploy.beside import demonstration


def test_without_a_demonstration_nothing_is_found_and_nothing_is_made(tmp_path: Path) -> None:
    assert demonstration(tmp_path) == {}
    assert list(tmp_path.iterdir()) == []


def test_the_keys_and_the_three_addresses_of_a_demonstration(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("deploy.places.home_of_database", lambda state: state / "postgres")
    (tmp_path / "postgres").mkdir()
    (tmp_path / "env").write_text("SECRET_KEY=s\n")
    (tmp_path / "postgres" / "socket").write_text("/tmp/a b\n")
    passwords = {"referral_owner": "1", "referral_app": "2", "referral_sealer": "3"}
    (tmp_path / "postgres" / "passwords.json").write_text(json.dumps(passwords))

    found = demonstration(tmp_path)

    assert (found["SECRET_KEY"], found["DEMO"], found["STATE_DIR"]) == ("s", "1", str(tmp_path))
    assert found["DATABASE_URL"] == "postgresql://referral_app:2@%2Ftmp%2Fa%20b/referral"
    assert found["DATABASE_SEALER_URL"] == "postgresql://referral_sealer:3@%2Ftmp%2Fa%20b/referral"
