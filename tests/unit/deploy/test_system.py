"""System packages: said before they are installed, never installed when forbidden, and missed things named at the end."""

import pytest

from deploy import system

LACKING = (
    system.Package("libpango-1.0-0", system.PDF, tests_only=False, is_there=lambda: False),
    system.Package("fonts-noto-cjk", system.PDF, tests_only=False, is_there=lambda: False),
    system.Package("chromium", system.BROWSER, tests_only=True, is_there=lambda: False),
    system.Package("poppler-utils", system.READING, tests_only=True, is_there=lambda: True),
)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What apt-get would have been told on a Debian machine where we are root."""
    told: list[list[str]] = []
    monkeypatch.setattr(system, "PACKAGES", LACKING)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(system.os, "geteuid", lambda: 0)
    monkeypatch.setattr(system, "_apt", lambda prefix, *words: told.append([*prefix, *words]) or True)
    monkeypatch.delenv("NO_APT", raising=False)
    return told


def test_what_will_be_installed_is_said_and_then_done(commands: list[list[str]], capsys: pytest.CaptureFixture[str]) -> None:
    system.install(with_tests=False)

    assert "will now run: apt-get install --yes --no-install-recommends libpango-1.0-0 fonts-noto-cjk\n" in capsys.readouterr().out
    assert commands == [["install", "--yes", "--no-install-recommends", "libpango-1.0-0", "fonts-noto-cjk"]]


def test_nothing_is_installed_when_that_is_forbidden(
    commands: list[list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_APT", "1")

    system.install(with_tests=True)

    assert commands == []
    assert capsys.readouterr().out == (
        "Not installed here: libpango-1.0-0 fonts-noto-cjk chromium. NO_APT=1 forbids installing. "
        "An administrator can run: apt-get install libpango-1.0-0 fonts-noto-cjk chromium\n"
    )


def test_an_account_without_rights_reads_which_packages_are_missing(
    commands: list[list[str]], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(system.shutil, "which", lambda name: None if name == "sudo" else f"/usr/bin/{name}")

    system.install(with_tests=False)

    assert commands == []
    assert "This account may not install packages." in capsys.readouterr().out


def test_the_last_lines_name_each_thing_that_does_not_work_here(commands: list[list[str]]) -> None:
    assert system.last_lines(with_tests=True) == [
        "NOT AVAILABLE here: PDF slips (missing package libpango-1.0-0, fonts-noto-cjk).",
        "NOT AVAILABLE here: browser tests and screenshots (missing package chromium).",
    ]


def test_a_package_that_would_start_a_service_is_unpacked_instead(commands: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    service = system.Package("nginx", system.GATEWAY, tests_only=True, is_there=lambda: False, is_service=True)
    unpacked: list[str] = []
    monkeypatch.setattr(system, "PACKAGES", (*LACKING, service))
    monkeypatch.setattr(system, "_unpack", lambda name: unpacked.append(name) or True)

    system.install(with_tests=True)

    assert unpacked == ["nginx"]
    assert ["nginx" in words for words in commands] == [False]
