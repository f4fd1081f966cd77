"""What others find in the same fields: equal names, trigrams of PostgreSQL, Splink on DuckDB."""

import csv
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Final

import psycopg

from bench.linkage.found import Pair, Scored
from bench.linkage.written import Record
from kamkor.kernel.server_facts import ServerFacts

ROOT: Final = Path(__file__).resolve().parents[2]
ENVIRONMENT: Final = ROOT / "build" / "linkage"
REQUIREMENTS: Final = tuple(ROOT / "requirements" / name for name in ("linkage.txt", "febrl.txt"))
ALIKE: Final = 0.5
_DATABASE: Final = "postgres"
_TABLE: Final = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE TEMPORARY TABLE told (number int, name text, born date);
"""
_ALIKE: Final = """
SELECT a.number, b.number FROM told a JOIN told b ON a.born = b.born AND a.number < b.number
WHERE similarity(a.name, b.name) >= %s
"""


def exact(records: Sequence[Record]) -> list[Pair]:
    """Pairs of one surname, given name and known birth date."""
    same: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    for one in records:
        if one.birth_date:
            same[one.surname, one.given_name, one.birth_date].append(one.number)
    return [pair for numbers in same.values() for pair in combinations(sorted(numbers), 2)]


def trigrams(records: Sequence[Record], facts: ServerFacts) -> list[Pair]:
    """Pairs of one birth date whose surname and given name share half of their trigrams."""
    with psycopg.connect(**facts.administrator_arguments(_DATABASE)) as connection:
        connection.execute(_TABLE)
        with connection.cursor() as cursor:
            with cursor.copy("COPY told FROM STDIN") as copy:
                for one in records:
                    name = f"{one.surname} {one.given_name}"
                    copy.write_row((one.number, name, one.birth_date))
            cursor.execute("ANALYZE told")
            cursor.execute(_ALIKE, (ALIKE,))
            found: list[Pair] = cursor.fetchall()
        connection.rollback()
    return found


def splink(records: Sequence[Record], seed: int, *, one_place: bool = False) -> list[Scored]:
    """Pairs with Splink's weight, learnt without labels from these records.

    ``one_place`` compares the place as a whole, which makes Splink stronger than it was measured.
    """
    with tempfile.TemporaryDirectory() as folder:
        source, wanted = Path(folder) / "records.csv", Path(folder) / "pairs.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(Record._fields)
            writer.writerows(records)
        program = Path(__file__).with_name("with_splink.py")
        command = [
            str(environment() / "bin" / "python"),
            str(program),
            str(source),
            str(wanted),
            str(seed),
        ]
        command += ["place"] if one_place else []
        subprocess.run(command, check=True, capture_output=True)
        with wanted.open(encoding="utf-8", newline="") as file:
            return [
                (float(weight), (min(int(one), int(other)), max(int(one), int(other))))
                for one, other, weight in csv.reader(file)
            ]


def environment() -> Path:
    """The peers' own environment, made at the first use; of the last file nothing runs."""
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "installed.txt"
    wanted = "".join(file.read_text("utf-8") for file in REQUIREMENTS)
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
        install = [str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
        for file in REQUIREMENTS:
            subprocess.run([*install, "--no-deps", "--require-hashes", "-r", str(file)], check=True)
        stamp.write_text(wanted, "utf-8")
    return ENVIRONMENT
