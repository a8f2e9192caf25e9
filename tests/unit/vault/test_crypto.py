"""Single values, encrypted and found again."""

import pytest
from django.core.exceptions import FieldError

from vault.crypto import EncryptedTextField, Undecipherable, decrypt, encrypt, keyed_hash, keyed_hashes

OLD, NEW = b"o" * 32, b"n" * 32
NUMBER = "13800138000"


@pytest.fixture
def keys(settings):
    settings.VAULT_KEYS = {"new": NEW, "old": OLD}
    settings.VAULT_HASH_KEYS = {"h2": NEW, "h1": OLD}
    return settings


@pytest.mark.parametrize("text", [NUMBER, "阿不都热合曼·买买提", "𠅤䶮", "x" * 100_000])
def test_a_text_comes_back_and_does_not_show(keys, text):
    blob = encrypt(text, "phone")

    assert decrypt(blob, "phone") == text
    assert text.encode() not in blob
    assert encrypt(text, "phone") != blob


def test_nothing_stays_nothing(keys):
    assert encrypt("", "phone") == b""
    assert decrypt(b"", "phone") == ""
    assert keyed_hash("", "phone") == ""
    assert keyed_hashes("", "phone") == []


def test_a_value_of_another_purpose_cannot_be_read(keys):
    with pytest.raises(Undecipherable):
        decrypt(encrypt(NUMBER, "phone"), "identity")


@pytest.mark.parametrize("place", [0, 1, 3, 8, 20, -1])
def test_a_changed_byte_is_noticed(keys, place):
    blob = bytearray(encrypt(NUMBER, "phone"))
    blob[place] ^= 1

    with pytest.raises(Undecipherable):
        decrypt(bytes(blob), "phone")


@pytest.mark.parametrize("blob", [b"\x01", b"\x01\x03new", b"plain text", b"\x01\x09unknownid" + b"0" * 40])
def test_what_is_not_ours_is_refused_with_a_reason(keys, blob):
    with pytest.raises(Undecipherable):
        decrypt(blob, "phone")


def test_the_first_key_writes_and_all_keys_read(keys):
    keys.VAULT_KEYS = {"old": OLD}
    before = encrypt(NUMBER, "phone")
    keys.VAULT_KEYS = {"new": NEW, "old": OLD}

    after = encrypt(NUMBER, "phone")

    assert (before[:5], after[:5]) == (b"\x01\x03old", b"\x01\x03new")
    assert decrypt(before, "phone") == decrypt(after, "phone") == NUMBER
    keys.VAULT_KEYS = {"new": NEW}
    with pytest.raises(Undecipherable, match="'old'"):
        decrypt(before, "phone")


def test_a_hash_is_the_same_for_the_same_text_purpose_and_key_only(keys):
    first = keyed_hash(NUMBER, "phone")

    assert first == keyed_hash(NUMBER, "phone")
    assert first.startswith("h2:")
    assert first != keyed_hash(NUMBER, "identity")
    assert first != keyed_hash("13800138001", "phone")
    assert [each.split(":")[0] for each in keyed_hashes(NUMBER, "phone")] == ["h2", "h1"]
    assert keyed_hashes(NUMBER, "phone")[0] == first


def test_an_encrypted_field_refuses_to_be_searched():
    field = EncryptedTextField(purpose="phone")
    field.set_attributes_from_name("phone")

    with pytest.raises(FieldError, match="keyed hash"):
        field.get_lookup("exact")
