"""The product with production settings behind our gateway, on loopback, with a certificate made for the test."""

import base64
import json
import os
import re
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from deploy import places, system, tls
from deploy.prepare import COLLECT
from deploy.processes import start, stop
from deploy.product import commands
from tests.browser.site import environment as test_database
from tests.browser.site import free_port

HOST = "referral.xicheng.example"


@dataclass(frozen=True)
class Answer:
    """What came back, its body read."""

    status: int
    headers: Message
    text: str

    def cookies(self) -> list[str]:
        return self.headers.get_all("Set-Cookie") or []


@dataclass
class Site:
    """The running pair, and where it was told to write."""

    folder: Path
    plain: int
    port: int
    environment: dict[str, str]
    product: Any = None
    gateway: Any = None
    trust: ssl.SSLContext = field(init=False)
    home: Path = field(init=False)

    def __post_init__(self) -> None:
        self.trust = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        self.home = tls.home(self.folder)

    @property
    def url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def line(self, name: str = HOST) -> ssl.SSLSocket:
        """An encrypted line to the gateway, asking for this name."""
        return self.trust.wrap_socket(socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname=name)

    def ask(
        self, path: str, *, method: str = "", body: bytes | None = None, headers: dict[str, str] | None = None, plain: bool = False
    ) -> Answer:
        """One request as a browser would send it, over the encrypted line or without."""
        http = HTTPConnection("127.0.0.1", self.plain, timeout=20)
        if not plain:
            http.sock = self.line()
        given = {"Host": f"{HOST}:{self.port}"} | (headers or {})
        http.request(method or ("POST" if body is not None else "GET"), path, body=body, headers=given)
        got = http.getresponse()
        answer = Answer(got.status, got.headers, got.read().decode(errors="replace"))
        http.close()
        return answer

    def bodies_on_disk(self) -> list[str]:
        """The files in which nginx keeps what callers are sending; it takes their names away at once, so its open files are asked."""
        workers = Path(f"/proc/{self.gateway.pid}/task/{self.gateway.pid}/children").read_text().split()
        opened = [str(each.readlink()) for worker in workers for each in Path(f"/proc/{worker}/fd").iterdir()]
        return [name for name in opened if name.startswith(str(self.home / "body"))]

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


@contextmanager
def behind_the_gateway(folder: Path) -> Iterator[Site]:
    """Both processes until the block ends; each must end in order."""
    gateway = before(folder)
    site = Site(folder, int(gateway["HTTP_PORT"]), int(gateway["HTTPS_PORT"]), settings(folder, gateway, free_port()))
    manage(site, COLLECT, ["gateway", "--into", str(site.home)])
    with (folder / "product.log").open("wb") as said, (folder / "gateway.log").open("wb") as came:
        site.product = start(commands(site.environment)["web"], env=site.environment, cwd=places.ROOT, output=said)
        site.gateway = start(tls.command(site.home / "nginx.conf", site.home), env={"PATH": os.environ["PATH"]}, output=came)
        try:
            await_health(site)
            yield site
        finally:
            stop(site.gateway, signal.SIGQUIT, patience=5)
            stop(site.product, signal.SIGTERM)
            shutil.rmtree(site.home)


def settings(folder: Path, gateway: dict[str, str], product: int) -> dict[str, str]:
    """What an administrator writes into serve.env, on the tests' database; few codes an address, to see whose address counts."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    kept = {name: value for name, value in test_database(folder, product).items() if name not in {"SECOND_FACTOR", "TEST_RUN_STARTED"}}
    return kept | tls.believed(
        gateway
        | {
            "DEBUG": "0",
            "DEMO": "0",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "VAULT_KEYS": f"k1:{key()}",
            "VAULT_HASH_KEYS": f"h1:{key()}",
            "AUDIT_KEY": key(),
            "SMS_GATEWAY": "aliyun",
            "ALIYUN_ACCESS_KEY_ID": "id",
            "ALIYUN_ACCESS_KEY_SECRET": "secret",
            "ALLOWED_HOSTS": HOST,
            "PUBLIC_URL": f"https://{HOST}:{gateway['HTTPS_PORT']}",
            "MONITOR_NETWORKS": "10.9.0.0/16",
            "OTP_PER_ADDRESS_HOUR": "2",
        }
    )


def before(folder: Path) -> dict[str, str]:
    """What makes `make serve` bring the gateway, with a certificate of the test; nothing where nginx may be missing and is."""
    if system.nginx() is None and "CI" not in os.environ:
        return {}
    make_certificate(folder)
    return {
        "TLS_CERTIFICATE": str(folder / "cert.pem"),
        "TLS_KEY": str(folder / "key.pem"),
        "GATEWAY_LISTEN": "127.0.0.1",
        "HTTP_PORT": str(free_port()),
        "HTTPS_PORT": str(free_port()),
    }


def through(environment: dict[str, str], host: str, path: str) -> tuple[int, str]:
    """What the gateway that `make serve` brought answers: the status, and how long only encryption counts."""
    trust = ssl.create_default_context(cafile=environment["TLS_CERTIFICATE"])
    http = HTTPConnection(host)
    http.sock = trust.wrap_socket(socket.create_connection(("127.0.0.1", int(environment["HTTPS_PORT"])), timeout=20), server_hostname=host)
    http.request("GET", path)
    got = http.getresponse()
    got.read()
    http.close()
    return got.status, got.headers["Strict-Transport-Security"]


def manage(site: Site, *commands_of_it: list[str]) -> None:
    """Some commands side by side, each to its end."""
    begun = [subprocess.Popen([sys.executable, "manage.py", *words], cwd=places.ROOT, env=site.environment) for words in commands_of_it]
    assert [each.wait() for each in begun] == [0] * len(begun)


def make_certificate(folder: Path) -> None:
    """A key and a certificate for our invented host, good for an hour."""
    key, name, now = ec.generate_private_key(ec.SECP256R1()), x509.Name.from_rfc4514_string(f"CN={HOST}"), datetime.now(UTC)
    made = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now - timedelta(minutes=1), now + timedelta(hours=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def await_health(site: Site) -> None:
    """Until the product answers through the gateway."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        assert site.gateway.poll() is None, site.log("gateway")
        assert site.product.poll() is None, site.log("product")
        try:
            if site.ask("/healthz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(site.log("gateway") + site.log("product"))


def form(**fields: str) -> tuple[bytes, dict[str, str]]:
    """A form's body and the header that says so."""
    return urlencode(fields).encode(), {"Content-Type": "application/x-www-form-urlencoded"}


def code_of(answer: Answer) -> str:
    """The code of a refusal to a program."""
    assert answer.headers["Content-Type"] == "application/problem+json", (answer.status, answer.text[:300])
    return str(json.loads(answer.text)["code"])


def static_link(page: str) -> str:
    """The first stylesheet of a page."""
    found = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert found is not None, page[:500]
    return found[1]
