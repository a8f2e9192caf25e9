"""Who books in a measurement: doctors with rights of their own and a login, and residents who were just seen."""

from typing import Any

from django.db import transaction


def doctors(cast: Any, number: int) -> list[tuple[Any, dict[str, str]]]:
    """So many doctors of the team, each with her bearer header."""
    from tests.cast import acting_as, bearer
    from tests.cast_referral import referring_post

    alliance = cast.zhou.right.target_grants.get().alliance
    found = []
    with transaction.atomic():
        for serial in range(number):
            post = referring_post(f"医生{serial}", cast.centre, cast.admin, alliance)
            cast.team.doctors.add(post.user)
            found.append((acting_as(post.user, post), bearer(post.user)))
    return found


def drafts(cast: Any, number: int) -> list[Any]:
    """So many referrals, each of another resident."""
    with transaction.atomic():
        return [cast.referral() for _ in range(number)]
