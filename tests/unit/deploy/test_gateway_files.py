"""The gateway's bounds are the product's own, and whose word about a caller counts is settled before anything reads it."""

import inspect
import logging
import re
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern, get_resolver

from config.gateway import LARGE_DOORS, PAGES, names, pages
from config.proxies import ProxyMiddleware
from deploy import command, places, postgres, system, tls
from deploy.processes import Trouble
from permissions.doors import Api
from permissions.parser import MAX_BYTES
from permissions.visit import address_of


def patterns(resolver: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every address as a made-up path, with its door."""
    for each in resolver.url_patterns:
        here = before + str(each.pattern)
        if isinstance(each, URLPattern):
            yield "/" + re.sub(r"<[^>]+>", "0f5e", here), getattr(each.callback, "view_class", getattr(each.callback, "cls", None))
        else:
            yield from patterns(each, here)


def takes_files(door: Any) -> bool:
    """A program's door with a larger bound, or a page that reads files."""
    if not isinstance(door, type):
        return False
    if issubclass(door, Api):
        return getattr(door, "longest", MAX_BYTES) > MAX_BYTES
    return "request.FILES" in inspect.getsource(door)


def test_every_door_that_takes_more_than_a_small_body_has_a_large_one_at_the_gateway() -> None:
    large = re.compile(LARGE_DOORS)
    doors = dict(patterns(get_resolver()))
    wanted = {path for path, door in doors.items() if takes_files(door)}

    assert len(wanted) >= 6
    assert {path for path in wanted if not large.match(path)} == set()
    assert {"/imports/", "/rights/nominations/0f5e/", "/rights/posts/0f5e/nominate/"} <= {path for path in doors if large.match(path)}
    configuration = (places.ROOT / "deploy" / "gateway" / "nginx.conf").read_text(encoding="utf-8")
    earlier = re.findall(r"location ~ (\^\S+) \{", configuration.partition("@{large_doors}")[0])  # the first that matches answers
    assert len(earlier) == 2
    assert [path for path in wanted for one in earlier if re.match(one, path)] == []


def test_each_page_of_the_gateway_exists_in_both_languages_and_for_programs() -> None:
    made = dict(pages())
    configuration = (places.ROOT / "deploy" / "gateway" / "nginx.conf").read_text(encoding="utf-8")

    assert set(made) == {f"{name}.{kind}" for name, *_ in PAGES for kind in ("zh.html", "en.html", "json")} | {"page.css"}
    assert set(re.findall(r"/-/([\w-]+)\.\$page", configuration)) | {"silent", "unknown"} == {name for name, *_ in PAGES}
    for name, text in made.items():
        assert not (name.endswith("zh.html") and re.search(r">[^<]*[A-Za-z]{4,}", text.replace("KiB", ""))), name


def test_only_names_become_names(settings: Any) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = "https://referral.example:8443", ["*", "inner.example", "referral.example"]

    assert names() == ["referral.example", "inner.example"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [({"TLS_KEY": ""}, "TLS_CERTIFICATE and TLS_KEY"), ({"TRUSTED_PROXY_HEADER": "X-Forwarded-For"}, "must be X-Real-IP")],
)
def test_a_gateway_that_could_be_lied_to_is_not_written(settings: Any, tmp_path: Path, changed: dict[str, str], sentence: str) -> None:
    settings.TLS_CERTIFICATE, settings.TLS_KEY, settings.TRUSTED_PROXY_HEADER = "c", "k", "X-Real-IP"
    for name, value in changed.items():
        setattr(settings, name, value)

    with pytest.raises(CommandError, match=sentence):
        call_command("gateway", into=tmp_path / "new")

    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("trusted", "connection", "address", "encrypted"),
    [
        (["127.0.0.0/8"], "127.0.0.1", "198.51.100.1", True),
        (["127.0.0.0/8"], "203.0.113.7", "203.0.113.7", False),
        (["127.0.0.0/8"], "", "", False),
        (["2001:db8::/32"], "2001:db8::7", "198.51.100.1", True),
        ([], "203.0.113.7", "198.51.100.1", True),
    ],
)
def test_only_a_proxy_of_ours_tells_who_calls_and_how(
    settings: Any, trusted: list[str], connection: str, address: str, encrypted: bool
) -> None:
    settings.TRUSTED_PROXY_HEADER, settings.TRUSTED_PROXIES = "X-Real-IP", [ip_network(one) for one in trusted]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    told = {"X-Real-IP": "198.51.100.1", "X-Forwarded-Proto": "https"}
    seen: list[HttpRequest] = []
    door = ProxyMiddleware(lambda request: seen.append(request) or HttpResponse())

    door(RequestFactory().get("/", REMOTE_ADDR=connection, headers=told))

    assert (address_of(seen[0]), seen[0].is_secure()) == (address, encrypted)


def test_a_start_with_a_certificate_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "cert.pem").touch()
    named = {"TLS_CERTIFICATE": str(tmp_path / "cert.pem"), "TLS_KEY": str(tmp_path / "nothing.pem")}
    monkeypatch.setattr(system, "nginx", lambda: "/usr/sbin/nginx")
    with pytest.raises(Trouble, match=r"^TLS_KEY=.*nothing\.pem cannot be read; it must name a file\.$"):
        tls.refuse_what_is_missing(named)
    monkeypatch.setattr(system, "nginx", lambda: None)

    with pytest.raises(Trouble, match=r"apt-get install nginx$"):
        tls.refuse_what_is_missing(named)


def test_our_own_gateway_is_believed_and_nobody_else_unless_it_is_said() -> None:
    assert tls.believed({"TLS_CERTIFICATE": "c"}) == {"TLS_CERTIFICATE": "c"} | tls.BELIEVED
    assert tls.believed({"TLS_CERTIFICATE": "c", "TRUSTED_PROXIES": "10.0.0.0/8"})["TRUSTED_PROXIES"] == "10.0.0.0/8"
    assert tls.believed({"PORT": "8000"}) == {"PORT": "8000"}


def test_a_fault_in_the_log_does_not_say_which_slip(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("django.request")

    log.error("%s: %s", "Service Unavailable", "/slips/Kf83hskw92hfLQ0aXz/")
    log.error("Internal Server Error: %s", "/api/v1/slips/Kf83hskw92hfLQ0aXz")

    assert caplog.messages == ["Service Unavailable: /slips", "Internal Server Error: /api/v1/slips"]


def test_a_command_speaks_to_the_database_that_make_serve_keeps_running(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    server = postgres.Server(tmp_path / "postgres")
    told: list[dict[str, str]] = []
    monkeypatch.setattr(places, "home_of_database", lambda state: state / "postgres")
    monkeypatch.setattr(command.subprocess, "run", lambda words, env, **_: told.append(env) or CompletedProcess(words, 3))
    monkeypatch.setattr("sys.argv", ["command", "first_admin", "--help"])
    monkeypatch.delenv("DATABASE_URL")
    for name, value in {"STATE_DIR": str(tmp_path), "PUBLIC_URL": "https://referral.example"}.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit, match="3"):
        command.main()

    server.stop()
    assert told[0]["DATABASE_URL"] == server.url("referral_app")
