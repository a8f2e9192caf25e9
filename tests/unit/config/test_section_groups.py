"""The bar: few sections stand side by side, many in menus by kind of work; none is lost, and none changes its name or order."""

from types import SimpleNamespace

import pytest

from clinics.models import InstitutionKind
from config.section_groups import GROUPS, SIDE_BY_SIDE, arranged
from config.sections import SECTIONS
from permissions.acting import Acting
from permissions.roles import DISTRICT_ROLES, Role


def sections_of(role: Role, kind: InstitutionKind = InstitutionKind.HOSPITAL):
    """What somebody of this role has, at an institution of this kind."""
    post = None if role in DISTRICT_ROLES else SimpleNamespace(institution=SimpleNamespace(kind=kind))
    acting = Acting(user=None, role=role, post=post)  # type: ignore[arg-type]
    return [section for section in SECTIONS if section.is_for(acting)]


@pytest.mark.parametrize("kind", InstitutionKind)
@pytest.mark.parametrize("role", Role)
def test_no_bar_holds_more_than_a_line_and_every_section_stands_in_it_once(role, kind):
    mine = sections_of(role, kind)

    bar = arranged(mine)

    held = [section for _group, sections in bar for section in sections]
    assert len(bar) <= SIDE_BY_SIDE
    assert sorted(held, key=mine.index) == mine
    assert [mine.index(sections[0]) for _group, sections in bar] == sorted(mine.index(sections[0]) for _group, sections in bar)
    assert all(sections == sorted(sections, key=mine.index) for _group, sections in bar)
    assert all((group is not None) == (len(sections) > 1) for group, sections in bar)


def test_who_has_few_sections_has_no_menu_and_who_has_many_has_some():
    menus = {role: [group for group, _sections in arranged(sections_of(role)) if group] for role in Role}

    assert menus[Role.FAMILY_DOCTOR] == menus[Role.REGIONAL_SPECIALIST] == menus[Role.WINDOW_CLERK] == []
    assert len(menus[Role.COORDINATOR]) >= 3
    assert len(menus[Role.DISTRICT_ADMIN]) >= 3


def test_each_section_of_a_menu_exists_and_stands_in_one_menu():
    named = [url for group in GROUPS for url in group.sections]

    assert sorted(named) == sorted(set(named))
    assert set(named) <= {section.url for section in SECTIONS}
