"""The whole run in two lanes: all is run once, and whatever goes wrong in a lane is a failure."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.lanes import HEAVY
from tools.run_tests import LANES, NUMBER, ROOT, Counts, counted_in_lanes, faults_of

Plant = Callable[..., Path]

PASSING = """
import os, time
from pathlib import Path

def test_one(): note()
def test_two(): note()

def note():
    file = Path(__file__).with_suffix(".ran")
    with file.open("a") as ran:
        ran.write(f"{os.getpid()}\\n")
    meet(file.parent)

def meet(folder): pass
"""
MEETING = PASSING.replace(
    "pass\n",
    "[time.sleep(0.1) for _ in range(600) if len(list(folder.glob('*.ran'))) < 2]\n",
)
"""Goes on once another file of its folder runs too; in its first test, as the next file is taken
before the last."""
NOTES = """
import pytest
NOTED = []

@pytest.hookimpl(optionalhook=True)
def pytest_lane_notes():
    return {"noted": NOTED}

@pytest.hookimpl(optionalhook=True)
def pytest_lane_joined(notes):
    NOTED.extend(notes["noted"])
"""
NOTING = MEETING.replace("def test_two(): note()", "def test_two(): NOTED.append(__name__)")
NOTING = f"from conftest import NOTED\n{NOTING}"
ASKING = """
import pytest
from conftest import NOTED

@pytest.mark.last
def test_all_was_noted():
    assert {"test_a", "test_b"} <= set(NOTED)
"""


@pytest.fixture
def plant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Writes files of tests, by name, into a folder; the plugins of the house are left out."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)

    def planted(**files: str) -> Path:
        for name, text in files.items():
            path = tmp_path / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return planted


def run(*words: str | Path) -> tuple[int, str, str]:
    """The exit status of a run, its last line, and all it said."""
    command = [sys.executable, str(ROOT / "tools" / "run_tests.py"), *map(str, words)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.returncode, done.stdout.splitlines()[-1], done.stdout


def processes(folder: Path) -> list[list[str]]:
    """In which processes the passing tests of each file ran."""
    return [file.read_text("utf-8").split() for file in sorted(folder.glob("*.ran"))]


def test_files_are_shared_and_never_parted(plant: Plant) -> None:
    skipping = "import pytest\n@pytest.mark.skip\ndef test_not_now(): pass\n"
    # A conftest below the root makes pytest compare its plugins.
    deeper = {"deeper/conftest": "", "deeper/test_c": skipping}
    folder = plant(test_a=MEETING, test_b=MEETING, **deeper)
    status, last, _said = run(LANES, folder)
    assert (status, last) == (0, "4 passed, 0 failed, 1 skipped")
    one, other = processes(folder)
    assert (one[0], other[0]) == (one[1], other[1])
    assert one[0] != other[0]


def test_a_part_is_run_by_one_process(plant: Plant) -> None:
    folder = plant(test_a=PASSING, test_b=PASSING)
    assert run(folder)[:2] == (0, "4 passed, 0 failed, 0 skipped")
    one, other = processes(folder)
    assert len({*one, *other}) == 1


def test_files_with_a_heavy_fixture_stay_together(plant: Plant) -> None:
    fixture = f"import pytest\n@pytest.fixture(scope='session')\ndef {HEAVY[0]}(): pass\n"
    heavy = MEETING.replace("_one()", f"_one({HEAVY[0]})")
    folder = plant(conftest=fixture, test_a=heavy, test_b=heavy, test_c=MEETING)
    assert run(LANES, folder)[:2] == (0, "6 passed, 0 failed, 0 skipped")
    one, other, apart = processes(folder)
    assert len({*one, *other}) == 1
    assert {*one}.isdisjoint(apart)


def test_the_heavy_fixtures_are_there() -> None:
    made = re.compile(r'@pytest\.fixture\(scope="\w+"\)\ndef (\w+)\(')
    found = {
        name
        for file in (ROOT / "tests").rglob("*.py")
        for name in made.findall(file.read_text("utf-8"))
    }
    assert found.issuperset(HEAVY)


def test_what_is_asked_last_knows_what_all_lanes_noted(plant: Plant) -> None:
    folder = plant(conftest=NOTES, test_0=ASKING, test_a=NOTING, test_b=NOTING)
    assert run(LANES, folder)[:2] == (0, "5 passed, 0 failed, 0 skipped")


def test_control_what_no_lane_noted_is_missed(plant: Plant) -> None:
    silent = NOTING.replace("NOTED.append(__name__)", "pass")
    folder = plant(conftest=NOTES, test_0=ASKING, test_a=NOTING, test_b=silent)
    assert run(LANES, folder)[:2] == (1, "4 passed, 1 failed, 0 skipped")


def test_a_failing_test_and_an_error_around_one_are_failures(plant: Plant) -> None:
    failing = "def test_wrong(): assert 1 == 2\ndef test_none(nobody): pass\n"
    status, last, said = run(LANES, plant(test_a=PASSING, test_b=failing))
    assert (status, last) == (1, "2 passed, 2 failed, 0 skipped")
    assert "assert 1 == 2" in said


@pytest.mark.parametrize("crash", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_lane_that_breaks_off_is_a_failure(plant: Plant, crash: str) -> None:
    """Also where its end looks good."""
    folder = plant(test_a=PASSING, test_b=f"import os\ndef test_end(): {crash}\n")
    status, last, said = run(LANES, folder)
    assert status == 1
    assert re.fullmatch(r"\d passed, [1-9] failed, 0 skipped", last)
    assert "a lane did not come to its end" in said


@pytest.mark.parametrize("wrong", ["import nothing_of_this_name\n", "NOTHING = 'no test'\n"])
def test_what_is_not_collected_is_a_failure(plant: Plant, wrong: str) -> None:
    status, last, _said = run(LANES, plant(test_a=wrong))
    assert status == 1
    assert re.fullmatch(r"0 passed, [1-9]\d* failed, 0 skipped", last)


def test_a_lane_that_is_stuck_is_ended_and_tells_where_it_was(
    plant: Plant, tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    stuck = "import time\ndef test_waiting(): time.sleep(500)\n"
    folder = plant(test_a=PASSING, test_b=stuck)
    counts = counted_in_lanes(tmp_path_factory.mktemp("lanes"), [str(folder)], 5.0)
    assert (counts.passed, counts.failed > 0) == (2, True)
    said = capsys.readouterr().out
    assert re.search(r"lane \d is stuck in \S*test_b\.py::test_waiting\n", said)
    assert "test_b.py:2: KeyboardInterrupt" in said


@pytest.mark.parametrize(
    ("ran", "faults"),
    [
        ((["a", "b"], ["c"]), []),
        ((["a"], ["c"]), ["not run once by the lanes together: b"]),
        ((["a", "b"], ["b", "c"]), ["not run once by the lanes together: b"]),
    ],
)
def test_every_test_runs_in_one_lane_once(
    tmp_path: Path, ran: tuple[list[str], ...], faults: list[str]
) -> None:
    files = [tmp_path / f"{number}.ran" for number in range(NUMBER)]
    for file, names in zip(files, ran, strict=True):
        file.write_text(json.dumps({"collected": ["a", "b", "c"], "ran": names}), "utf-8")
    assert faults_of(files) == faults


def test_lanes_that_collect_different_tests_are_noticed(tmp_path: Path) -> None:
    files = [tmp_path / "1.ran", tmp_path / "2.ran"]
    for file, name in zip(files, "ab", strict=True):
        file.write_text(json.dumps({"collected": [name], "ran": [name]}), "utf-8")
    told = "not collected alike by the lanes"
    assert faults_of(files) == [f"{told}: a", f"{told}: b"]
    assert Counts(1, 0, 2) + Counts(3, 4, 0) == Counts(4, 4, 2)
