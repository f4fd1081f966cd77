"""Prints and operations give equal tables: 300 children, every kind of life among them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from uuid import UUID

import pytest
from django.core.management import call_command
from pytest_django.plugin import DjangoDbBlocker

from kamkor.cases.operations.report import receipt_code, receipt_digest
from kamkor.demo.days import at
from kamkor.kernel.commands import Command
from kamkor.kernel.database import repeating_statements
from kamkor.kernel.digests import content_of, digest_of
from kamkor.kernel.provision import create_database, drop_database
from kamkor.kernel.server_facts import ServerFacts
from kamkor.synth.building import Copier, engraved
from kamkor.synth.choosing import Choice, Engraved
from kamkor.synth.country import build_country
from kamkor.synth.lives import Lived, kinds
from kamkor.synth.playing import play
from kamkor.synth.press import Press
from kamkor.synth.sizes import SIZES
from kamkor.synth.tables import Rows, Table, empty, life_tables, read_all
from tests.conftest import connected_to
from tests.synth.comparing import ID, canonical, labels_of

NOW = at(date(2026, 11, 22), 0)
SEED = 7
CHILDREN = 300
NAME = "kamkor_synth_equal"


@dataclass(frozen=True)
class Both:
    """The rows of the same lives, printed and carried out, with the commands of the latter."""

    tables: list[Table]
    lives: list[tuple[Engraved, Lived]]
    printed: dict[str, Rows]
    played: dict[str, Rows]
    commands: list[Command]


def _of_every_kind(choice: Choice, plates: list[Engraved]) -> list[tuple[Engraved, Lived]]:
    """Lives as they are chosen, those first of which there is none yet, until there are enough."""
    chosen: list[tuple[Engraved, Lived]] = []
    seen: set[str] = set()
    spare = []
    for one, lived, _ in choice.lives():
        if one.kind.name in seen:
            spare.append((one, lived))
        else:
            chosen.append((one, lived))
            seen.add(one.kind.name)
    assert seen == {one.kind.name for one in plates}
    Random(SEED).shuffle(spare)
    while sum(_children(lived) for _, lived in chosen) < CHILDREN:
        chosen.append(spare.pop())
    return chosen


def _children(lived: Lived) -> int:
    return len(lived.people.children) + len(lived.people.siblings)


@pytest.fixture(scope="module")
def both(house: ServerFacts, django_db_blocker: DjangoDbBlocker) -> Iterator[Both]:
    """Lives printed and carried out, one after the other, in a database of their own."""
    create_database(house, NAME)
    with connected_to(house, django_db_blocker, NAME):
        call_command("migrate", database="owner", verbosity=0)
        size = replace(SIZES["small"], cases=1_500, people=3_600, caseload=60)
        country = build_country(SEED, size.workers, None)
        tables = life_tables()
        plates = engraved(SEED, country, kinds(1), NOW, tables, lambda *_: None)
        choice = Choice(size, SEED, country, plates, NOW)
        lives = _of_every_kind(choice, plates)
        printed = _printed(lives, tables)
        empty(printed)
        commands = []
        with repeating_statements():
            for one, lived in lives:
                commands += play(one.kind, lived)
        yield Both(tables, lives, printed, read_all(tables), commands)
    drop_database(house, NAME)


def _printed(lives: list[tuple[Engraved, Lived]], tables: list[Table]) -> dict[str, Rows]:
    press, copier, random = Press(NOW), Copier(tables), Random(SEED)
    for one, lived in lives:
        press.print(one.plate, lived, random)
    copier.put(press.taken())
    copier.wait()
    return read_all(tables)


def test_all_tables_are_equal_but_for_ids(both: Both) -> None:
    printed = canonical(both.tables, both.printed, labels_of(both.tables, both.printed))
    played = canonical(both.tables, both.played, labels_of(both.tables, both.played))
    assert sum(printed["kamkor_case"].values()) > 120
    for table in both.tables:
        missing = played[table.name] - printed[table.name]
        strange = printed[table.name] - played[table.name]
        assert (missing, strange) == ({}, {}), table.name


def test_a_wrong_day_or_word_would_be_noticed(both: Both) -> None:
    told = canonical(both.tables, both.printed, labels_of(both.tables, both.printed))
    for name, column in (("kamkor_task", "due_at"), ("kamkor_nametoken", "token")):
        (table,) = (one for one in both.tables if one.name == name)
        place = table.columns.index(column)
        first, *rest = both.printed[name]
        wrong = {**both.printed, name: [(*first[:place], "2017", *first[place + 1 :]), *rest]}
        assert canonical(both.tables, wrong, labels_of(both.tables, wrong))[name] != told[name]


def test_each_digest_is_that_of_the_command_that_was_printed(both: Both) -> None:
    """So that whoever sends the command of a print again is answered as a duplicate."""
    (journal,) = (one for one in both.tables if one.name == "kamkor_journalentry")
    command, digest = journal.columns.index("command"), journal.columns.index("digest")
    printed = {str(row[command]): row[digest] for row in both.printed[journal.name]}
    ids = {label: one for one, label in labels_of(both.tables, both.printed).items()}
    labels = labels_of(both.tables, both.played)
    assert len(both.commands) > 500
    for one in both.commands:
        content = ID.sub(lambda found: ids[labels[found[0]]], content_of(one.operation, one.data))
        assert printed[ids[labels[str(one.id)]]] == str(digest_of(content)), one.operation


def test_numbers_are_drawn_once_and_receipts_are_those_of_their_reports(both: Both) -> None:
    by_name = {one.name: one for one in both.tables}
    number = by_name["kamkor_case"].columns.index("number")
    numbers = [row[number] for row in both.printed["kamkor_case"]]
    assert len(set(numbers)) == len(numbers)
    columns = by_name["kamkor_report"].columns
    for row in both.printed["kamkor_report"]:
        code = receipt_code(UUID(str(row[columns.index("id")])))
        assert row[columns.index("receipt_digest")] == receipt_digest(code)
