"""What systemd and the image start is what `make serve` starts: one unit and one role for each process, all of them confined."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from configparser import ConfigParser
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from deploy import alive, places, role, system
from deploy.processes import Trouble
from deploy.product import commands
from vault.outbox.templates import declared

UNITS = places.ROOT / "deploy" / "systemd"
HARDENING = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateDevices": "yes",
    "RestrictSUIDSGID": "yes",
    "SystemCallFilter": "@system-service",
}
ROOTLESS = sorted(path.stem for path in UNITS.glob("*.service") if path.stem != "referral-pulse")


def read(path: Path) -> ConfigParser:
    """A unit's sections; systemd minds the case of keys."""
    unit = ConfigParser(strict=True, interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(path, encoding="utf-8")
    return unit


def service(name: str) -> dict[str, str]:
    return dict(read(UNITS / f"{name}.service")["Service"])


def test_each_process_of_the_product_has_a_unit_that_becomes_it() -> None:
    started = {path.stem: shlex.split(read(path)["Service"]["ExecStart"]) for path in UNITS.glob("*.service")}
    roles = {name.removeprefix("referral-"): words[3] for name, words in started.items() if words[1:3] == ["-m", "deploy.role"]}

    assert roles == {name: name for name in (*commands({}), "gateway", "prepare")}


@pytest.mark.parametrize("name", sorted(commands({})))
def test_a_process_starts_after_the_preparation_ends_in_its_own_time_and_comes_back(name: str) -> None:
    unit = read(UNITS / f"referral-{name}.service")

    assert unit["Unit"]["Requires"] == "referral-prepare.service"
    assert "referral-prepare.service" in unit["Unit"]["After"]
    assert (unit["Unit"]["PartOf"], unit["Install"]["WantedBy"]) == ("referral.target", "referral.target")
    assert (unit["Service"]["Restart"], unit["Service"]["EnvironmentFile"]) == ("always", "/etc/referral/serve.env")
    assert int(unit["Service"]["TimeoutStopSec"]) > kill_timeout(commands({})[name])


def kill_timeout(words: list[str]) -> int:
    """After how many seconds the process itself ends what would not end."""
    return int(words[words.index("--workers-kill-timeout") + 1]) if "--workers-kill-timeout" in words else 10


@pytest.mark.parametrize("name", ROOTLESS)
def test_no_service_runs_as_root_or_keeps_a_power_it_does_not_need(name: str) -> None:
    powers = "CAP_NET_BIND_SERVICE" if name == "referral-gateway" else ""

    assert service(name)["User"] == ("referral-gateway" if name == "referral-gateway" else "referral")
    assert service(name)["CapabilityBoundingSet"] == powers


def test_every_service_is_confined_and_the_gateway_is_told_no_secret() -> None:
    confined = dict(read(UNITS / "referral-.service.d" / "hardening.conf")["Service"])

    assert {name: confined.get(name) for name in HARDENING} == HARDENING
    assert "EnvironmentFile" not in service("referral-gateway")
    assert all(path.stem.startswith("referral-") for path in UNITS.glob("*.service"))


def test_each_timer_starts_something_and_each_backup_has_a_timer() -> None:
    timers = {path.stem for path in UNITS.glob("*.timer")}

    assert timers == {"referral-backup", "referral-pulse"}
    assert all((UNITS / f"{name}.service").exists() for name in timers)
    assert service("referral-backup")["ExecStart"].split()[1:4] == ["-m", "deploy.command", "backup"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here; the units were read and compared above")
def test_systemd_accepts_every_unit(tmp_path: Path) -> None:
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for path in tmp_path.glob("*.service"):  # whatever is installed here: what a unit starts is compared above
        path.write_text(re.sub(r"(?m)^(Exec\w+=)\S+", r"\1/bin/true", path.read_text(encoding="utf-8")), encoding="utf-8")
    names = sorted(path.name for path in tmp_path.iterdir() if path.is_file())

    words = ["systemd-analyze", "verify", "--man=no", *names]
    told = subprocess.run(words, cwd=tmp_path, env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:"}, capture_output=True, text=True)

    assert (told.returncode, told.stdout + told.stderr) == (0, "")


def compose() -> str:
    return (places.ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")


def dockerfile() -> str:
    return (places.ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")


def copied() -> list[str]:
    """Everything the image takes from this copy."""
    return [name.rstrip("/") for line in re.findall(r"^COPY (.+)$", dockerfile(), re.MULTILINE) for name in line.split()[:-1]]


def test_the_image_copies_what_is_there_and_leaves_the_rest_outside() -> None:
    ignored = (places.ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()

    assert [name for name in copied() if not (places.ROOT / name).exists()] == []
    assert {line[1:] for line in ignored if line.startswith("!")} == set(copied())
    assert "*" in ignored


def test_the_image_holds_every_package_of_the_product() -> None:
    rooms = {path.parent.name for path in places.ROOT.glob("*/__init__.py")} - {"bench", "tests"}

    assert rooms <= set(copied())
    assert re.search(r"apt-get install .*\$\(python3 -m deploy\.system nginx\)", dockerfile())
    told = subprocess.run([sys.executable, "-m", "deploy.system", "nginx"], cwd=places.ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [each.name for each in system.PACKAGES if not each.tests_only] + ["nginx"]


def test_the_image_becomes_any_role_as_an_account_without_rights() -> None:
    lines = dockerfile().splitlines()

    assert "USER referral" in lines
    assert 'ENTRYPOINT ["/opt/referral/.venv/bin/python", "-m", "deploy.role"]' in lines
    assert any(line.startswith("HEALTHCHECK") and '"deploy.alive", "web"' in line for line in lines)
    assert lines.index("USER referral") > max(number for number, line in enumerate(lines) if line.startswith(("RUN", "COPY")))


def test_the_containers_are_the_same_processes() -> None:
    roles = re.findall(r"^    command: \[(\w+)", compose(), re.MULTILINE)

    assert sorted(roles) == sorted([*commands({}), "gateway", "prepare"])


def test_a_worker_that_does_nothing_any_more_can_be_ended_from_within() -> None:
    (worker,) = re.findall(r"^  worker:\n((?:    .*\n)+)", compose(), re.MULTILINE)

    assert re.search(r"^    init: true\b", worker, re.MULTILINE)  # the first process of a container is deaf to a kill from within
    assert re.search(r'^      test: \[CMD-SHELL, ".*deploy\.alive silent && kill -9 -1; .*deploy\.alive worker"\]$', worker, re.MULTILINE)


def test_the_gateway_finds_the_web_process_where_it_is_also_after_a_restart_and_writes_where_any_engine_lets_it() -> None:
    (address,) = re.findall(r"^    UPSTREAM: ([0-9.]+):8000\b", compose(), re.MULTILINE)

    assert f"networks: {{ inside: {{ ipv4_address: {address} }} }}" in compose()
    assert "TRUSTED_PROXIES: 127.0.0.0/8,172.30.0.0/24 " in compose()  # without the first the look at its own health is sent on
    assert "command: [gateway, --prefix, /tmp]" in compose()
    assert "  tmpfs: [/tmp]\n" in compose()  # an owner in its options is docker's own dialect


def test_the_database_is_called_ready_only_once_others_reach_it() -> None:
    assert "test: [CMD, pg_isready, --host, 127.0.0.1, --username, postgres]" in compose()


def test_what_the_page_of_operations_puts_beside_the_image_gets_neither_into_it_nor_into_a_commit() -> None:
    secret = ["deploy/*.env", "deploy/tls", "deploy/backups"]
    ignored = (places.ROOT / "deploy" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    unwatched = (places.ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()

    assert [name for name in secret if ignored.index(name) < ignored.index("!deploy")] == []
    assert set(secret) <= {name.rstrip("/") for name in unwatched}


def test_a_worker_is_silent_only_after_it_has_spoken(tmp_path: Path) -> None:
    before = alive.worker_is_silent(tmp_path)
    (tmp_path / "heartbeat").touch()
    fresh = alive.worker_is_silent(tmp_path)
    long_ago = time.time() - alive.SILENCE - 1
    os.utime(tmp_path / "heartbeat", (long_ago, long_ago))

    assert (before, fresh, alive.worker_is_silent(tmp_path)) == (False, False, True)


def test_a_process_started_alone_needs_a_database_that_runs_by_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(places, "VAR", tmp_path)
    monkeypatch.setenv("PUBLIC_URL", "https://referral.example")
    monkeypatch.delenv("DATABASE_URL")

    with pytest.raises(Trouble, match=r"^DATABASE_URL is not set\."):
        role.settings()


def test_every_text_without_a_code_of_the_provider_is_named(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    keys = [template.key for template in declared()]
    settings.SMS_TEMPLATE_CODES = {key: f"SMS_{number}" for number, key in enumerate(keys) if key != "login_code"}
    with pytest.raises(SystemExit, match="1"):
        call_command("sms_templates")
    settings.SMS_TEMPLATE_CODES = dict.fromkeys(keys, "SMS_1")
    with pytest.raises(SystemExit, match="0"):
        call_command("sms_templates")

    said = capsys.readouterr().out
    assert said.count("NO CODE") == 1
    assert "login_code\totp\tNO CODE\t" in said
    assert said.endswith("Each of them has a code.\n")
