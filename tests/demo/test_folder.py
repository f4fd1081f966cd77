"""The demo's folder: what is emptied, and what never is."""

from pathlib import Path

import pytest

from kamkor.demo import folder
from kamkor.demo.arguments import Unreadable, wants_fresh


@pytest.fixture(autouse=True)
def _own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a database of somebody's."""
    tmp_path.chmod(0o700)
    (tmp_path / "pg").mkdir()
    (tmp_path / "secrets.json").write_text("{}", "utf-8")
    (tmp_path / folder.SIGN_INS).write_text("[]", "utf-8")
    return tmp_path


def left(data: Path) -> set[str]:
    return {one.name for one in data.iterdir()} & {
        "pg",
        folder.MARK,
        folder.SIGN_INS,
        folder.UNFINISHED,
    }


def test_fresh_empties_no_folder_that_is_not_a_demo(data: Path) -> None:
    with pytest.raises(folder.NoDemo):
        folder.prepare(data, fresh=True)
    assert left(data) == {"pg", folder.SIGN_INS}


def test_fresh_empties_a_demo(data: Path) -> None:
    folder.finish(data, seed=1, day="2026-11-21")
    folder.prepare(data, fresh=True)
    assert left(data) == set()


def test_a_demo_that_stands_is_left_alone(data: Path) -> None:
    folder.finish(data, seed=7, day="2026-11-21")
    folder.prepare(data, fresh=False)
    assert left(data) == {"pg", folder.MARK, folder.SIGN_INS}
    assert folder.seed_of(data) == 7


def test_the_mark_remembers_the_scenario(data: Path) -> None:
    folder.finish(data, seed=7, day="2026-11-21", scenario="jalal-abad-2017")
    assert (folder.seed_of(data), folder.scenario_of(data)) == (7, "jalal-abad-2017")
    folder.finish(data, seed=7, day="2026-11-21")
    assert folder.scenario_of(data) == ""


def test_a_mark_of_an_older_demo_is_the_plain_one(data: Path) -> None:
    (data / folder.MARK).write_text('{"seed": 3, "built_on": "2026-01-01"}', "utf-8")
    assert (folder.seed_of(data), folder.scenario_of(data)) == (3, "")


def test_what_was_broken_off_is_begun_anew(data: Path) -> None:
    folder.begin(data)
    folder.prepare(data, fresh=False)
    assert left(data) == set()


def test_fresh_does_nothing_to_an_empty_folder(tmp_path: Path) -> None:
    folder.prepare(tmp_path, fresh=True)
    assert list(tmp_path.iterdir()) == []


def test_a_real_server_is_never_emptied(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody@elsewhere/kamkor")
    folder.finish(data, seed=1, day="2026-11-21")
    with pytest.raises(folder.NoDemo):
        folder.prepare(data, fresh=True)
    assert left(data) == {"pg", folder.MARK, folder.SIGN_INS}


@pytest.mark.parametrize(
    "words",
    [
        ["--scenario", "flood"],
        ["--fresh", "--frsh2"],
        ["--seed", "many"],
        ["--once", "--no-serve"],
        ["extra"],
    ],
)
def test_a_line_not_understood_empties_nothing(words: list[str]) -> None:
    with pytest.raises(Unreadable):
        wants_fresh(words)


def test_fresh_is_understood() -> None:
    assert wants_fresh(["--fresh", "--seed", "3", "--no-serve"])
    assert wants_fresh(["--fresh", "--scenario", "jalal-abad-2017", "--seed", "2"])
    assert not wants_fresh(["--lan", "--traceback"])
