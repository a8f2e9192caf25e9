"""The generated pages are fresh, and no article of the sources is without a place or a reason."""

from referral.management import pages, permission_page


def test_every_article_has_a_place_in_the_product_or_a_reason() -> None:
    assert pages.unplaced() == []
    assert len(pages.read("catalogue.tsv")) == 203


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
