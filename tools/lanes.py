"""One of several processes that share a whole run of the tests: what it takes, leaves and ends with.

Each lane collects all tests, so that in each of them the run is whole. It takes the next files
that no other has taken, until none are left. Whoever ends last knows what all have noted and asks
the tests marked ``last``.
"""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

HEAVY = ("scenario_database", "desk", "built", "both")
"""Fixtures that take long to make: files that share one go to one lane, before all others."""

Items = list[pytest.Item]
Units = dict[str, Items]


class Hooks:
    """What the tests themselves keep of a run and must know of the other lanes."""

    @pytest.hookspec(firstresult=True)
    def pytest_lane_notes(self) -> Any:  # noqa: ANN401 - anything that JSON can hold
        """What was noted in this lane."""

    @pytest.hookspec
    def pytest_lane_joined(self, notes: Any) -> None:  # noqa: ANN401 - as above
        """Take over what another lane has noted."""


def unit_of(items: Items) -> str:
    """The heavy fixture that tests of one file use, or else the file."""
    used = {name for item in items for name in item.fixturenames}  # type: ignore[attr-defined]
    return next((name for name in HEAVY if name in used), items[0].nodeid.split("::")[0])


def units(items: Items) -> Units:
    """The tests by what is taken in one piece: the heavy ones first, then file by file."""
    files: dict[Path, Items] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    found: Units = {name: [] for name in HEAVY}
    for held in files.values():
        found.setdefault(unit_of(held), []).extend(held)
    return {name: held for name, held in found.items() if held}


def _run(session: pytest.Session, items: Items, after: pytest.Item | None) -> None:
    """Run tests; each knows the one behind it, so that fixtures end in time."""
    for item, following in zip(items, [*items[1:], after], strict=False):
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)


@dataclass(eq=False)
class Lane:
    """A pytest plugin: runs what this lane takes; the lanes know each other by a folder."""

    number: int
    lanes: int
    folder: Path
    ran: list[str] = field(default_factory=list)

    def pytest_addhooks(self, pluginmanager: pytest.PytestPluginManager) -> None:
        """Let the tests tell what they note."""
        pluginmanager.add_hookspecs(Hooks)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Leave word of where this lane is, for the case that it does not come back."""
        (self.folder / f"{self.number}.at").write_text(nodeid, encoding="utf-8")

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Remember what ran here."""
        self.ran.append(nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run what no other lane runs, and in the last lane what is asked last."""
        if session.testsfailed:
            raise session.Interrupted(f"{session.testsfailed} errors during collection")
        last = [item for item in session.items if item.get_closest_marker("last")]
        asked = set(last)
        self._run_units(session, units([item for item in session.items if item not in asked]), last)
        if self._is_the_last(session):
            _run(session, last, None)
        self._leave(session)
        return True

    def _run_units(self, session: pytest.Session, all_units: Units, last: Items) -> None:
        """Run unit after unit. Before the last test of one the next is taken, since a fixture
        is kept until a test is followed by one that does not use it."""
        taken = ((name, items) for name, items in all_units.items() if self._claim(name))
        unit = next(taken, None)
        while unit is not None:
            name, items = unit
            begun = time.monotonic()
            _run(session, items[:-1], items[-1])
            unit = next(taken, None)
            following = unit[1] if unit else last
            _run(session, items[-1:], following[0] if following else None)
            seconds = time.monotonic() - begun
            self._tell(f"lane {self.number}: {seconds:4.0f} s, {len(items):4} tests, {name}")

    def _claim(self, name: str) -> bool:
        """Whether nobody has claimed it before: a file can be made but once."""
        try:
            (self.folder / f"{quote(name, safe='')}.taken").touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _tell(self, line: str) -> None:
        with (self.folder / "progress").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def _is_the_last(self, session: pytest.Session) -> bool:
        """Leave the notes of this lane; whoever then finds those of all is the last, once."""
        notes = session.config.hook.pytest_lane_notes()
        aside = self.folder / f"{self.number}.new"
        aside.write_text(json.dumps(notes), encoding="utf-8")
        aside.rename(self.folder / f"{self.number}.notes")
        found = sorted(self.folder.glob("*.notes"))
        if len(found) < self.lanes or not self._claim("last"):
            return False
        for file in found:
            told = json.loads(file.read_text(encoding="utf-8"))
            session.config.hook.pytest_lane_joined(notes=told)
        return True

    def _leave(self, session: pytest.Session) -> None:
        told = {"collected": [item.nodeid for item in session.items], "ran": self.ran}
        (self.folder / f"{self.number}.ran").write_text(json.dumps(told), encoding="utf-8")
