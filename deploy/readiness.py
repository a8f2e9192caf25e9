"""When the product may be called ready, and what is said then."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from deploy import system
from deploy.processes import Trouble
from deploy.supervise import Supervisor, heartbeat_age

READY_SECONDS = 120  # after which something is wrong, not slow
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Site:
    """Where the product answers on this machine, and the address people type, which may be that of a proxy before it."""

    address: str
    public: str

    def readiness(self) -> tuple[bool, str]:
        """What /readyz says, asked as the proxy would ask."""
        scheme, _, host = self.public.partition("://")
        asked = urllib.request.Request(f"{self.address}/readyz", headers={"Host": host.rstrip("/"), "X-Forwarded-Proto": scheme})
        try:
            with OPENER.open(asked, timeout=5) as answer:
                return answer.status == 200, answer.read().decode()
        except urllib.error.HTTPError as answer:
            return False, f"{answer.code} {answer.read(500).decode(errors='replace')}"
        except OSError as problem:
            return False, str(problem)


def await_readiness(supervisor: Supervisor, site: Site) -> bool:
    """Ready means: the web answers that all its parts are there, and the worker has consumed a message. False: asked to stop first."""
    deadline = time.monotonic() + READY_SECONDS
    print("Waiting for web, worker, beat, sealer and journal", flush=True)

    def is_ready() -> bool:
        if time.monotonic() > deadline:
            logs = supervisor.heartbeat.parent / "log"
            raise Trouble(f"Not ready after {READY_SECONDS} s: {site.readiness()[1]}. The words of each process are in {logs}")
        return heartbeat_age(supervisor.heartbeat) is not None and site.readiness()[0]

    supervisor.watch(until=is_ready)
    return not supervisor.stopping.is_set()


def announce(kind: str, site: Site, state: Path, seconds: float) -> None:
    """The address, who can log in, what is not available here, and the time it took: the last lines."""
    accounts = state / "demo" / "accounts.json"
    if kind == "demo" and accounts.exists():
        _introduce(accounts)
        print(f"\nInbox of all messages: {site.address}/dev/inbox/")
    for line in system.last_lines(with_tests=False):
        print(line)
    print(f"\nready: {site.address}  ({seconds:.0f} s; Ctrl-C stops everything)", flush=True)


def _introduce(accounts: Path) -> None:
    """The first person of each role; a demonstration has a hundred."""
    people = json.loads(accounts.read_text(encoding="utf-8"))
    first: dict[str, dict[str, str]] = {}
    for each in people:
        first.setdefault(each["role"], each)
    print("\nWho can log in (the code arrives in the inbox):")
    for role, each in first.items():
        print(f"  {each['phone']}  {each['name']}  {role}  {each['institution']}")
    print(f"  and {len(people) - len(first)} more in {accounts}")
