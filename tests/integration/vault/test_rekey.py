"""Keys change while the product runs: both read, the first writes, and at the end the old one may go."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from tests.integration.vault.stage import PHONE, message
from vault.crypto import keyed_hash, keyed_hashes
from vault.outbox.models import Message
from vault.rekeying import columns, rekey

pytestmark = pytest.mark.django_db(transaction=True)
OLD, NEW = b"1" * 32, b"2" * 32


@pytest.fixture
def keys(settings):
    settings.VAULT_KEYS, settings.VAULT_HASH_KEYS = {"e1": OLD}, {"g1": OLD}
    return settings


def phones_column():
    return next(column for column in columns() if column.label == "vault.Message.phone")


def prefixes() -> set[tuple[bytes, bytes, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT substring(phone FROM 3 FOR 2), substring(params FROM 3 FOR 2), left(phone_hash, 2) FROM vault_message")
        return {(bytes(phone), bytes(params), hashed) for phone, params, hashed in cursor.fetchall()}


def test_everything_is_renewed_and_readable_before_during_and_after(keys):
    for number in range(5):
        message(words=f"第{number}条")
    message("v_notice", phone="")
    keys.VAULT_KEYS, keys.VAULT_HASH_KEYS = {"e2": NEW, "e1": OLD}, {"g2": NEW, "g1": OLD}
    assert Message.objects.filter(phone_hash__in=keyed_hashes(PHONE, "phone")).count() == 5

    said = StringIO()
    call_command("rekey", stdout=said)

    assert "vault.Message.phone: 5 renewed" in said.getvalue()
    assert "vault.Message.params: 5 renewed" in said.getvalue()
    assert prefixes() == {(b"e2", b"e2", "g2"), (b"", b"", "")}
    keys.VAULT_KEYS, keys.VAULT_HASH_KEYS = {"e2": NEW}, {"g2": NEW}
    assert {each.phone for each in Message.objects.filter(phone_hash=keyed_hash(PHONE, "phone"))} == {PHONE}
    assert [sum(rekey(column)) for column in columns()] == [0] * len(columns())


def test_it_may_be_stopped_after_any_batch_and_goes_on_where_it_was(keys, monkeypatch):
    monkeypatch.setattr("vault.rekeying.BATCH", 2)
    for _ in range(5):
        message()
    keys.VAULT_KEYS = {"e2": NEW, "e1": OLD}
    first = rekey(phones_column())

    assert next(first) == 2
    assert list(rekey(phones_column())) == [2, 1]
    assert list(first) == []


def test_a_new_hash_key_alone_renews_the_hashes(keys):
    message()
    keys.VAULT_HASH_KEYS = {"g2": NEW, "g1": OLD}

    assert list(rekey(phones_column())) == [1]

    assert Message.objects.get().phone_hash == keyed_hash(PHONE, "phone")


def test_every_encrypted_column_that_is_searched_names_its_hash():
    searched = {column.label: column.hash_column for column in columns() if column.hash_column}

    assert searched["vault.Message.phone"] == "phone_hash"
    assert all(column.field.purpose for column in columns())
