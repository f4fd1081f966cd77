"""Words at the shell, also before anything else stands."""

from pathlib import Path

import pytest

from kamkor.kernel import translations

CATALOGUE = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "there is no such command"
msgstr "мындай буйрук жок"
"""


def test_a_text_at_the_shell_is_in_its_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the catalogue holds; else the English."""
    folder = tmp_path / "ky" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE, encoding="utf-8")
    translations.compile_catalogues(folder=tmp_path)
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    monkeypatch.setenv("KAMKOR_LANG", "ky")
    assert translations.at_shell("there is no such command") == "мындай буйрук жок"
    assert translations.at_shell("another text") == "another text"
    monkeypatch.setenv("KAMKOR_LANG", "en")
    assert translations.at_shell("there is no such command") == "there is no such command"
