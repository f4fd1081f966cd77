"""Every text of the program stands in Kyrgyz, Russian and Kazakh, with nothing lost on the way."""

import gettext
import json
import os
import time
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from kamkor.kernel.translations import compile_catalogues
from tests.architecture.tree import PACKAGE, ROOT, plant
from tools.messages_check import faults
from tools.messages_extract import UnreadableMark, Word, extract
from tools.messages_files import UnknownWord, fill, path_of, todo, update

TEXTS = """
from kamkor.kernel.words import noop
GREETING = noop("The child")
LIMIT = noop("Use <b>%(limit)s</b> letters")
COUNT = ngettext("%(n)s visit", "%(n)s visits", n)
MONTH = pgettext("in a date", "May")
CODE = noop("SMS")
"""
PAGE = """
    {{ _("Register") }} {# a remark #} {{ pgettext("visit", "Late") }}
  {% if x %}
        {% trans trimmed count=n, n=n, who=name %}
          {{ who }} has {{ n }} case
        {% pluralize %}
          {{ who }} has {{ n }} cases
        {% endtrans %}
  {% endif %}
{{ title or _("No title") }}
"""
GLOSSARY = 'code,en,ky,ru,kk\nregister,register,каттоо,"учёт, реестр","тіркеу, тізілім"\n'
RIGHT: dict[str, dict[str, str | list[str]]] = {
    "ky": {
        "%(n)s visit": ["%(n)s баруу", "%(n)s баруу"],
        "%(who)s has %(n)s case": ["%(who)s: %(n)s иш", "%(who)s: %(n)s иш"],
        "No title": "Аталышы жок",
        "Register": "Каттоо",
        "SMS": "SMS",
        "The child": "Бала",
        "Use <b>%(limit)s</b> letters": "<b>%(limit)s</b> тамга жазыңыз",
        "in a date\x04May": "майдын",
        "visit\x04Late": "Кечиккен",
    },
    "ru": {
        "%(n)s visit": ["%(n)s посещение", "%(n)s посещения", "%(n)s посещений"],
        "%(who)s has %(n)s case": ["%(who)s: %(n)s дело"] * 3,
        "No title": "Без названия",
        "Register": "Реестр",
        "SMS": "SMS",
        "The child": "Ребёнок",
        "Use <b>%(limit)s</b> letters": "Не больше <b>%(limit)s</b> букв",
        "in a date\x04May": "мая",
        "visit\x04Late": "Просрочено",
    },
    "kk": {
        "%(n)s visit": ["%(n)s бару", "%(n)s бару"],
        "%(who)s has %(n)s case": ["%(who)s: %(n)s іс", "%(who)s: %(n)s іс"],
        "No title": "Атауы жоқ",
        "Register": "Тіркеу",
        "SMS": "SMS",
        "The child": "Сәби",
        "Use <b>%(limit)s</b> letters": "<b>%(limit)s</b> әріп жазыңыз",
        "in a date\x04May": "мамырдың",
        "visit\x04Late": "Кешіккен",
    },
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A made-up package whose catalogues are right."""
    plant(tmp_path, "cases/vocabulary.py", TEXTS)
    plant(tmp_path, "templates/cases/list.html", PAGE)
    plant(tmp_path, "country/kg/glossary.csv", GLOSSARY)
    plant(tmp_path, "locale/same-words.txt", "# The same in every language.\nSMS\n")
    for language, translations in RIGHT.items():
        update(tmp_path / "locale", language, extract(tmp_path))
        fill(tmp_path / "locale", language, translations)
    return tmp_path


def _faults(package: Path) -> list[str]:
    return faults(package, extract(package))


def test_every_text_is_translated() -> None:
    assert _faults(ROOT / "src" / PACKAGE) == []


def test_texts_are_read_from_python_and_pages(package: Path) -> None:
    assert extract(package) == [
        Word("%(n)s visit", "%(n)s visits"),
        Word("%(who)s has %(n)s case", "%(who)s has %(n)s cases"),
        Word("Late", context="visit"),
        Word("May", context="in a date"),
        Word("No title"),
        Word("Register"),
        Word("SMS"),
        Word("The child"),
        Word("Use <b>%(limit)s</b> letters"),
    ]


def test_control_a_text_inside_an_f_string_is_read(package: Path) -> None:
    plant(package, "web/timeline.py", "title = f\"{_('Found through')}: {source}\"\n")
    assert Word("Found through") in extract(package)


def test_a_right_catalogue_has_no_fault(package: Path) -> None:
    assert _faults(package) == []


@pytest.mark.parametrize(
    ("language", "key", "wrong", "fault"),
    [
        ("ky", "The child", "", "ky: empty: The child"),
        ("ky", "%(n)s visit", ["%(n)s баруу", ""], "ky: empty: %(n)s visit"),
        ("ky", "The child", "Ребёнок", "ky: same as Russian: The child"),
        ("kk", "The child", "the  child", "kk: same as English: The child"),
        ("ru", "The child", "The child", "ru: same as English: The child"),
        (
            "kk",
            "Register",
            "Есеп",
            "kk: not the glossary's term (тізілім / тіркеу / тіркеу, тізілім): Register",
        ),
        (
            "ru",
            "Use <b>%(limit)s</b> letters",
            "Не больше <b>многих</b> букв",
            "ru: placeholders differ: Use <b>%(limit)s</b> letters",
        ),
        (
            "ru",
            "Use <b>%(limit)s</b> letters",
            "Не больше <b>%(limit)s букв",
            "ru: tags differ: Use <b>%(limit)s</b> letters",
        ),
        (
            "ru",
            "%(n)s visit",
            ["посещение", "%(n)s посещения", "%(n)s посещений"],
            "ru: placeholders differ: %(n)s visit",
        ),
    ],
)
def test_control_a_wrong_translation_is_found(
    package: Path, language: str, key: str, wrong: str | list[str], fault: str
) -> None:
    fill(package / "locale", language, {key: wrong})
    assert _faults(package) == [fault]


def test_control_a_fuzzy_entry_is_found(package: Path) -> None:
    path = path_of(package / "locale", "ky")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('msgid "The child"', '#, fuzzy\nmsgid "The child"'))
    assert _faults(package) == ["ky: fuzzy: The child"]
    assert todo(package / "locale", "ky") == {"The child": ""}


def test_control_texts_out_of_step_are_found(package: Path) -> None:
    plant(package, "cases/vocabulary.py", TEXTS.replace("The child", "The girl"))
    assert _faults(package) == [
        fault
        for language in RIGHT
        for fault in (f"{language}: missing: The girl", f"{language}: no longer used: The child")
    ]


def test_control_a_wrong_plural_rule_is_found(package: Path) -> None:
    path = path_of(package / "locale", "kk")
    path.write_text(path.read_text(encoding="utf-8").replace("(n != 1)", "(n > 1)"))
    assert [fault.split(" are ")[0] for fault in _faults(package)] == [
        "kk: plural forms in the header"
    ]


def test_control_a_stale_same_word_is_found(package: Path) -> None:
    plant(package, "locale/same-words.txt", "SMS\nFax\n")
    assert _faults(package) == ["same-words.txt: not a text of the program: Fax"]


@pytest.mark.parametrize("mark", ['noop(f"{n} days")', "noop(title)", 'gettext("a" + b)'])
def test_control_a_text_that_cannot_be_read_is_refused(package: Path, mark: str) -> None:
    plant(package, "cases/rules.py", f"\nx = {mark}\n")
    with pytest.raises(UnreadableMark, match=r"cases/rules\.py:2"):
        extract(package)


def test_update_keeps_what_is_right_and_guesses_nothing(package: Path) -> None:
    locale = package / "locale"
    before = path_of(locale, "ru").read_text(encoding="utf-8")
    update(locale, "ru", extract(package))
    assert path_of(locale, "ru").read_text(encoding="utf-8") == before
    plant(package, "cases/vocabulary.py", TEXTS.replace("The child", "The child."))
    update(locale, "ru", extract(package))
    assert todo(locale, "ru") == {"The child.": ""}
    assert "Ребёнок" not in path_of(locale, "ru").read_text(encoding="utf-8")


def test_what_is_to_do_can_be_filled_in_and_given_back(package: Path) -> None:
    locale = package / "locale"
    path_of(locale, "ru").unlink()
    update(locale, "ru", extract(package))
    asked = todo(locale, "ru")
    assert asked.keys() == RIGHT["ru"].keys()
    assert asked["%(n)s visit"] == ["", "", ""]
    assert fill(locale, "ru", json.loads(json.dumps(RIGHT["ru"]))) == len(RIGHT["ru"])
    assert _faults(package) == []


@pytest.mark.parametrize("given", [{"Nothing": "Ничего"}, {"%(n)s visit": ["одно"]}])
def test_a_translation_of_nothing_is_refused(
    package: Path, given: dict[str, str | list[str]]
) -> None:
    before = path_of(package / "locale", "ru").read_text(encoding="utf-8")
    with pytest.raises(UnknownWord):
        fill(package / "locale", "ru", {"SMS": "СМС", **given})
    assert path_of(package / "locale", "ru").read_text(encoding="utf-8") == before


def test_compiled_catalogues_speak(package: Path) -> None:
    locale = package / "locale"
    assert compile_catalogues(folder=locale) == 3
    assert compile_catalogues(folder=locale) == 0
    assert compile_catalogues(force=True, folder=locale) == 3
    russian = gettext.translation("django", locale, ["ru"])
    assert [russian.ngettext("%(n)s visit", "%(n)s visits", n) for n in (21, 3, 5)] == RIGHT["ru"][
        "%(n)s visit"
    ]
    assert russian.pgettext("in a date", "May") == "мая"


def test_a_changed_catalogue_is_compiled_again(package: Path) -> None:
    locale = package / "locale"
    compile_catalogues(folder=locale)
    fill(locale, "ru", {"The child": "Дитя"})
    later = time.time() + 5
    os.utime(path_of(locale, "ru"), (later, later))
    assert compile_catalogues(folder=locale) == 1
    assert gettext.translation("django", locale, ["ru"]).gettext("The child") == "Дитя"
    assert sorted(path.name for path in (locale / "ru" / "LC_MESSAGES").iterdir()) == [
        "django.mo",
        "django.po",
    ]


def test_a_broken_catalogue_is_no_silence(package: Path) -> None:
    path_of(package / "locale", "ru").write_text("msgid: a\n", encoding="utf-8")
    with pytest.raises(PoFileError):
        compile_catalogues(folder=package / "locale")
