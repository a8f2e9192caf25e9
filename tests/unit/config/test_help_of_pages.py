"""Every page has help of its own in both languages, every help has its page, and who cannot open a page does not read its help."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from config.help_pages import OWN, may_read, policies, topic_at_the_foot, topic_of
from config.help_texts import Help, has_help, page_texts, texts, without_help
from config.sections import SECTIONS
from permissions.acting import Acting
from permissions.doors import PUBLIC, Api, Needs
from permissions.roles import Role
from tests.integration.doors.walk import BLANK
from tests.integration.permission_table.table import rows

LONGEST = 180


def addresses(entries: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str, type]]:
    """Name, address and door class of everything that is no door for programs."""
    for entry in entries:
        path = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry.url_patterns, path)
        elif entry.name and not issubclass(entry.callback.view_class if hasattr(entry.callback, "view_class") else entry.callback.cls, Api):
            yield entry.name, path, getattr(entry.callback, "view_class", None) or entry.callback.cls


DOORS = list(addresses(get_resolver().url_patterns))
OPENED = {name for name, _path, door in DOORS if "GET" in door.policies}


def said() -> Iterator[tuple[str, str, str, Help]]:
    """Every text: its page, its language, its title and its words."""
    for key, table in texts().items():
        yield from ((key, language, "", words) for language, words in table.items())
    for key, paged in page_texts().items():
        yield from ((key, language, title, words) for language, (title, words) in paged.items())


def test_every_page_has_help_of_its_own_or_a_reason_to_have_none() -> None:
    named = {name for name, _path, _door in DOORS}

    silent = sorted(name for name in named if not has_help(name) and name not in without_help())
    both = sorted(name for name in without_help() if has_help(name))

    assert silent == [], "write help in config/help_of_*.toml, or say in config/without_help.toml why these need none"
    assert both == []


def test_every_help_has_its_page() -> None:
    named = {name for name, _path, _door in DOORS}

    assert sorted({*texts(), *page_texts()} - OPENED) == []
    assert sorted(set(texts()) & set(page_texts())) == []
    assert set(texts()) == {section.url for section in SECTIONS} - set(page_texts()) | set(OWN)
    assert sorted(set(without_help()) - named) == []
    assert sorted(page for page in without_help().values() if page and not has_help(page)) == []


def test_only_what_cannot_be_opened_is_excused_as_a_form() -> None:
    forms = {name for name, _path, door in DOORS if "GET" not in door.policies}

    excused = {name for name, page in without_help().items() if name in OPENED and page}

    assert forms <= set(without_help())
    assert excused == {"arrive", "encounter_new"}


def test_both_languages_say_the_four_things_shortly_and_chinese_is_chinese() -> None:
    faults = []
    for key, language, title, words in said():
        parts = (words.purpose, words.then, words.fails, words.ask)
        faults += [(key, language, part) for part in parts if not 2 < len(part) <= LONGEST]
        text = "".join((title, *parts)).replace("SMS", "")
        if language == "zh" and any(letter.isascii() and letter.isalpha() for letter in text):
            faults.append((key, language, text))

    assert faults == []
    assert {frozenset(table) for table in [*texts().values(), *page_texts().values()]} == {frozenset({"zh", "en"})}


@pytest.mark.parametrize("role", Role)
def test_a_role_reads_the_help_of_those_pages_which_the_table_of_permissions_opens_to_it(role: Role) -> None:
    acting = Acting(user=None, role=role)  # type: ignore[arg-type]
    opened: dict[str, set[Role]] = defaultdict(set)
    for row in rows():
        for door in row.doors:
            opened[door] |= {row.role} if {word for _relation, word in row.cells} - {"no", "-"} else set()
    judged = {(name, f"GET /{BLANK.sub('{}', path)}") for name, path, _door in DOORS if isinstance(policies().get(name), Needs)}

    wrong = [name for name, door in judged if has_help(name) and may_read(acting, name) != (role in opened[door])]

    assert sorted(wrong) == []
    assert len([name for name, _door in judged if has_help(name)]) > 100


def test_nobody_reads_more_than_the_public_pages_without_a_login() -> None:
    public = {name for name, policy in policies().items() if policy is PUBLIC and has_help(name)}

    assert {name for name in (*texts(), *page_texts()) if may_read(None, name)} == public
    assert {"login", "public_clinics", "slip_verify", "resident"} <= public
    assert not may_read(None, "nothing")
    assert (topic_of(None, "login"), topic_of(None, "book"), topic_of(None, None)) == ("login", "", "")


def test_a_form_that_refuses_shows_the_help_of_the_page_it_came_from() -> None:
    coordinator = Acting(user=None, role=Role.COORDINATOR)  # type: ignore[arg-type]
    specialist = Acting(user=None, role=Role.REGIONAL_SPECIALIST)  # type: ignore[arg-type]

    assert topic_of(specialist, "visit_report") == "visit"
    assert (topic_of(coordinator, "visit_report"), topic_of(coordinator, "service_end")) == ("", "service")


def test_help_stands_on_the_page_itself_where_its_reader_can_open_no_other() -> None:
    assert [topic_at_the_foot(name) for name in ("login", "lock", "duties", "resident_cancel")] == ["login", "lock", "duties", "resident"]
    assert [topic_at_the_foot(name) for name in ("book", "language", None)] == ["", "", ""]
