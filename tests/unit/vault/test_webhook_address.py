"""Where hospitals' systems may be told, and that nothing leads into a network of our own; no database."""

import ipaddress
from typing import Any

import pytest

from vault.outbox.webhooks import address
from vault.outbox.webhooks.post import Answer, post
from vault.refusal import Refusal

INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
    "::1", "::", "fe80::1", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1",
]  # fmt: skip


@pytest.mark.parametrize("inside", INSIDE)
def test_a_host_that_leads_into_a_network_of_ours_is_neither_registered_nor_called(
    inside: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_NETWORKS = []
    found = [ipaddress.ip_address("93.184.216.34"), ipaddress.ip_address(inside)]
    monkeypatch.setattr(address, "resolve", lambda *_asked: found)

    with pytest.raises(Refusal) as refused:
        address.check("https://hospital.example/hook")

    assert [violation.field for violation in refused.value.violations] == ["url"]
    assert post("https://hospital.example/hook", "{}", {}) == Answer(None, "address_refused")


def test_the_name_is_asked_again_at_each_call_so_that_a_changed_answer_leads_nowhere(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEBHOOK_NETWORKS = []
    answers = iter(["93.184.216.34", "127.0.0.1"])
    monkeypatch.setattr(address, "resolve", lambda *_asked: [ipaddress.ip_address(next(answers))])
    address.check("https://hospital.example/hook")

    assert post("https://hospital.example/hook", "{}", {}).code == "address_refused"


@pytest.mark.parametrize(
    "url",
    [
        "", "hospital.example", "ftp://hospital.example/", "https://", "https:///x", "https://a:b@hospital.example/", "https://x.example/#a",
        "https://x.example:22/", "https://x.example:0/", "https://x.example:99999/", "https://x.example/\n", "https://x.example/甲",
        "https://x.example/" + "a" * 500, "javascript:alert(1)", "https://x.example\\@evil/", "http://[::1", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_by_the_field(url: str) -> None:
    with pytest.raises(Refusal) as refused:
        address.read(url)

    assert (refused.value.code, refused.value.violations[0].field) == ("invalid_input", "url")


def test_plain_http_goes_no_further_than_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "resolve", lambda *_asked: [ipaddress.ip_address("93.184.216.34")])

    with pytest.raises(Refusal):
        address.check("http://hospital.example/hook")
    assert post("http://hospital.example/hook", "{}", {}).code == "https_required"
