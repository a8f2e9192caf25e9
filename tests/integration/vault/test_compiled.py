"""A question written once gives what the ORM would give each time: rows, joined rows, annotations, nothing."""

from typing import Any

import pytest
from django.db.models import F

from permissions.models import Session, User
from tests.cast import a_session, a_user
from vault.compiled import Compiled

pytestmark = pytest.mark.django_db


def question() -> Compiled[Session]:
    sessions = Session.objects.filter(user=-1).select_related("user__district").annotate(years=F("user__epoch") + 7).order_by("pk")
    return Compiled(sessions, user=-1)


def test_it_finds_for_each_value_what_the_orm_finds_with_every_column() -> None:
    asked = question()
    for name in ("周晓岚", "沈佳"):
        session, _key = a_session(a_user(name), kind=Session.Kind.KEY, scopes=["book"], data={"seen": 1})

        found: Any = asked.first(user=session.user_id)

        plain = Session.objects.get(pk=session.pk)
        assert {field.attname: getattr(found, field.attname) for field in Session._meta.concrete_fields} == {
            field.attname: getattr(plain, field.attname) for field in Session._meta.concrete_fields
        }
        assert found.user.phone == User.objects.get(pk=session.user_id).phone
        assert found.years == session.user.epoch + 7


def test_what_was_joined_costs_no_further_question(django_assert_num_queries: Any) -> None:
    asked, (session, _key) = question(), a_session(a_user("周晓岚"))

    with django_assert_num_queries(1):
        found = asked.first(user=session.user_id)
        assert found is not None
        assert (found.user.name, found.user.district.name) == ("周晓岚", "西城区")


def test_it_finds_nothing_where_there_is_nothing() -> None:
    assert question().first(user=12345678) is None


def test_a_mark_that_is_not_in_the_question_is_no_question() -> None:
    with pytest.raises(AssertionError, match="no value"):
        Compiled(Session.objects.filter(user=-1), user=-2)
