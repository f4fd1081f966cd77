"""Every fault of a row, each with its cell; all of a file at once; in four languages."""

from pathlib import Path

import pytest
from django.utils import translation

from kamkor.cases.rules.loading_faults import FAULTS
from tests.cast import Cast
from tests.exchange.register_files import (
    Loader,
    Row,
    counts,
    csv_file,
    entry,
    family,
    removal,
)

# The rows of a file, and the faults they have: row of the file, column, value, code.
CASES: list[tuple[list[Row], list[tuple[int, str, str, str]]]] = [
    ([entry(register="adult")], [(2, "register", "adult", "register_unknown")]),
    ([entry(event="visit")], [(2, "event", "visit", "event_unknown")]),
    ([entry(event="")], [(2, "event", "", "cell_missing")]),
    ([entry("x" * 61)], [(2, "reference", "x" * 61, "cell_too_long")]),
    ([entry(surname="", given_name="")], [(2, "surname", "", "name_empty")]),
    ([entry(surname="я" * 121)], [(2, "surname", "я" * 121, "cell_too_long")]),
    ([entry(birth_date="05/14/2012")], [(2, "birth_date", "05/14/2012", "day_unreadable")]),
    ([entry(birth_date="2031")], [(2, "birth_date", "2031", "day_to_come")]),
    (
        [entry(birth_date="2012", birth_date_precision="day")],
        [(2, "birth_date", "2012", "birth_less_exact")],
    ),
    (
        [entry(birth_date_precision="week")],
        [(2, "birth_date_precision", "week", "precision_unknown")],
    ),
    (
        [entry(birth_date="", birth_date_precision="year")],
        [(2, "birth_date", "", "cell_missing")],
    ),
    ([entry(birth_date="01.03.2006")], [(2, "birth_date", "01.03.2006", "no_child")]),
    ([entry(birth_date="2025")], [(2, "date", "2024-03-01", "day_before_birth")]),
    ([entry(sex="boy")], [(2, "sex", "boy", "sex_unknown")]),
    ([entry(pin="123")], [(2, "pin", "123", "pin_not_14_digits")]),
    ([entry(place="")], [(2, "place", "", "cell_missing")]),
    ([entry(place="Paris")], [(2, "place", "Paris", "place_not_yours")]),
    ([entry(place="41703215000000")], [(2, "place", "41703215000000", "place_not_yours")]),
    ([entry(ground_main="poor")], [(2, "ground_main", "poor", "ground_unknown")]),
    ([entry(ground_main="")], [(2, "ground_main", "", "cell_missing")]),
    (
        [entry(ground_main="in_need_of_state_protection")],
        [(2, "ground_main", "in_need_of_state_protection", "ground_unknown")],
    ),
    (
        [entry(grounds="neglected; lost_housing")],
        [(2, "grounds", "neglected; lost_housing", "ground_not_of_register")],
    ),
    ([family(ground_main="orphan")], [(2, "ground_main", "orphan", "ground_not_of_register")]),
    ([family("F", family_reference="G")], [(2, "family_reference", "G", "cell_not_used")]),
    ([entry(reason="died")], [(2, "reason", "died", "cell_not_used")]),
    ([entry(date="")], [(2, "date", "", "cell_missing")]),
    ([entry(date="03.04.2026")], [(2, "date", "03.04.2026", "day_to_come")]),
    ([entry(date="31.02.2024")], [(2, "date", "31.02.2024", "day_unreadable")]),
    (
        [entry("1"), entry("2"), entry("1", given_name="Нур")],
        [(4, "reference", "1", "reference_twice")],
    ),
    ([removal("9")], [(2, "reference", "9", "entry_not_found")]),
    ([removal("")], [(2, "reference", "", "cell_missing")]),
    (
        [removal("1"), entry("1", sex="boy")],
        [(2, "reference", "1", "entry_faulty"), (3, "sex", "boy", "sex_unknown")],
    ),
    ([entry("1"), removal("1", reason="")], [(3, "reason", "", "cell_missing")]),
    ([entry("1"), removal("1", reason="bored")], [(3, "reason", "bored", "reason_unknown")]),
    ([entry("1"), removal("1", reason="moved")], [(3, "reason", "moved", "needs_other_side")]),
    (
        [entry("1"), removal("1", date="29.02.2024")],
        [(3, "date", "2024-02-29", "before_entry")],
    ),
    (
        [entry("1"), removal("1", reason="reached_18")],
        [(3, "reason", "reached_18", "not_yet_adult")],
    ),
]
# One fault hides no other of its row, nor that a row of the same reference is faulty or missing.
AT_ONCE: list[tuple[list[Row], list[tuple[int, str, str, str]]]] = [
    (
        [entry(date="31.02.2024", ground_main="poor", grounds="lost_housing")],
        [
            (2, "date", "31.02.2024", "day_unreadable"),
            (2, "ground_main", "poor", "ground_never"),
            (2, "grounds", "lost_housing", "ground_not_of_register"),
        ],
    ),
    (
        [entry(register="adult", ground_main="poor")],
        [
            (2, "register", "adult", "register_unknown"),
            (2, "ground_main", "poor", "ground_unknown"),
        ],
    ),
    (
        [entry(birth_date="14.2012.05", birth_date_precision="week")],
        [
            (2, "birth_date_precision", "week", "precision_unknown"),
            (2, "birth_date", "14.2012.05", "day_unreadable"),
        ],
    ),
    (
        [entry(event="arrival", sex="boy"), removal("9", event="leaving", reason="bored")],
        [
            (2, "event", "arrival", "event_unknown"),
            (2, "sex", "boy", "sex_unknown"),
            (3, "event", "leaving", "event_unknown"),
            (3, "reason", "bored", "reason_unknown"),
        ],
    ),
    (
        [removal("9", date="x", reason="bored")],
        [
            (2, "date", "x", "day_unreadable"),
            (2, "reason", "bored", "reason_never"),
            (2, "reference", "9", "entry_not_found"),
        ],
    ),
    (
        [removal("9", date="x", reason="moved")],
        [
            (2, "date", "x", "day_unreadable"),
            (2, "reason", "moved", "needs_other_side"),
            (2, "reference", "9", "entry_not_found"),
        ],
    ),
    (
        [entry("1", sex="boy"), removal("1", reason="bored")],
        [
            (2, "sex", "boy", "sex_unknown"),
            (3, "reason", "bored", "reason_unknown"),
            (3, "reference", "1", "entry_faulty"),
        ],
    ),
    (
        [entry("1"), removal("1", date="29.02.2024", reason="bored")],
        [(3, "reason", "bored", "reason_unknown"), (3, "date", "2024-02-29", "before_entry")],
    ),
    (
        [entry("1"), removal("1", date="29.02.2024", reason="reached_18")],
        [
            (3, "date", "2024-02-29", "before_entry"),
            (3, "reason", "reached_18", "not_yet_adult"),
        ],
    ),
    (
        [entry("1"), entry("1", sex="boy")],
        [(3, "sex", "boy", "sex_unknown"), (3, "reference", "1", "reference_twice")],
    ),
]


def test_a_cell_beyond_the_columns_is_a_fault_and_not_dropped(cast: Cast, tmp_path: Path) -> None:
    bakyt = Loader(cast.bakyt)
    path = csv_file(tmp_path, entry("1"), entry("2"))
    first, second, third = path.read_text("utf-8").splitlines()
    path.write_text("\n".join((first, second + ",,", third + ",more,still more")), "utf-8")
    assert bakyt.faults(path) == [(3, "", "more", "cells_beyond")]


@pytest.mark.parametrize(("rows", "faults"), [*CASES, *AT_ONCE])
def test_a_fault_is_told_with_its_cell(
    cast: Cast, tmp_path: Path, rows: list[Row], faults: list[tuple[int, str, str, str]]
) -> None:
    assert Loader(cast.bakyt).faults(csv_file(tmp_path, *rows)) == faults


def test_all_faults_of_a_file_are_told_at_once_and_nothing_is_written(
    cast: Cast, tmp_path: Path
) -> None:
    bakyt = Loader(cast.bakyt)
    rows = (entry("1"), entry("2", sex="?", pin="1", date="x"), entry("3", place="?"))
    load = bakyt.check(csv_file(tmp_path, *rows))
    assert [len(row.faults) for row in bakyt.refused(load)] == [3, 1]
    assert counts(bakyt.write(load)) == (0, 0, 2)
    assert bakyt.write(load).state == "refused"


def test_the_good_rows_are_written_if_asked_and_the_others_come_back_to_be_mended(
    cast: Cast, tmp_path: Path
) -> None:
    bakyt = Loader(cast.bakyt)
    rows = (entry("1"), entry("2", surname="=1+1", sex="?"), entry("3", place="?"))
    load = bakyt.load(csv_file(tmp_path, *rows, separator=";"), accept_good=True)
    assert (load.state, *counts(load)) == ("done", 1, 0, 2)
    rejected = bakyt.rejected(load).decode("utf-8-sig")
    first, second, third = rejected.splitlines()
    assert first.startswith("fault;register;event;")
    assert second.startswith("sex: The sex cannot be read. Write f, m or x.;child;entry;2;'=1+1;")
    assert third.startswith("place: ")
    mended = tmp_path / "mended.csv"
    mended.write_text(rejected.replace(";?;", ";m;", 1).replace(";?;", ";Suzak District;"), "utf-8")
    load = bakyt.load(mended)
    assert (load.state, *counts(load)) == ("done", 2, 0, 0)


def test_what_is_wrong_with_an_entry_loaded_before(cast: Cast, tmp_path: Path) -> None:
    bakyt = Loader(cast.bakyt)
    bakyt.load(csv_file(tmp_path, entry("1"), entry("2", birth_date="")))
    faults = bakyt.faults(
        csv_file(
            tmp_path,
            removal("1", date="2024-02-29"),
            removal("2", reason="reached_18"),
        )
    )
    assert [one[3] for one in faults] == ["before_entry", "not_yet_adult"]
    late = removal("1", date="2024-02-29", reason="bored")
    faults = bakyt.faults(csv_file(tmp_path, late))
    assert [one[3] for one in faults] == ["reason_unknown", "before_entry"]


@pytest.mark.parametrize("language", ["ky", "ru", "kk", "en"])
def test_every_fault_has_its_words(language: str) -> None:
    with translation.override(language):
        words = {translation.gettext(text) for pair in FAULTS.values() for text in pair}
    assert len(words) == len({text for pair in FAULTS.values() for text in pair})
