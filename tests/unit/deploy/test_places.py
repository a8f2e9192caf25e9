"""Where things live, and the locks between two starts."""

import os
import stat
from pathlib import Path

import pytest

from deploy import places
from deploy.processes import Trouble


def test_the_second_to_lock_reads_the_sentence_and_who_was_first(tmp_path: Path) -> None:
    with places.lock(tmp_path / "lock", "Already running."), pytest.raises(Trouble) as refusal:
        places.lock(tmp_path / "lock", "Already running.")

    assert str(refusal.value) == f"Already running. (process {os.getpid()})"


def test_a_lock_that_was_let_go_can_be_taken_again(tmp_path: Path) -> None:
    places.lock(tmp_path / "lock", "Already running.").close()

    places.lock(tmp_path / "lock", "Already running.").close()


def test_a_socket_address_stays_short_however_long_the_path_of_the_clone() -> None:
    folder = places.short_folder(places.Runner())
    try:
        assert len(os.fsencode(folder / ".s.PGSQL.5432")) < 107
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    finally:
        folder.rmdir()


def test_a_path_below_a_private_folder_is_not_reachable_by_others(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    (tmp_path / "private" / "clone").mkdir()

    assert not places.reachable_by_others(tmp_path / "private" / "clone")


def test_making_a_folder_of_ours_leaves_the_folders_above_as_they_were(tmp_path: Path) -> None:
    above = tmp_path / "above"
    above.mkdir(mode=0o750)

    places.private_folder(above / "ours")

    assert stat.S_IMODE(above.stat().st_mode) == 0o750


def test_a_name_where_someone_put_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(Trouble, match="belongs to someone else"):
        places.private_folder(tmp_path / "ours")
