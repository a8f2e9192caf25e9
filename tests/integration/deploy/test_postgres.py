"""The embedded server: strange paths, a kill without warning, two at once, three roles."""

import os
import shutil
import signal
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from deploy.postgres import ROLES, Server
from deploy.processes import Trouble, is_alive

SYSTEM = "SELECT system_identifier FROM pg_control_system()"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder any account may pass through, as /tmp itself is."""
    path = Path(tempfile.mkdtemp(dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def answer(server: Server, role: str, statement: str) -> object:
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        row = connection.execute(statement).fetchone()
        return row[0] if row else None


def test_data_stay_across_starts_in_a_long_path_with_spaces_and_chinese(folder: Path) -> None:
    home = folder / "转诊 平台" / ("很长的目录" * 10) / ("x" * 60)
    server = Server(home, throwaway=True).start()
    with psycopg.connect(server.url("referral_owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT '阿不都热合曼·买买提' AS name")
    server.stop()

    again = Server(home, throwaway=True).start()
    try:
        assert answer(again, "referral_app", "SELECT name FROM kept") == "阿不都热合曼·买买提"
    finally:
        again.stop()


def test_after_a_kill_without_warning_the_next_start_finds_its_data(folder: Path) -> None:
    server = Server(folder / "pg").start()
    with psycopg.connect(server.url("referral_owner"), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    assert server.pid is not None

    os.kill(server.pid, signal.SIGKILL)
    while server.is_running():
        time.sleep(0.01)
    assert (server.data / "postmaster.pid").exists()
    server.start()

    try:
        assert answer(server, "referral_app", "SELECT one FROM kept") == 1
    finally:
        server.stop()


def test_a_stale_number_that_now_belongs_to_another_process_is_no_obstacle(folder: Path) -> None:
    server = Server(folder / "pg", throwaway=True).start()
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")

    again = Server(folder / "pg", throwaway=True).start()
    try:
        assert answer(again, "referral_app", "SELECT 1") == 1
    finally:
        again.stop()


def test_the_same_folder_twice_gives_one_sentence_and_harms_nothing(folder: Path) -> None:
    first = Server(folder / "pg", throwaway=True).start()
    try:
        with pytest.raises(Trouble, match=r"is already running\. \(process \d+\)"):
            Server(folder / "pg", throwaway=True)

        assert answer(first, "referral_app", "SELECT 1") == 1
    finally:
        first.stop()


def test_two_folders_run_side_by_side_and_stopping_leaves_nothing(folder: Path) -> None:
    one, other = (Server(folder / name, throwaway=True).start() for name in ("one", "other"))
    pids = [one.pid, other.pid]

    assert answer(one, "referral_app", SYSTEM) != answer(other, "referral_app", SYSTEM)
    one.stop()
    other.stop()

    assert not any(is_alive(pid) for pid in pids if pid)
    assert not one.socket.exists()
    assert not other.socket.exists()


def test_only_the_owner_may_change_the_schema_and_nobody_is_superuser(folder: Path) -> None:
    server = Server(folder / "pg", throwaway=True).start()
    try:
        assert [answer(server, role, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") for role in ROLES] == [False] * 3
        for role in ("referral_app", "referral_sealer"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                answer(server, role, "CREATE TABLE mine ()")
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(server.url("referral_owner").replace(server.passwords["referral_owner"], "guess"))
    finally:
        server.stop()


def test_no_folder_above_ours_gets_another_mode(folder: Path) -> None:
    above = folder / "above"
    above.mkdir(mode=0o751)
    before = [stat.S_IMODE(path.stat().st_mode) for path in (folder, above)]

    Server(above / "pg", throwaway=True).start().stop()

    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, above)] == before
