"""The two administrators of 西城区 who write and approve criteria."""

import pytest

from permissions.acting import Acting
from tests.cast import a_district, acting_as, an_admin


@pytest.fixture
def first(db: None) -> Acting:
    return acting_as(an_admin("李敏", district=a_district()))


@pytest.fixture
def second(first: Acting) -> Acting:
    return acting_as(an_admin("赵建国", district=a_district()))
