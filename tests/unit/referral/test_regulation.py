"""The generated pages are fresh, and no article of the sources is without a place or a reason."""

import ast
import re
from functools import cache
from importlib import import_module

from referral.management import found, pages, permission_page

OURS = re.compile(r"\b((?:vault|permissions|clinics|reserved_pools|referral|config)(?:\.[A-Za-z_]+)+)")
PAPER = re.compile(r"templates/[a-z_/]+\.html")


def test_every_article_has_a_place_in_the_product_or_a_reason() -> None:
    assert pages.unplaced() == []
    assert len(pages.read("catalogue.tsv")) == 203


def test_every_article_with_a_place_in_the_product_has_a_test() -> None:
    assert pages.untested() == []


def test_every_test_an_article_names_is_there() -> None:
    named = {one for tests in found.tests().values() for one in tests if "::" in one}

    assert [one for one in sorted(named) if one.split("::")[1] not in sentences_of(one.split("::")[0])] == []


@cache
def sentences_of(path: str) -> set[str]:
    """The names of the tests in a file, without `test_`."""
    tree = ast.parse((pages.settings.BASE_DIR / path).read_text(encoding="utf-8"))
    return {one.name.removeprefix("test_") for one in tree.body if isinstance(one, ast.FunctionDef)}


def test_every_place_an_article_names_is_there() -> None:
    named = {one for places in found.functions().values() for one in places if not one.endswith(".sql")}

    assert [one for one in sorted(named) if not is_there(one)] == []


def test_a_remark_is_given_only_where_the_kind_is_known() -> None:
    assert {remark["kind"] for remark in pages.read("remarks.tsv").values()} <= set(pages.KINDS)


def test_the_page_of_articles_is_fresh() -> None:
    assert (pages.settings.BASE_DIR / "docs" / "regulation.md").read_text(encoding="utf-8") == pages.regulation()


def test_the_page_of_lives_is_fresh() -> None:
    assert (pages.settings.BASE_DIR / "docs" / "states.md").read_text(encoding="utf-8") == pages.states()


def test_the_page_of_permissions_is_fresh() -> None:
    assert (pages.settings.BASE_DIR / "docs" / "permissions.md").read_text(encoding="utf-8") == permission_page.page()


def test_every_article_a_state_table_or_parameter_names_is_in_the_catalogue() -> None:
    known = set(pages.read("catalogue.tsv"))

    assert set(pages.found.transitions(pages.TABLES)) <= known
    assert set(pages.found.parameters()) <= known


def test_what_a_remark_names_is_there() -> None:
    remarks = pages.read("remarks.tsv").values()
    named = {name.rstrip(".") for remark in remarks for name in OURS.findall(PAPER.sub("", remark["remark"]))}

    assert [name for name in sorted(named) if not is_there(name)] == []
    assert [
        paper for remark in remarks for paper in PAPER.findall(remark["remark"]) if not (pages.settings.BASE_DIR / paper).exists()
    ] == []


def is_there(name: str) -> bool:
    """Whether a dotted name is a module of the product, or something in one."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing: object = import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        for part in parts[length:]:
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def test_not_yet_is_said_only_where_neither_code_nor_parameter_speaks_of_it_or_its_own_words_say_what_is_there() -> None:
    spoken = found.functions() | found.parameters()
    late = {key: remark["remark"] for key, remark in pages.read("remarks.tsv").items() if remark["kind"] == "later"}

    assert [key for key, words in late.items() if spoken.get(key) and "later step" not in words and "not in the sources" not in words] == []
