"""The same request twice is one deed; another request under the same key is refused."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from vault import idempotency
from vault.idempotency import IdempotencyKey
from vault.refusal import Refusal

pytestmark = pytest.mark.django_db
ACTOR, BODY = UUID(int=1), {"pool_slot": "a", "n": 1}


@pytest.fixture
def result():
    made = uuid4()
    with transaction.atomic():
        idempotency.store(ACTOR, "k", BODY, made)
    return made


def test_a_repeated_request_finds_the_first_deed_however_its_body_is_ordered(result):
    assert idempotency.find(ACTOR, "k", {"n": 1, "pool_slot": "a"}) == result
    assert idempotency.find(UUID(int=2), "k", BODY) is None
    assert idempotency.find(ACTOR, "other", BODY) is None


@pytest.mark.parametrize("body", [{"pool_slot": "b", "n": 1}, {}, b"raw"])
def test_another_body_under_the_same_key_is_refused(result, body):
    with pytest.raises(Refusal) as caught:
        idempotency.find(ACTOR, "k", body)

    assert caught.value.code == "idempotency_mismatch"


def test_a_second_deed_under_one_key_cannot_commit(result):
    with pytest.raises(IntegrityError, match="idempotency_key_used_once"), transaction.atomic():
        idempotency.store(ACTOR, "k", BODY, uuid4())

    assert idempotency.find(ACTOR, "k", BODY) == result


def test_old_keys_are_forgotten(result):
    assert idempotency.forget(timezone.now() - timedelta(days=30)) == 0
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(days=31))

    assert idempotency.forget(timezone.now() - timedelta(days=30)) == 1
