"""The command line before any database: what it lists, and the statuses it ends with."""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import load_command_class

from kamkor.cli import COMMANDS
from tools.messages_extract import extract

SOURCES = Path(__file__).resolve().parents[1] / "src"


def run(data: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run ``kamkor`` with these words on an empty data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KAMKOR")}
    return subprocess.run(
        [sys.executable, "-m", "kamkor", *words],
        env=kept | {"PYTHONPATH": str(SOURCES), "KAMKOR_DATA": str(data)} | more,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_list_names_every_command_of_ours(tmp_path: Path) -> None:
    modules = (SOURCES / "kamkor" / "management" / "commands").glob("[a-z]*.py")
    assert set(COMMANDS) == {module.stem for module in modules}
    listed = run(tmp_path)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert all(f"  {name}" in listed.stdout for name in COMMANDS)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            ["demo", "--scenario", "flood"],
            "kamkor: scenario flood: not known; there is jalal-abad-2017\n",
        ),
        (["demo", "--nonsense"], "kamkor: demo does not know --nonsense"),
        (["doctor", "--lang", "de"], "kamkor: --lang (or KAMKOR_LANG) is one of ky, ru, kk, en\n"),
        (["doctor", "--lang"], "kamkor: --lang (or KAMKOR_LANG) is one of"),
    ],
)
def test_wrong_use_is_one_line_and_2(tmp_path: Path, words: list[str], told: str) -> None:
    done = run(tmp_path, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(told)
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "pg").exists()


def test_a_language_unknown_in_the_environment_is_wrong_use(tmp_path: Path) -> None:
    assert run(tmp_path, "doctor", KAMKOR_LANG="klingon").returncode == 2


def test_fresh_on_a_folder_that_is_no_demo_is_3(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "pg").mkdir()
    (tmp_path / "secrets.json").write_text("{}", "utf-8")
    done = run(tmp_path, "demo", "--fresh", "--no-serve")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    assert (tmp_path / "pg").exists()


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_all_that_help_tells_is_a_text_of_ours(command: str) -> None:
    """Django's own options are not told of; what is told stands in the catalogues."""
    parser = load_command_class("kamkor", command).create_parser("kamkor", command)
    told = [action.help for action in parser._actions if action.help]
    assert "--lang ky|ru|kk|en" in (parser.epilog or "")
    told = [
        parser.description or "",
        parser.epilog or "",
        *(one for one in told if one != argparse.SUPPRESS),
    ]
    ours = {word.singular for word in extract(SOURCES / "kamkor")}
    strange = [text for text in told if not any(_holds(one, text) for one in ours)]
    assert strange == []


def _holds(ours: str, text: str) -> bool:
    """Whether a text is one of ours, its placeholders filled in."""
    parts = [re.escape(part) for part in re.split(r"%\(\w+\)s", ours)]
    return re.fullmatch(".*".join(parts), text) is not None
