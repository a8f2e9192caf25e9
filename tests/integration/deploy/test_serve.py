"""`make serve`: the environment it makes passes the deployment check, development values are refused, and what it serves is hard."""

import base64
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg
import pytest
from django.db import connection

from deploy import places, tls
from deploy.keys import read_environment
from deploy.prepare import STEPS, manage
from deploy.processes import Trouble, start, stop
from deploy.run import serve_environment
from tests.browser.site import free_port
from tests.integration.deploy.gateway_site import before, through
from tests.integration.vault.aliyun_server import KEY_ID, SECRET, Provider, provider

HOST = "referral.xicheng.example"
SERVED = (
    "DJANGO_ALLOW_ASYNC_UNSAFE",
    "DEBUG",
    "DEMO",
    "DATABASE_ROLE",
    "SECOND_FACTOR",
    "SMS_GATEWAY",
    "SECRET_KEY",
    "CELERY_BROKER_URL",
    "STATE_DIR",
    "TEST_RUN_STARTED",
)


def key(letter: str) -> str:
    return base64.b64encode(letter.encode() * 32).decode()


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, str]:
    """Made-up production values, as an administrator writes them into var/serve.env; nothing of the tests' own leaks in."""
    for name in SERVED:
        monkeypatch.delenv(name, raising=False)
    written = {
        "SECRET_KEY": "Vd3x9fKq0sLr7tBzY2mWc8nHu5jPa1eG4iQo6RkSXTwvNbMJhF",
        "VAULT_KEYS": f"k2:{key('b')},k1:{key('a')}",
        "VAULT_HASH_KEYS": f"h1:{key('h')}",
        "AUDIT_KEY": key("s"),
        "PUBLIC_URL": f"https://{HOST}",
        "ALLOWED_HOSTS": HOST,
        "ALIYUN_ACCESS_KEY_ID": KEY_ID,
        "ALIYUN_ACCESS_KEY_SECRET": SECRET,
        "SMS_TEMPLATE_CODES": "login_code=SMS_1",
    }
    for name in written:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(places, "VAR", tmp_path)
    (tmp_path / "serve.env").write_text("".join(f"{name}={value}\n" for name, value in written.items()), encoding="utf-8")
    return serve_environment(tmp_path / "serve")


@pytest.mark.django_db(transaction=True)
def test_the_deployment_check_has_nothing_to_say(production: dict[str, str]) -> None:
    (check,) = [words for words in STEPS["serve"] if words[0] == "check"]
    environment = os.environ | production | databases(str(connection.settings_dict["NAME"]))

    answer = subprocess.run([sys.executable, "manage.py", *check], cwd=places.ROOT, env=environment, capture_output=True, text=True)

    assert check == ["check", "--deploy", "--database", "default", "--fail-level", "WARNING"]
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "System check identified no issues (0 silenced).\n", "")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"SECRET_KEY": "development-secret-key"}, "SECRET_KEY holds a development value; with DEBUG=0 it needs one of its own."),
        ({"VAULT_KEYS": f"development:{key('a')}"}, "VAULT_KEYS holds a development value; with DEBUG=0 it needs one of its own."),
        (
            {"VAULT_HASH_KEYS": f"development:{key('a')}"},
            "VAULT_HASH_KEYS holds a development value; with DEBUG=0 it needs one of its own.",
        ),
        ({"AUDIT_KEY": "development"}, "AUDIT_KEY holds a development value; with DEBUG=0 it needs one of its own."),
        ({"AUDIT_KEY": "c2hvcnQ="}, "AUDIT_KEY must hold base64 of exactly 32 bytes for each key."),
        ({"DEMO": "1"}, "DEMO=1 opens doors that a real site must not have; with DEBUG=0 it is refused."),
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set. See docs/settings.md for what it holds and how to make one."),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS is not set. Name the hosts this site answers to, separated by commas."),
        (
            {"SECOND_FACTOR": "0"},
            "SECOND_FACTOR=0 lets administrators in with an SMS alone; with DEBUG=0 it is refused.",
        ),
        ({"SMS_GATEWAY": "file"}, "SMS_GATEWAY=file only writes messages to a file; with DEBUG=0 it must name a real gateway."),
        (
            {"ALIYUN_ACCESS_KEY_SECRET": ""},
            "ALIYUN_ACCESS_KEY_ID and ALIYUN_ACCESS_KEY_SECRET are not set; the SMS gateway needs both.",
        ),
    ],
)
def test_a_development_value_stops_the_start_with_one_sentence(production: dict[str, str], changed: dict[str, str], sentence: str) -> None:
    with pytest.raises(Trouble) as refused:
        manage(["check"], production | changed, Event())

    assert str(refused.value) == sentence


def test_an_address_without_encryption_stops_the_start_with_one_sentence(
    production: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_URL", "http://127.0.0.1:8000")

    with pytest.raises(Trouble, match=r"^PUBLIC_URL must be the https:// address people type\. [^\n]*$"):
        serve_environment(places.VAR / "serve")


@dataclass(frozen=True)
class Answer:
    """What came back, its body read."""

    status: int
    headers: Message
    text: str

    def cookies(self) -> dict[str, str]:
        """Each cookie's attributes by its name."""
        return {line.partition("=")[0]: line for line in self.headers.get_all("Set-Cookie") or []}


@dataclass(frozen=True)
class Served:
    """A product that `make serve` started, and the local program that takes its messages."""

    port: int
    sms: Provider
    environment: dict[str, str]

    def someone(self) -> str:
        """Files one person with the district, by the product's own settings; returns the phone."""
        words = "from tests.cast import a_user; print(a_user('周晓岚').phone)"
        command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", words]
        done = subprocess.run(command, cwd=places.ROOT, env=self.environment | {"DEBUG": "0"}, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def ask(self, path: str, *, form: dict[str, str] | None = None, scheme: str = "https", cookies: dict[str, str] | None = None) -> Answer:
        """One request as the proxy before the product would pass it on."""
        headers = {"Host": HOST, "X-Forwarded-Proto": scheme, "Accept-Language": "zh-CN", "Origin": f"https://{HOST}"}
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())} if cookies else {}
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
        line = HTTPConnection("127.0.0.1", self.port, timeout=20)
        line.request("POST" if form else "GET", path, body=urlencode(form) if form else None, headers=headers)
        got = line.getresponse()
        answer = Answer(got.status, got.headers, got.read().decode(errors="replace"))
        line.close()
        return answer


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The name of a new, empty database: on the common one another worker would take the messages to its own gateway."""
    name = f"serve_{secrets.token_hex(4)}"
    as_owner(f"CREATE DATABASE {name}")
    yield name
    as_owner(f"DROP DATABASE {name} WITH (FORCE)")


def as_owner(statement: str) -> None:
    """One statement on a line of its own: databases are not made inside a transaction."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as line:
        line.execute(statement)


@contextmanager
def served(tmp_path: Path, name: str) -> Iterator[Served]:
    """`make serve` on this database until the block ends by Ctrl-C; it must end in order, having said nothing ugly."""
    with provider() as sms, (tmp_path / "said").open("wb") as said:
        port = free_port()
        own = {"PORT": str(port), "STATE_DIR": str(tmp_path / "serve"), "ALIYUN_ENDPOINT": sms.url} | before(tmp_path)
        environment = os.environ | read_environment(places.VAR / "serve.env") | databases(name) | own
        process = start([sys.executable, "-m", "deploy.run", "serve"], cwd=places.ROOT, env=environment, output=said)
        try:
            eventually(lambda: process.poll() is not None or "ready: " in words(tmp_path), 150)
            assert process.poll() is None, words(tmp_path)
            yield Served(port, sms, environment)
            process.send_signal(signal.SIGINT)
            assert process.wait(40) == 0
            assert "Traceback" not in words(tmp_path)
        finally:
            stop(process)
            shutil.rmtree(tls.home(tmp_path / "serve"))


def words(folder: Path) -> str:
    """What `make serve` said on the terminal so far."""
    return (folder / "said").read_text(encoding="utf-8", errors="replace")


def databases(database: str) -> dict[str, str]:
    """The address of a database under each of its three roles."""

    def moved(address: str) -> str:
        return urlunsplit(urlsplit(address)._replace(path=f"/{database}"))

    return {name: moved(os.environ[name]) for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL")}


def eventually(look: Callable[[], Any], seconds: float = 20) -> Any:
    """What comes to be within some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := look():
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited {seconds} s in vain")


@pytest.mark.django_db(transaction=True)
def test_what_is_served_is_ready_hard_and_sends_its_codes_through_the_gateway(
    production: dict[str, str], empty_database: str, tmp_path: Path
) -> None:
    with served(tmp_path, empty_database) as product:
        assert (product.ask("/healthz").status, product.ask("/readyz").status) == (200, 200)
        if "TLS_CERTIFICATE" in product.environment:
            assert through(product.environment, HOST, "/healthz") == (200, "max-age=31536000; includeSubDomains; preload")
        only_encrypted_and_never_framed(product)
        files_carry_their_hash(product)
        faults_tell_nothing(product)
        somebody_logs_in(product, product.someone())


def only_encrypted_and_never_framed(product: Served) -> None:
    """Plain requests are sent away; every page carries HSTS and the policies; an unknown host gets nothing."""
    plain = product.ask("/login/", scheme="http")
    assert (plain.status, plain.headers["Location"]) == (301, f"https://{HOST}/login/")
    page = product.ask("/login/")
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert "演示" not in page.text


def files_carry_their_hash(product: Served) -> None:
    """Every stylesheet and script of the login page is there under a name of its content, for ever."""
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', product.ask("/login/").text)
    assert len(links) > 3
    for link in links:
        assert re.search(r"\.[0-9a-f]{12}\.(css|js|svg)$", link), link
        file = product.ask(link)
        assert (file.status, "immutable" in file.headers["Cache-Control"]) == (200, True)


def faults_tell_nothing(product: Served) -> None:
    """An address that is not there, a form without its token, the demonstration's inbox: pages of ours, without insides."""
    for answer, status in (
        (product.ask("/nothing/"), 404), (product.ask("/dev/inbox/"), 404), (product.ask("/login/", form={"phone": "x"}), 403),
        (product.ask("/api/v1/me"), 401), (product.ask("/api/v1/demo/bookings/0/today"), 404),
    ):  # fmt: skip
        assert answer.status == status
        assert not re.search(r"Traceback|Exception|django|urlpatterns|/work|site-packages", answer.text)


def somebody_logs_in(product: Served, phone: str) -> None:
    """The code goes out by a signed request; every cookie is bound to this host, encrypted transport and no script."""
    page = product.ask("/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token is not None
    held = {name: value_of(line) for name, line in page.cookies().items()}
    asked = product.ask("/login/", form={"csrfmiddlewaretoken": token[1], "phone": phone}, cookies=held)
    held |= {name: value_of(line) for name, line in asked.cookies().items()}
    assert asked.status == 302, asked.text
    (sms,) = eventually(lambda: product.sms.taken, 60)
    code = json.loads(sms["TemplateParam"])["code"]
    assert (sms["PhoneNumbers"], sms["TemplateCode"], product.sms.refused_signatures) == (phone, "SMS_1", 0)

    entered = product.ask("/login/code/", form={"csrfmiddlewaretoken": token[1], "code": code}, cookies=held)

    assert entered.status == 302
    given = page.cookies() | asked.cookies() | entered.cookies()
    assert set(given) == {"__Host-csrf", "__Host-session", "__Host-ticket", "__Host-known"}
    assert "Max-Age=0" in given.pop("__Host-ticket")
    for line in given.values():
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in line.split(";")}, line


def value_of(line: str) -> str:
    """The value of a Set-Cookie line."""
    return line.partition("=")[2].partition(";")[0]
