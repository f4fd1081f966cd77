"""The ledger of OWASP ASVS 5.0.0: every requirement once, and what it rests on is there and ran."""

import csv
import re
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from kamkor.kernel.service import DUTIES
from tests.architecture.tree import ROOT

LEDGER = ROOT / "docs" / "asvs.csv"
COLUMNS = ["id", "level", "words", "state", "evidence"]
# How many requirements each section of the standard has, written down apart from the ledger.
SECTIONS = {
    "V1": (2, 10, 12, 3, 3),
    "V2": (3, 3, 5, 2),
    "V3": (1, 3, 5, 8, 8, 1, 5),
    "V4": (5, 5, 2, 4),
    "V5": (1, 6, 3, 3),
    "V6": (3, 12, 8, 6, 8, 4, 2, 4),
    "V7": (3, 4, 2, 5, 3, 2),
    "V8": (4, 4, 3, 2),
    "V9": (3, 4),
    "V10": (2, 3, 5, 16, 5, 2, 3),
    "V11": (4, 5, 5, 4, 2, 2, 2),
    "V12": (5, 2, 5),
    "V13": (4, 6, 4, 7),
    "V14": (2, 8, 3),
    "V15": (5, 5, 7, 4),
    "V16": (1, 5, 4, 3, 4),
    "V17": (2, 8, 2),
}
LEVELS = {"1": 70, "2": 183, "3": 92}
STATES = ("test", "document", "deployer", "not-applicable", "open")

Row = dict[str, str]


def ledger() -> list[Row]:
    """The rows as they are written."""
    with LEDGER.open(encoding="utf-8", newline="") as file:
        read = csv.DictReader(file)
        rows = list(read)
        assert read.fieldnames == COLUMNS
    return rows


def closed_list() -> list[str]:
    """Every id of the standard, in its order."""
    return [
        f"{chapter}.{section}.{number}"
        for chapter, sizes in SECTIONS.items()
        for section, size in enumerate(sizes, 1)
        for number in range(1, size + 1)
    ]


def anchors(page: Path) -> set[str]:
    """The places of a page that a link can lead to."""
    heads = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in heads}


def faults_of(row: Mapping[str, str], root: Path, codes: Collection[str]) -> list[str]:
    """What is wrong with a row: its state, or what it rests on."""
    state, evidence = row["state"], row["evidence"]
    if state not in STATES or not row["words"] or not evidence:
        return [f"{row['id']}: state, words or evidence is missing"]
    if state == "test":
        file, _, name = evidence.partition("::")
        path = root / file
        held = path.read_text("utf-8") if path.is_file() else ""
        return (
            [] if re.search(rf"(?m)^def {name}\(", held) else [f"{row['id']}: no test {evidence}"]
        )
    if state == "document" or (state == "deployer" and evidence not in codes):
        file, _, place = evidence.partition("#")
        path = root / file
        there = path.is_file() and (not place or place in anchors(path))
        return [] if there else [f"{row['id']}: no place {evidence}"]
    return []


def test_every_requirement_of_the_standard_stands_once_in_order() -> None:
    rows = ledger()
    assert [row["id"] for row in rows] == closed_list()
    assert Counter(row["level"] for row in rows) == LEVELS


def test_what_each_row_rests_on_is_there() -> None:
    codes = {duty.code for duty in DUTIES}
    assert [fault for row in ledger() for fault in faults_of(row, ROOT, codes)] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "fine", "evidence": "docs/operate.md"},
        {"state": "open", "evidence": ""},
        {"state": "test", "evidence": "tests/architecture/test_asvs.py::test_of_the_moon"},
        {"state": "document", "evidence": "docs/operate.md#the-moon"},
        {"state": "deployer", "evidence": "moon"},
    ],
)
def test_control_a_row_that_rests_on_nothing_is_found(wrong: Row) -> None:
    assert len(faults_of({"id": "V1.1.1", "words": "a"} | wrong, ROOT, {"debug"})) == 1


def test_the_threat_model_tells_the_numbers() -> None:
    """How many rows are not met stands where people read it."""
    held = Counter(row["state"] for row in ledger())
    told = ", ".join(f"{held[state]} {state.replace('-', ' ')}" for state in STATES)
    assert told in (ROOT / "docs" / "threat-model.md").read_text("utf-8")


@pytest.mark.last
def test_the_tests_that_are_named_ran(request: pytest.FixtureRequest) -> None:
    """In a run of all tests none of them is left out, skipped or waiting for a slow day."""
    items = request.session.items
    files = {item.path for item in items}
    named = {row["evidence"] for row in ledger() if row["state"] == "test"}
    run = {
        item.nodeid.split("[")[0]
        for item in items
        if not item.get_closest_marker("skip") and not item.get_closest_marker("skipif")
    }
    left_out = sorted(one for one in named if one not in run and ROOT / one.split("::")[0] in files)
    picked = request.config.getoption("keyword") or any("::" in one for one in request.config.args)
    assert picked or left_out == []
