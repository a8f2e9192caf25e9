"""The checks of a nomination, every cell: what each fact makes of which column, and what deciding about many does."""

from itertools import product

import pytest

from clinics.nominations.checks import CHECKS, Consequence, Facts, Grade, Topic, consequence, examine, listed
from permissions.right_states import RightReason, RightStatus
from permissions.roles import Role

SOUND = {"licence": "110110102000001"}
R = RightReason
CELLS = [
    ({"licence": ""}, Topic.LICENCE, Grade.STOP),
    ({"licence": "11011010200001"}, Topic.LICENCE, Grade.STOP),
    ({"licence": "1101101020000012"}, Topic.LICENCE, Grade.STOP),
    ({"licence": "11011010200000X"}, Topic.LICENCE, Grade.STOP),
    ({"licence": "210110102000001"}, Topic.LICENCE, Grade.LOOK),
    ({"licence": "200311110110102198003150022"}, Topic.LICENCE, Grade.LOOK),
    ({"attachments": 0}, Topic.LICENCE, Grade.LOOK),
    ({"licence_in_use": ("月坛",)}, Topic.LICENCE, Grade.STOP),
    ({"licence_was_used": True}, Topic.LICENCE, Grade.LOOK),
    ({"account_is_active": False}, Topic.PERSON, Grade.STOP),
    ({"same_name": ("月坛",)}, Topic.PERSON, Grade.LOOK),
    ({"same_name_and_tail": ("月坛",)}, Topic.PERSON, Grade.LOOK),
    ({"nominated_herself": True}, Topic.PERSON, Grade.LOOK),
    ({"duties_accepted": False}, Topic.PERSON, Grade.PASS),
    ({"post_is_live": False}, Topic.POST, Grade.STOP),
    *(({"kind": role}, Topic.POST, Grade.STOP) for role in Role if role not in (Role.FAMILY_DOCTOR, Role.REGIONAL_SPECIALIST)),
    ({"institution_suspended": True}, Topic.POST, Grade.STOP),
    ({"at_hospital": True}, Topic.POST, Grade.LOOK),
    ({"revoked": (R.MISCONDUCT,)}, Topic.PAST, Grade.TWO),
    ({"revoked": (R.MISCONDUCT, R.MOVED)}, Topic.PAST, Grade.TWO),
    ({"revoked_by_licence": (R.MISCONDUCT,)}, Topic.PAST, Grade.TWO),
    ({"revoked": (R.QUALIFICATION,)}, Topic.PAST, Grade.LOOK),
    ({"revoked_by_licence": (R.QUALIFICATION,)}, Topic.PAST, Grade.LOOK),
    *(({"revoked": (reason,)}, Topic.PAST, Grade.PASS) for reason in (R.MOVED, R.LEFT, R.OWN_REQUEST, R.IN_ERROR)),
]
QUIET = [
    {},
    {"licence": "200311110110102198003150021"},  # the identity number inside has its right check character
    {"licence": "199811110110102500315001"},
    {"kind": Role.REGIONAL_SPECIALIST, "at_hospital": True},
]


@pytest.mark.parametrize(
    ("facts", "topic", "grade"), CELLS, ids=[f"{number}-{topic.value}-{grade.name}" for number, (_f, topic, grade) in enumerate(CELLS)]
)
def test_one_fact_makes_one_finding_in_its_column(facts: dict[str, object], topic: Topic, grade: Grade) -> None:
    examined = examine(Facts(**(SOUND | facts)))  # type: ignore[arg-type]

    assert [(one.topic, one.grade) for one in examined.findings] == [(topic, grade)]
    assert examined.verdict == grade
    assert examined.of(topic)[0].message
    assert bool(examined.stops) == (grade == Grade.STOP)


@pytest.mark.parametrize("facts", QUIET, ids=range(len(QUIET)))
def test_a_sound_nomination_passes_without_a_word(facts: dict[str, object]) -> None:
    assert examine(Facts(**(SOUND | facts))).findings == ()  # type: ignore[arg-type]


def test_every_check_speaks_somewhere_in_the_table() -> None:
    silent = [check.__name__ for check in CHECKS if not any(list(check(Facts(**(SOUND | facts)))) for facts, *_rest in CELLS)]  # type: ignore[arg-type]

    assert silent == []


def test_the_gravest_finding_is_the_verdict_and_stands_first() -> None:
    examined = examine(Facts(licence="", attachments=0, revoked=(R.MISCONDUCT,), at_hospital=True))

    assert examined.verdict == Grade.STOP
    assert [one.grade for one in examined.of(Topic.LICENCE)] == [Grade.STOP, Grade.LOOK]
    assert [one.topic for one in examined.stops] == [Topic.LICENCE]


C, N, V = Consequence, "nominated", "verified"
OF_BULK = {
    **{(N, Grade.PASS, mine): C.GRANT for mine in (True, False)},
    **{(N, Grade.LOOK, mine): C.LOOK_FIRST for mine in (True, False)},
    **{(N, Grade.TWO, mine): C.VERIFY_ONLY for mine in (True, False)},
    **{(N, Grade.STOP, mine): C.STOPPED for mine in (True, False)},
    **{(V, Grade.PASS, mine): C.GRANT for mine in (True, False)},
    **{(V, Grade.LOOK, mine): C.GRANT for mine in (True, False)},
    (V, Grade.TWO, True): C.SECOND_PERSON,
    (V, Grade.TWO, False): C.GRANT,
    **{(V, Grade.STOP, mine): C.STOPPED for mine in (True, False)},
}


@pytest.mark.parametrize(("status", "verdict", "mine"), list(product(RightStatus.values, Grade, (True, False))))
def test_what_deciding_about_many_does_to_one(status: str, verdict: Grade, mine: bool) -> None:
    assert consequence(status, verdict, verified_by_me=mine) == OF_BULK.get((status, verdict, mine), C.DECIDED)


def test_long_lists_of_places_are_counted() -> None:
    assert "月坛" in listed(("月坛", "德胜"))
    assert "2" in listed(("月坛", "德胜", "新街口", "广外"))
