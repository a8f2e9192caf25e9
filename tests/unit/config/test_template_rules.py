"""Templates keep to the house rules, and each rule can fail."""

from pathlib import Path

import pytest

from config.template_rules import faults_in

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"


def test_no_template_breaks_a_rule():
    assert faults_in(TEMPLATES) == []


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ('<p style="color:red"></p>', "attribute style"),
        ('<p onclick="go()"></p>', "attribute onclick"),
        ('<a href="javascript:go()"></a>', "attribute href"),
        ("<style>p{}</style>", "<style> stands inside"),
        ("<script>go()</script>", "<script> stands inside"),
        ("<p>你好</p>", "'你好' is not translated"),
        ("<p>Hello {{ name }}</p>", "'Hello' is not translated"),
        ('<input placeholder="Name">', "placeholder='Name' is not translated"),
        ('{% translate "Done." %} {% translate "Look." %}', "a blank stands between two sentences"),
        (
            '{% translate "Done." %}{% if more %} <b>{% blocktranslate %}{{ n }} more.{% endblocktranslate %}</b>{% endif %}',
            "two sentences",
        ),
        ('{% include "components/_gone.html" %}', "components/_gone.html does not exist"),
    ],
)
def test_a_planted_fault_is_found_with_its_line(tmp_path, template, fault):
    (tmp_path / "page.html").write_text(f"<p></p>\n{template}\n", encoding="utf-8")

    found = faults_in(tmp_path)

    assert len(found) == 1
    assert found[0].startswith("page.html:2: ")
    assert fault in found[0]


@pytest.mark.parametrize(
    "template",
    [
        '{% translate "Hello" %}',
        "{% blocktranslate trimmed %}Hello {{ name }}{% endblocktranslate %}",
        '<button lang="en">English</button>',
        '<p class="{% if late %}bad{% endif %}" aria-label="{% translate \'Late\' %}">{{ days }}</p>',
        '{% translate "Done." %}{% gap %}<a href="/">{% translate "Look" %}</a>　{% translate "Name" %} {% translate "Day" %}',
        '<script src="frame.js"></script>',
        "{# a comment #}{% comment %}another{% endcomment %}",
    ],
)
def test_what_is_allowed_passes(tmp_path, template):
    (tmp_path / "page.html").write_text(template, encoding="utf-8")

    assert faults_in(tmp_path) == []
