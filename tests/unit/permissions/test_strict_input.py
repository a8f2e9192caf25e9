"""The strict parser and serializers, headers of safe writing, and where a request comes from."""

import json
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from rest_framework.exceptions import ValidationError

from permissions.doors import StrictBooleanField, StrictCharField, StrictIntegerField, StrictSerializer, etag, idempotency_key, if_match
from permissions.parser import MAX_BYTES, MAX_DEPTH, read_json
from permissions.visit import address_of, client_name, counted_address
from vault.refusal import Refusal


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "body",
    [b'{"a": "\\u4e2d", "b": [1, 2.5, true, null]}', b'"[[[["', b'{"a": "]]]]\\"[[["}', nested(MAX_DEPTH), b"9223372036854775807"],
)
def test_plain_json_is_read_as_it_is(body: bytes) -> None:
    assert read_json(body) == json.loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"{'a': 1}", b'{"a": 1,}', b"NaN", b'{"a": Infinity}', b"[1e999]", b'{"a": 1, "a": 2}', b'{"b": [{"a": 1, "a": 1}]}',
        b'"\\u0000"', b'{"a": ["\\u0000"]}', b'{"\\u0000": 1}', b'"\\ud800"', b'["\\udc00"]', b"\xff\xfe{}", '{"a": 1}'.encode("utf-16"),
        b"\xef\xbb\xbf{}", nested(MAX_DEPTH + 1), nested(2000), b"[" * 60000, b'{"a":' * 10000, b"9223372036854775808", b"1" * 5000,
    ],
    ids=lambda body: body[:20].decode("latin-1"),
)  # fmt: skip
def test_tricky_json_is_refused_with_a_sentence(body: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_json(body)

    assert refused.value.code == "invalid_input"
    assert str(refused.value.message)


def test_a_body_beyond_64_kib_is_too_large() -> None:
    assert read_json(b'"' + b"x" * (MAX_BYTES - 2) + b'"') == "x" * (MAX_BYTES - 2)
    with pytest.raises(Refusal) as refused:
        read_json(b'"' + b"x" * (MAX_BYTES - 1) + b'"')
    assert refused.value.code == "too_large"


class Given(StrictSerializer):
    name = StrictCharField(max_length=10, required=False)
    line = StrictCharField(lines=False, required=False)
    count = StrictIntegerField(required=False)
    sure = StrictBooleanField(required=False)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"unknown": 1}, "unknown"), ({"is_staff": True, "name": "x"}, "is_staff"),
        ({"name": 5}, "name"), ({"name": True}, "name"), ({"name": ["x"]}, "name"), ({"name": "x" * 11}, "name"), ({"name": None}, "name"),
        ({"name": "a\u202eb"}, "name"), ({"name": "a\u200bb"}, "name"), ({"name": "a\x07b"}, "name"), ({"name": "\ue863"}, "name"),
        ({"name": "a\ufeffb"}, "name"), ({"line": "a\nb"}, "line"),
        ({"count": "1"}, "count"), ({"count": 1.0}, "count"), ({"count": True}, "count"),
        ({"sure": "true"}, "sure"), ({"sure": 1}, "sure"),
    ],
)  # fmt: skip
def test_input_that_is_not_exactly_what_was_asked_is_an_error_of_its_field(data: dict[str, Any], field: str) -> None:
    serializer = Given(data=data)

    with pytest.raises(ValidationError) as refused:
        serializer.is_valid(raise_exception=True)
    assert set(refused.value.detail) == {field}


def test_plain_input_passes_unchanged() -> None:
    serializer = Given(data={"name": "刘䶮\r\n\t好", "line": "阿·买", "count": 3, "sure": False})

    assert serializer.is_valid()
    assert serializer.validated_data == {"name": "刘䶮\n\t好", "line": "阿·买", "count": 3, "sure": False}


def with_headers(**headers: str) -> HttpRequest:
    return RequestFactory().get("/", headers=headers)


@pytest.mark.parametrize(("value", "version"), [('W/"3"', 3), ('"12"', 12)])
def test_the_version_a_caller_saw_is_read(value: str, version: int) -> None:
    assert if_match(with_headers(if_match=value)) == version


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "if_match_required"), ("*", "invalid_input"), ("3", "invalid_input"), ('W/"x"', "invalid_input"),
        ('W/"1", W/"2"', "invalid_input"), ('W/"１"', "invalid_input"),
    ],
)  # fmt: skip
def test_a_missing_or_unreadable_version_is_refused(value: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        if_match(with_headers(if_match=value))
    assert refused.value.code == code


def test_an_etag_is_read_back() -> None:
    class Living:
        version = 7

    assert if_match(with_headers(if_match=etag(Living()))) == 7


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "with space", "钥匙钥匙钥匙钥匙"])
def test_an_attempt_without_a_proper_name_is_refused(key: str) -> None:
    with pytest.raises(Refusal) as refused:
        idempotency_key(with_headers(idempotency_key=key))
    assert refused.value.code == "idempotency_key_required"


def test_an_attempts_name_is_taken_as_it_is() -> None:
    assert idempotency_key(with_headers(idempotency_key="0193-abc-DEF_9")) == "0193-abc-DEF_9"


@pytest.mark.parametrize(
    ("trusted", "forwarded", "address"),
    [
        ("", "198.51.100.1", "203.0.113.7"),
        ("X-Forwarded-For", "198.51.100.1", "198.51.100.1"),
        ("X-Forwarded-For", "10.0.0.1, 198.51.100.2", "198.51.100.2"),
        ("X-Forwarded-For", "", "203.0.113.7"),
        ("X-Forwarded-For", "nonsense", ""),
    ],
)
def test_the_address_is_what_our_own_proxy_says(trusted: str, forwarded: str, address: str, settings: Any) -> None:
    settings.TRUSTED_PROXY_HEADER = trusted
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7", headers={"X-Forwarded-For": forwarded} if forwarded else {})

    assert address_of(request) == address


def test_an_ipv6_network_counts_as_one_address() -> None:
    assert counted_address("2001:db8:1:2:3:4:5:6") == counted_address("2001:db8:1:2::9") == "2001:db8:1:2::"
    assert counted_address("203.0.113.7") == "203.0.113.7"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 MicroMessenger/8.0", "微信, iPhone"),
        ("walkthrough/1.0", "walkthrough/1.0"),
        ("<script>alert(1)</script>", "scriptalert"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_session_is_listed_under_a_name_a_person_knows(agent: str, name: str) -> None:
    assert client_name(agent) == name
