"""Every msgid has its Chinese, the compiled catalogue is the one of the sources, and Chinese stays Chinese."""

import re
from pathlib import Path

from config import language

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "locale" / language.LOCALE
# Latin words a Chinese reader meets anyway.
ALLOWED = {"SMS", "PDF", "JSON", "UTF", "NUL", "KiB", "If", "Match", "Idempotency", "Key", "ASCII", "https"}
TECHNICAL = re.compile(r"application/json|UTF-8|W/\"\w+\"|[a-z]+_[a-z_]+|%\(\w+\)[sd]|\{\w*\}|https?://\S+|<[^>]+>")


def test_every_message_has_its_chinese_and_keeps_its_values():
    found = language.found_in(ROOT)
    catalog, faults = language.merged(FOLDER / "parts")

    assert faults + language.faults_of(found, catalog) == []
    assert len(found) > 300


def test_no_translation_is_called_by_a_name_that_is_not_collected():
    imports = re.compile(r"\b[a-z]*gettext(?:_lazy|_noop)? as (\w+)")
    python = [path for path in language.sources(ROOT) if path.suffix == ".py"]
    names = {name for path in python for name in imports.findall(path.read_text(encoding="utf-8"))}

    assert names <= set(language.KEYWORDS)
    assert "_" in names


def test_the_shipped_catalogue_is_the_one_of_the_sources():
    found = language.found_in(ROOT)
    catalog, _faults = language.merged(FOLDER / "parts")
    po = language.as_po(language.written(found, catalog))

    assert (FOLDER / "LC_MESSAGES" / "django.po").read_bytes() == po
    assert (FOLDER / "LC_MESSAGES" / "django.mo").read_bytes() == language.as_mo(po)


def test_the_chinese_uses_no_latin_word_outside_the_list():
    catalog, _faults = language.merged(FOLDER / "parts")
    words = {
        (word, message.id)
        for message in catalog
        for text in language.strings(message)
        for word in re.findall(r"[A-Za-z]{2,}", TECHNICAL.sub("", text))
        if message.id and word not in ALLOWED
    }

    assert words == set()


def test_a_missing_translation_and_a_lost_value_are_found(tmp_path):
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "a.py").write_text('_("One")\n_("Two %(n)s")\nngettext("%(n)s day", "%(n)s days", n)\n', encoding="utf-8")
    (tmp_path / "a.po").write_text(
        'msgid "Two %(n)s"\nmsgstr "二"\n\nmsgid "%(n)s day"\nmsgid_plural "%(n)s days"\nmsgstr[0] "%(n)s 天"\n', encoding="utf-8"
    )

    catalog, _faults = language.merged(tmp_path)
    faults = language.faults_of(language.found_in(tmp_path), catalog)

    assert faults == ["vault/a.py:1: no Chinese for 'One'", "vault/a.py:2: the Chinese of 'Two %(n)s' has other placeholders"]


def test_two_pieces_may_not_translate_one_message_differently(tmp_path):
    (tmp_path / "a.po").write_text('msgid "One"\nmsgstr "一"\n', encoding="utf-8")
    (tmp_path / "b.po").write_text('msgid "One"\nmsgstr "壹"\n', encoding="utf-8")

    _catalog, faults = language.merged(tmp_path)

    assert faults == ["b.po: 'One' is translated differently by another fragment"]


def test_templates_are_read_like_python(tmp_path):
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text(
        '{% translate "One" %}\n{% blocktranslate trimmed count n=n %}\n {{ n }} day\n{% plural %}{{ n }} days{% endblocktranslate %}'
        '{% include "b.html" with title=_("Two") %}{% translate "Three" context "house" %}',
        encoding="utf-8",
    )

    found = language.found_in(tmp_path)

    assert set(found) == {("", "One"), ("", "%(n)s day"), ("", "Two"), ("house", "Three")}
    assert found["", "%(n)s day"].plural == "%(n)s days"
