"""The digest of one act: it covers every word the caller wrote, and only what reads back unchanged."""

from uuid import UUID

import pytest

from vault.actor import SYSTEM, Actor, ActorKind
from vault.audit.record import canonical, digest_of

ID = UUID(int=1)
BY = Actor(ActorKind.USER, UUID(int=2), UUID(int=3))


def test_every_word_changes_the_digest():
    same = digest_of("book", "booking", ID, by=BY, reason="因", details={"n": 1})
    others = [
        digest_of("cancel", "booking", ID, by=BY, reason="因", details={"n": 1}),
        digest_of("book", "referral", ID, by=BY, reason="因", details={"n": 1}),
        digest_of("book", "booking", UUID(int=9), by=BY, reason="因", details={"n": 1}),
        digest_of("book", "booking", ID, by=SYSTEM, reason="因", details={"n": 1}),
        digest_of("book", "booking", ID, by=Actor(ActorKind.USER, UUID(int=2)), reason="因", details={"n": 1}),
        digest_of("book", "booking", ID, by=BY, reason="", details={"n": 1}),
        digest_of("book", "booking", ID, by=BY, reason="因", details={"n": 2}),
        digest_of("book", "booking", ID, by=BY, reason="因"),
    ]

    assert len({same, *others}) == 9


def test_the_order_of_details_does_not_matter():
    assert canonical({"b": [1, None, True], "a": "字"}) == canonical({"a": "字", "b": [1, None, True]}) == '{"a":"字","b":[1,null,true]}'


@pytest.mark.parametrize("value", [1.5, {"a": object()}, [ID], {1: "a"}, b"x"])
def test_what_json_would_change_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)
