"""Words at the shell, also before anything else stands."""

import argparse
import inspect
import signal
from pathlib import Path

import pytest

from kamkor.cli import main
from kamkor.kernel import translations

CATALOGUE = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "there is no such command"
msgstr "мындай буйрук жок"

msgid "unrecognized arguments: %s"
msgstr "белгисиз сөздөр: %s"

msgid ""
"the data folder %(folder)s is open to others: chmod 700 it or set KAMKOR_DATA to an empty one"
msgstr "%(folder)s папкасы башкаларга да ачык: chmod 700"
"""


@pytest.fixture
def kyrgyz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A catalogue of a few texts, and the shell in Kyrgyz; the folder they stand in."""
    folder = tmp_path / "ky" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE, encoding="utf-8")
    translations.compile_catalogues(folder=tmp_path)
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    monkeypatch.setenv("KAMKOR_LANG", "ky")
    return tmp_path


def test_a_text_at_the_shell_is_in_its_language(
    kyrgyz: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the catalogue holds; else the English."""
    assert translations.at_shell("there is no such command") == "мындай буйрук жок"
    assert translations.at_shell("another text") == "another text"
    monkeypatch.setenv("KAMKOR_LANG", "en")
    assert translations.at_shell("there is no such command") == "there is no such command"


def test_a_fault_of_the_server_is_told_in_the_language_of_the_shell(
    kyrgyz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    kyrgyz.chmod(0o755)
    monkeypatch.setenv("KAMKOR_DATA", str(kyrgyz))
    assert main(["doctor"]) == 4
    told = capsys.readouterr().err
    assert told == f"kamkor: {kyrgyz} папкасы башкаларга да ачык: chmod 700\n"


def test_the_reader_of_command_lines_speaks_the_language_of_the_shell(
    kyrgyz: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(argparse, "_", argparse._, raising=True)  # type: ignore[attr-defined]
    translations.translate_parsers()
    with pytest.raises(SystemExit):
        argparse.ArgumentParser(prog="kamkor").parse_args(["--nonsense"])
    assert "белгисиз сөздөр: --nonsense" in capsys.readouterr().err


def test_the_words_that_are_translated_are_those_that_python_says() -> None:
    source = inspect.getsource(argparse)
    missing = [word for word in translations.PARSER_WORDS if repr(word)[1:-1] not in source]
    assert missing == []
