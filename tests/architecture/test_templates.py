"""What is taken for granted of the templates when they are made ready."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation
from django.utils.functional import lazystr
from django.utils.safestring import SafeString
from markupsafe import Markup, escape

from kamkor.web.templating import Templates
from tests.architecture.tree import ROOT, plant

FOLDER = ROOT / "src" / "kamkor" / "templates"


def test_every_template_can_be_read_in_every_language() -> None:
    for language in ("en", "ky", "ru", "kk"):
        templates = Templates([str(FOLDER)], language)
        for name in templates.list_templates():
            templates.get_template(name)


def test_blocks_stand_in_the_frame() -> None:
    """A block that the frame does not know would be lost without a word."""
    opened = re.compile(r"{% block (\w+) %}")
    known = {*opened.findall((FOLDER / "web" / "base.html").read_text("utf-8"))}
    for path in FOLDER.rglob("*.html"):
        assert {*opened.findall(path.read_text("utf-8"))} <= known, path


def made(folder: Path, text: str, **words: object) -> str:
    """A template's page."""
    plant(folder, "one.html", text)
    plant(folder, "named.html", "<p>{{ one }}</p>")
    return Templates([str(folder)], "ky").from_string(text).render(words)


def test_everything_is_escaped_and_what_is_not_there_is_empty(tmp_path: Path) -> None:
    assert made(tmp_path, "{{ one }}", one="<b>\"'&") == "&lt;b&gt;&#34;&#39;&amp;"
    assert made(tmp_path, "[{{ one.two.three }}]") == "[]"
    assert made(tmp_path, "[{{ one.two.three }}]", one={}) == "[]"
    assert made(tmp_path, "[{{ one.two }}]", one=None) == "[]"


@pytest.mark.parametrize(
    "value",
    [
        "a<b",
        Markup("<b>"),
        SafeString("<b>"),
        7,
        1.5,
        None,
        [],
        ["<b>"],
        lazystr("a<b"),
        date(2027, 1, 2),
    ],
)
def test_each_value_stands_there_as_markupsafe_would_write_it(
    tmp_path: Path, value: object
) -> None:
    pieces = (
        "{{ one }}",
        "{% macro say(it) %}{{ it }}{% endmacro %}{{ say(one) }}",
        "{% set it %}{{ one }}{% endset %}{{ it }}",
        "{% for it in [one] %}{{ it }}{% endfor %}",
    )
    for piece in pieces:
        assert made(tmp_path, piece, one=value) == escape(value)


def test_a_dictionary_is_asked_for_its_items_alone(tmp_path: Path) -> None:
    assert made(tmp_path, "{{ one.items }}", one={"items": 3}) == "3"
    assert made(tmp_path, "[{{ one.items }}]", one={}) == "[]"


def test_a_named_template_is_given_the_words_around_it(tmp_path: Path) -> None:
    text = '{% for one in many %}{% include "named.html" %}{% endfor %}'
    assert made(tmp_path, text, many="ab") == "<p>a</p><p>b</p>"


def test_words_are_put_in_in_the_language_of_the_templates() -> None:
    """Whatever language is spoken when they are made ready."""
    with translation.override("ru"):
        page = Templates([str(FOLDER)], "ky").get_template("web/base.html")
    assert "Мазмунга өтүү" in page.render()
