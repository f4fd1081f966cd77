"""Register files as a department might have them, all of them invented."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kamkor.access.rules import Viewer
from kamkor.cases.models import Load
from kamkor.cases.rules.loading import COLUMNS
from kamkor.exchange import loading
from kamkor.kernel import clock
from tests.cast import Player

SUZAK = "41703220000000"
Row = dict[str, str]


def entry(reference: str = "", **changed: str) -> Row:
    """An entry of one child of Suzak."""
    return {
        "register": "child",
        "event": "entry",
        "reference": reference,
        "surname": "Жоомартов",
        "given_name": "Тилек",
        "birth_date": "14.05.2012",
        "sex": "m",
        "place": SUZAK,
        "ground_main": "neglected",
        "date": "2024-03-01",
        **changed,
    }


def family(reference: str = "", **changed: str) -> Row:
    """An entry of a family of Suzak."""
    told = {"register": "family", "ground_main": "lost_housing", "birth_date": "", "sex": "f"}
    return entry(reference, **{**told, "given_name": "Бактыгүл", **changed})


def removal(reference: str, **changed: str) -> Row:
    """A removal of an entry of this reference."""
    return {
        "register": "child",
        "event": "removal",
        "reference": reference,
        "date": "2025-06-02",
        "reason": "difficulty_overcome",
        **changed,
    }


def text_of(rows: Sequence[Row], separator: str = ",", columns: Sequence[str] = COLUMNS) -> str:
    """The rows below the names of their columns."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(columns)
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return text.getvalue()


def csv_file(folder: Path, *rows: Row, encoding: str = "utf-8", separator: str = ",") -> Path:
    """A CSV file of these rows."""
    path = folder / "register.csv"
    path.write_bytes(text_of(rows, separator).encode(encoding))
    return path


class Loader:
    """One of the cast at the shell, loading files."""

    def __init__(self, player: Player) -> None:
        self.player = player

    def viewing(self) -> Viewer:
        """Who loads, read anew."""
        return self.player.viewer

    def check(self, path: Path) -> Load:
        """A load of which the file has been checked; raises what the file is refused with."""
        self.player.time.passes(minutes=2)
        with clock.clock_at(self.player.time.moment):
            load = loading.begun(self.viewing, path)
            return loading.checked(self.viewing, load, path)

    def write(self, load: Load, *, accept_good: bool = False, parts: int = 0) -> Load:
        """The load after its good rows have been written, or after so many parts."""
        with clock.clock_at(self.player.time.moment):
            steps = loading.written(self.viewing, load, accept_good=accept_good)
            for number, _ in enumerate(steps, 1):
                if number == parts:
                    break
            return loading.current(self.viewing, load.pk)

    def load(self, path: Path, *, accept_good: bool = False) -> Load:
        """The load of a whole file."""
        return self.write(self.check(path), accept_good=accept_good)

    def faults(self, path: Path) -> list[tuple[int, str, str, str]]:
        """The faults of a file: row, column, value and code."""
        load = self.check(path)
        return [
            (staged.number, column, value, code)
            for staged in load.staged.filter(good=False).order_by("number")
            for column, value, code, _ in staged.faults
        ]

    def rejected(self, load: Load) -> bytes:
        """The file of the rows that were refused."""
        with self.player.inside() as viewer:
            return loading.rejected_file(viewer, load)


def counts(load: Load) -> tuple[int, int, int]:
    """How many rows of a load were written, known before, and faulty."""
    return load.written, load.known, load.faulty


def values_of(rows: Any, *columns: str) -> list[tuple[Any, ...]]:  # noqa: ANN401 - a query
    """Some columns of rows, in their own order."""
    return sorted(rows.values_list(*columns), key=str)
