"""The gateway before the product, really run: encrypted, bounded, told nothing by a caller, and silent about cases."""

import json
import os
import signal
import socket
import ssl
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from deploy import system
from deploy.processes import stop
from tests.integration.deploy.gateway_site import HOST, Answer, Site, behind_the_gateway, code_of, form, static_link

pytestmark = pytest.mark.skipif(system.nginx() is None and "CI" not in os.environ, reason="nginx is missing")
SECRET = "Kf83hskw92hfLQ0aXz"
HSTS = "max-age=31536000; includeSubDomains; preload"


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One pair for the module; the last test stops the product."""
    with django_db_blocker.unblock(), behind_the_gateway(tmp_path_factory.mktemp("gateway")) as running:
        yield running


def test_whoever_comes_without_encryption_is_sent_to_the_one_address(site: Site) -> None:
    answer = site.ask("/login/?next=/patients/", plain=True, headers={"Host": "elsewhere.example"})

    assert (answer.status, answer.headers["Location"]) == (301, f"{site.url}/login/?next=/patients/")


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_encryption_and_names_that_are_not_ours_get_nothing(site: Site) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        old.wrap_socket(socket.create_connection(("127.0.0.1", site.port)), server_hostname=HOST)
    with pytest.raises(ssl.SSLError, match="UNRECOGNIZED_NAME"):
        site.line("elsewhere.example")

    assert site.line().version() == "TLSv1.3"
    assert site.ask("/login/", headers={"Host": "elsewhere.example"}).status == 421


def test_the_login_page_is_served_with_its_policies_once_and_cookies_for_this_host_alone(site: Site) -> None:
    page = site.ask("/login/")

    assert (page.status, page.headers.get_all("Strict-Transport-Security")) == (200, [HSTS])
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    (csrf,) = page.cookies()
    assert csrf.startswith("__Host-csrf=")
    assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in csrf.split(";")}


def test_a_body_that_is_too_large_is_refused_in_our_words_before_it_is_read(site: Site) -> None:
    page = site.ask("/login/", body=b"x" * 100_000)
    english = site.ask("/login/", body=b"x" * 100_000, headers={"Cookie": "django_language=en"})
    call = site.ask("/api/v1/auth/challenge", body=b"x" * 100_000)
    files = said_of_files(site)

    assert [one.status for one in (page, english, call, files)] == [413] * 4
    assert "一次最多发送 64 KiB。" in page.text
    assert "At most 64 KiB can be sent at once." in english.text
    assert "文件合计超过 25 兆。" in files.text
    assert (code_of(call), page.headers.get_all("Strict-Transport-Security")) == ("too_large", [HSTS])


def said_of_files(site: Site) -> Answer:
    """A form with files that says it has 40 MiB: refused by its word alone."""
    return site.ask("/imports/", body=b"", method="POST", headers={"Content-Length": str(40 * 1024 * 1024)})


def test_just_above_its_own_bound_the_product_says_it_itself(site: Site) -> None:
    answer = site.ask("/api/v1/auth/challenge", body=b"x" * 66_000, headers={"Content-Type": "application/json"})

    assert (answer.status, code_of(answer)) == (413, "too_large")
    assert answer.headers["X-Request-ID"].startswith("R-")


@pytest.mark.django_db(transaction=True)  # what the product counted goes afterwards
def test_a_forged_address_is_not_believed(site: Site) -> None:
    answers = []
    for n in range(4):
        names = ("X-Forwarded-For", "X-Real-IP", "X_Real_IP", "X-Real-Ip", "Forwarded", "X-Client-IP")
        forged = dict.fromkeys(names, f"198.51.100.{n}") | {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "elsewhere.example"}
        body = json.dumps({"phone": f"1380013800{n}"}).encode()
        answers.append(site.ask("/api/v1/auth/challenge", body=body, headers=forged | {"Content-Type": "application/json"}))

    assert Counter(answer.status for answer in answers) == {202: 2, 429: 2}
    assert code_of(answers[-1]) == "too_many_requests"


def test_files_are_kept_for_ever_by_browsers_and_once_by_the_gateway(site: Site) -> None:
    link = static_link(site.ask("/login/").text)
    first, second = site.ask(link), site.ask(link)

    assert (first.status, second.status) == (200, 200)
    assert "immutable" in second.headers["Cache-Control"]
    assert second.text == first.text
    assert any((site.home / "kept").iterdir())


def test_slow_and_aborted_callers_leave_the_gateway_and_the_product_well(site: Site) -> None:
    lines = [site.line() for _ in range(30)]
    for line in lines:
        line.sendall(f"POST /imports/ HTTP/1.1\r\nHost: {HOST}:{site.port}\r\nContent-Length: 20000000\r\n\r\n".encode()[: 60 + len(lines)])
    upload = site.line()
    upload.sendall(f"POST /imports/ HTTP/1.1\r\nHost: {HOST}:{site.port}\r\nContent-Length: 20000000\r\n\r\n".encode())
    upload.sendall(b"x" * 4_000_000)
    time.sleep(0.5)
    files_on_disk = site.bodies_on_disk()
    began = time.monotonic()
    others = [site.ask("/login/").status for _ in range(5)]
    seconds = time.monotonic() - began
    for line in [*lines, upload]:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        line.close()

    assert (files_on_disk, others) == ([], [200] * 5)
    assert seconds < 5
    assert site.ask("/healthz").status == 200


def test_no_line_is_handed_over_to_another_protocol(site: Site) -> None:
    wish = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "A" * 22 + "=="}

    assert site.ask("/login/", headers=wish).status == 200


def test_how_things_stand_inside_is_for_those_who_look_after_them(site: Site) -> None:
    answer = site.ask("/readyz")

    assert (answer.status, "没有找到" in answer.text) == (404, True)
    assert site.ask("/healthz").status == 200


def test_a_machine_that_guesses_at_a_door_is_slowed_and_other_pages_stay_open(site: Site) -> None:
    body, headers = form(number="1", code="2")
    answers = [site.ask("/r/", body=body, headers=headers) for _ in range(60)]

    statuses = Counter(answer.status for answer in answers)
    refused = next(answer for answer in answers if answer.status == 429)
    assert set(statuses) == {403, 429}
    assert statuses[403] >= 40
    assert "请稍等片刻。" in refused.text
    assert (refused.headers["Retry-After"], site.ask("/login/").status) == ("2", 200)


def test_when_the_product_is_gone_people_and_programs_hear_so_and_the_log_names_no_case(site: Site) -> None:
    link = static_link(site.ask("/login/").text)
    site.ask(link)
    site.ask(f"/slips/{SECRET}/?number={SECRET}")
    stop(site.product, signal.SIGTERM)

    page, call = site.ask(f"/slips/{SECRET}/"), site.ask("/api/v1/me")
    sent = site.ask("/api/v1/referrals", body=b"{}", headers={"Content-Type": "application/json"})
    form_sent = site.ask("/patients/new/", body=b"a=b")

    assert [one.status for one in (page, call, sent, form_sent)] == [503] * 4
    assert "平台正在启动或暂时无法应答。" in page.text
    assert (code_of(call), code_of(sent), call.headers["Retry-After"]) == ("unavailable", "outcome_unknown", "5")
    assert "确认是否已经生效" in form_sent.text
    assert (site.ask(link).status, site.ask("/-/page.css").status, site.ask("/-/503.zh.html").status) == (200, 200, 404)
    log = site.log("gateway")
    assert " GET /slips 503 " in log
    assert " POST /patients 503 " in log
    assert SECRET not in log
    assert SECRET not in site.log("product")
