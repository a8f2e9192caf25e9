"""A backup is whole or none, opens with our keys only, and what was altered is refused with one clear sentence."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from tests.cast import a_user
from tests.integration.backup.hour import a_site, backed_up, booked, written
from vault.backup import making, manifest, restoring
from vault.backup.counter import count_on
from vault.backup.manifest import DATABASE, FILE
from vault.backup.programs import Trouble
from vault.journal import pages

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_backup_that_was_cut_off_is_no_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sealing = making.seal_stream

    def cut_off(source, target):
        sealing(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "seal_stream", cut_off)
    with pytest.raises(KeyboardInterrupt):
        backed_up(tmp_path)
    (left,) = tmp_path.glob(".unfinished-*")
    assert (left / DATABASE).stat().st_size > 0
    assert making.whole_ones(tmp_path) == []
    with pytest.raises(Trouble, match=r"is no backup: it has no manifest\.json"):
        restoring.checked(left)
    monkeypatch.undo()

    folder, _made = backed_up(tmp_path)

    assert [path.name for path in tmp_path.iterdir() if path.name not in (".lock", "state")] == [folder.name]
    assert making.whole_ones(tmp_path) == [folder]


def test_a_backup_says_what_is_in_it_and_hides_it(tmp_path: Path) -> None:
    site = a_site()
    booking = booked(site)

    folder, made = backed_up(tmp_path)

    assert (made.rows["referral_booking"], made.rows["permissions_user"], made.key) == (1, 4, "k2")
    assert made.migrations["vault"] >= "0007"
    assert {path.name: oct(path.stat().st_mode)[-3:] for path in folder.iterdir()} == {DATABASE: "600", FILE: "600"}
    hidden = (folder / DATABASE).read_bytes()
    for word in (booking.number, "周晓岚", "referral_booking", "PGDMP"):
        assert word.encode() not in hidden


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda folder: (folder / DATABASE).write_bytes((folder / DATABASE).read_bytes()[:-1]), "length or checksum differs"),
        (lambda folder: flip(folder / DATABASE), "length or checksum differs"),
        (lambda folder: (folder / DATABASE).unlink(), "is missing"),
        (lambda folder: reword(folder / FILE), "was altered, or written under another AUDIT_KEY"),
        (lambda folder: (folder / FILE).write_text("{"), "cannot be read"),
    ],
    ids=["shorter", "one bit", "gone", "another count", "half a manifest"],
)
def test_an_altered_backup_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoil, sentence: str) -> None:
    monkeypatch.setattr(making, "_dump", small_dump)
    folder, _made = backed_up(tmp_path)
    spoil(folder)

    with pytest.raises(CommandError, match=sentence):
        call_command("restore", folder, check=True)


def test_a_backup_needs_the_key_that_wrote_it(tmp_path: Path, settings) -> None:
    folder, _made = backed_up(tmp_path)
    settings.VAULT_KEYS = {"k9": b"n" * 32}

    with pytest.raises(Trouble, match="no key named 'k2' in VAULT_KEYS"):
        restoring.checked(folder)


def test_programs_of_another_version_are_refused_before_anything_is_touched(tmp_path: Path, settings) -> None:
    folder, _made = backed_up(tmp_path)
    (other := tmp_path / "other").mkdir()
    for name in ("pg_dump", "pg_restore"):
        (other / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)'\n")
        (other / name).chmod(0o700)
    settings.POSTGRES_PROGRAMS = str(other)

    with pytest.raises(CommandError, match=r"pg_dump is of PostgreSQL 15, the server of 18\. .* POSTGRES_PROGRAMS\. Nothing was touched\."):
        call_command("backup", to=tmp_path / "elsewhere")
    with pytest.raises(CommandError, match=r"pg_restore is of PostgreSQL 15, the server of 18\. .* Nothing was touched\."):
        call_command("restore", folder, reason="drill", replace=str(connection.settings_dict["NAME"]))

    assert not (tmp_path / "elsewhere").exists()


def test_only_the_newest_backups_are_kept_and_the_journal_reaches_back_to_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "_dump", small_dump)
    a_user()
    written()
    begins = pages.first_horizon()
    made = [making.make(tmp_path, now=timezone.now() - timedelta(hours=ago)) for ago in (3, 2, 1)]

    assert making.keep(tmp_path, 2) == 1

    assert [path.name for path in making.whole_ones(tmp_path)] == [one.name for one in made[1:]]
    assert pages.first_horizon() == begins
    with pytest.raises(CommandError, match="at least one backup"):
        call_command("backup", to=tmp_path, keep=0)


def test_a_new_server_counts_on_from_where_the_old_one_stood() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        now = int(cursor.fetchone()[0])

        assert count_on(now + 5000) >= 4000
        cursor.execute("SELECT pg_current_xact_id()")
        assert int(cursor.fetchone()[0]) > now + 5000


def small_dump(path: Path, snapshot: str) -> dict[str, object]:
    """A stand-in where the content does not matter."""
    path.write_bytes(b"a dump of " + snapshot.encode())
    return {"bytes": path.stat().st_size, "sha256": manifest.sum_of(path)}


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def reword(path: Path) -> None:
    said = json.loads(path.read_text())
    said["rows"]["referral_booking"] = 7
    path.write_text(json.dumps(said))
