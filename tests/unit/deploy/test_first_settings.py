"""The first settings of an installation: every key new, for root alone, and never written over."""

import stat
from pathlib import Path

import pytest

from deploy import first_settings
from deploy.first_settings import write
from deploy.keys import read_environment


def test_every_key_is_new_and_the_addresses_carry_the_passwords(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    first, second = (write("referral.example", tmp_path / name, "database:5433") for name in ("a", "b"))

    settings, passwords, others = read_environment(first[0]), read_environment(first[1]), read_environment(second[0])
    secret = ("SECRET_KEY", "VAULT_KEYS", "VAULT_HASH_KEYS", "AUDIT_KEY", "ALIYUN_RECEIPT_SECRET")
    assert all(len(settings[name]) >= 32 and settings[name] != others[name] for name in secret)
    assert len({settings[name].removeprefix("k1:").removeprefix("h1:") for name in secret}) == 5
    assert settings["DATABASE_URL"] == f"postgresql://referral_app:{passwords['APP_PASSWORD']}@database:5433/referral"
    assert settings["PUBLIC_URL"] == "https://referral.example"
    assert [stat.S_IMODE(path.stat().st_mode) for path in first] == [0o600, 0o600]


def test_the_programs_of_this_machine_are_named_for_a_server_of_this_machine_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_settings, "PROGRAMS", tmp_path / "postgresql")
    (tmp_path / "postgresql" / "15" / "bin").mkdir(parents=True)
    written = []
    for name, database in (("here", "127.0.0.1:5433"), ("elsewhere", "database")):
        (tmp_path / name).mkdir()
        written.append(read_environment(write("referral.example", tmp_path / name, database)[0])["POSTGRES_PROGRAMS"])

    assert written == [str(tmp_path / "postgresql" / "15" / "bin"), ""]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "database.env").write_text("mine")

    with pytest.raises(SystemExit, match=r"database\.env exists already; nothing was written"):
        write("referral.example", tmp_path, "127.0.0.1")

    assert (tmp_path / "database.env").read_text() == "mine"
    assert not (tmp_path / "serve.env").exists()
