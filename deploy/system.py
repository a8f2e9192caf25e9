"""What the machine itself must have beside Python, and how to ask for it: libraries, fonts and programs as Debian packages."""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PDF, BROWSER, READING = "PDF slips", "browser tests and screenshots", "tests that read PDF back"
GATEWAY = "tests of the gateway"
UNPACKED = Path(__file__).resolve().parent.parent / ".venv" / "unpacked"
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts", Path.home() / ".local/share/fonts")
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Package:
    """One Debian package: what cannot be done without it, whether tests alone want it, and how to see that it is there.

    One that would start a service on this machine is unpacked beside the virtual environment instead of installed.
    """

    name: str
    needed_for: str
    tests_only: bool
    is_there: Callable[[], bool]
    is_service: bool = False


def missing(*, with_tests: bool) -> list[Package]:
    """The packages this machine lacks for the purpose; looks at the things themselves, so any system's packages count."""
    return [each for each in PACKAGES if (with_tests or not each.tests_only) and not each.is_there()]


def install(*, with_tests: bool) -> None:
    """Install what is missing where that is permitted, saying first what will be done; otherwise say what is missing and go on."""
    wanted = missing(with_tests=with_tests)
    if not wanted:
        return
    names = " ".join(each.name for each in wanted)
    prefix = _right_to_install()
    if prefix is None:
        print(f"Not installed here: {names}. {_why_not()} An administrator can run: apt-get install {names}")
        return
    installed, unpacked = ([each.name for each in wanted if each.is_service is service] for service in (False, True))
    words = ["install", "--yes", "--no-install-recommends", *installed]
    if installed:
        print(f"Missing system packages; will now run: {' '.join([*prefix, 'apt-get', *words])}", flush=True)
    if installed and not _apt(prefix, *words):
        _apt(prefix, "update")
        _apt(prefix, *words)
    if unpacked:
        print(f"Unpacking into {UNPACKED}, without starting a service: {' '.join(unpacked)}", flush=True)
    for name in unpacked:
        _ = _unpack(name) or (_apt(prefix, "update") and _unpack(name))
    for each in missing(with_tests=with_tests):
        print(f"apt-get could not provide {each.name}; going on without {each.needed_for}.")


def last_lines(*, with_tests: bool) -> list[str]:
    """What will not work on this machine, one sentence for each thing; said at the very end of a run."""
    lost: dict[str, list[str]] = {}
    for each in missing(with_tests=with_tests):
        lost.setdefault(each.needed_for, []).append(each.name)
    return [f"NOT AVAILABLE here: {purpose} (missing package {', '.join(names)})." for purpose, names in lost.items()]


def chromium() -> str | None:
    """The path of an installed Chromium or Chrome."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), None)


def nginx() -> str | None:
    """The path of an installed nginx (not everybody's search path has it), or of the one unpacked for tests."""
    places = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:{UNPACKED / 'usr/sbin'}"
    return shutil.which("nginx", path=places)


def _library(name: str) -> Callable[[], bool]:
    def is_there() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return is_there


def _has_chinese_font() -> bool:
    return any(next(folder.rglob("NotoSansCJK-Regular.*"), None) for folder in FONT_FOLDERS if folder.is_dir())


PACKAGES = (
    Package("libpango-1.0-0", PDF, False, _library("libpango-1.0.so.0")),
    Package("libpangoft2-1.0-0", PDF, False, _library("libpangoft2-1.0.so.0")),
    Package("libharfbuzz-subset0", PDF, False, _library("libharfbuzz-subset.so.0")),
    Package("fonts-noto-cjk", PDF, False, _has_chinese_font),
    Package("poppler-utils", READING, True, lambda: shutil.which("pdftotext") is not None),
    Package("chromium", BROWSER, True, lambda: chromium() is not None),
    Package("nginx", GATEWAY, True, lambda: nginx() is not None, is_service=True),
)


def _right_to_install() -> list[str] | None:
    """The words to put before apt-get, or None when it may not or cannot be used."""
    if os.environ.get("NO_APT") == "1" or shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode == 0:
        return ["sudo", "-n"]
    return None


def _why_not() -> str:
    if os.environ.get("NO_APT") == "1":
        return "NO_APT=1 forbids installing."
    if shutil.which("apt-get") is None:
        return "There is no apt-get on this system."
    return "This account may not install packages."


def _unpack(name: str) -> bool:
    """Download one package, checked by apt against Debian's signatures, and lay its files into the folder; nothing of it is run."""
    with tempfile.TemporaryDirectory(prefix="ref-apt-") as folder:
        Path(folder).chmod(0o777)  # apt reads as an account of its own
        got = subprocess.run(["apt-get", "-q", "download", name], cwd=folder, capture_output=True).returncode == 0
        files = [str(file) for file in Path(folder).glob("*.deb")] if got else []
        return bool(files) and all(subprocess.run(["dpkg-deb", "-x", file, str(UNPACKED)]).returncode == 0 for file in files)


def _apt(prefix: list[str], *words: str) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run([*prefix, "apt-get", "-q", *words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return done.returncode == 0


def main() -> None:
    """The names of the packages the product needs where it is served, for whoever builds such a machine: python -m deploy.system."""
    print(" ".join(each.name for each in PACKAGES if not each.tests_only or each.name in sys.argv[1:]))


if __name__ == "__main__":
    main()
