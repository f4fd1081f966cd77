"""Loading is the batch form: 500 rows one by one and in bulk give equal tables; a kill in the
middle loses and doubles nothing."""

import random
from pathlib import Path

import pytest
from django.apps import apps

from kamkor.cases.models import Case, StagedRow
from kamkor.cases.operations import loading as operations
from kamkor.cases.operations.settling import standing_from_facts
from kamkor.exchange import loading
from kamkor.kernel import clock
from kamkor.kernel.commands import NotPermitted
from tests.access.references import PROTECTED
from tests.cast import Cast, rolled_back
from tests.exchange.register_files import Loader, Row, csv_file, entry, family, removal

# What two runs cannot share: ids, and what is drawn or keyed by them.
DRAWN = {"number", "digest", "answer", "command", "corrects"}


def drawn_rows(number: int, seed: int) -> list[Row]:
    """Rows with homes shared, numbers shared, violence, removals, and births hardly known."""
    draw = random.Random(seed)
    rows: list[Row] = []
    for one in range(number):
        home = f"F{draw.randrange(number // 3)}" if draw.random() < 0.4 else ""
        if draw.random() < 0.1 and home and not any(row["reference"] == home for row in rows):
            rows.append(family(home, surname=draw.choice(("Асанов", "Бакиев", "Жапаров"))))
            continue
        if draw.random() < 0.15 and one > 20:
            earlier = rows[draw.randrange(len(rows))]
            if earlier["event"] == "entry":
                reason = draw.choice(("difficulty_overcome", "died", "adopted"))
                told = {"register": earlier["register"], "reason": reason}
                rows.append(removal(earlier["reference"], **told))
                continue
        violent = draw.random() < 0.03
        rows.append(
            entry(
                str(one),
                surname=draw.choice(("Асанов", "Бакиева", "Жапаров")),
                given_name=draw.choice(("Айбек", "Нурзат", "Элнура", "Тынчтык")),
                birth_date=draw.choice(("", "2012", "2013-05", "03.04.2014")),
                pin=f"2030420141234{draw.randrange(10)}" if draw.random() < 0.3 else "",
                place=draw.choice(("41703220000000", "Suzak District", "41703220400010")),
                ground_main="witness_of_violence" if violent else "neglected",
                grounds=draw.choice(("", "orphan;out_of_school")),
                date=f"20{draw.randrange(19, 25)}-0{draw.randrange(1, 10)}-12",
                family_reference=home,
            )
        )
    return rows


def tables(cast: Cast) -> dict[str, list[tuple[str, ...]]]:
    """Every protected row the specialist sees, without ids and moments, and the order of names."""
    found: dict[str, list[tuple[str, ...]]] = {}
    with cast.bakyt.inside():
        for model in apps.get_app_config("kamkor").get_models():
            if model._meta.db_table not in PROTECTED:
                continue
            columns = [
                field.attname
                for field in model._meta.concrete_fields
                if field.get_internal_type() not in {"UUIDField", "BigAutoField"}
                and field.get_internal_type() != "DateTimeField"
                and not (field.is_relation and field.attname != "territory_id")
                and field.attname not in DRAWN
            ]
            rows = model._default_manager.values_list(*columns)
            found[model.__name__] = sorted(tuple(map(str, row)) for row in rows)
    return found


def test_500_rows_one_by_one_and_in_bulk_give_equal_tables(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bakyt = Loader(cast.bakyt)
    path = csv_file(tmp_path, *drawn_rows(500, seed=11))
    held = []
    for part in (operations.PART, 1):
        monkeypatch.setattr(operations, "PART", part)
        with rolled_back():
            load = bakyt.load(path, accept_good=True)
            assert load.written > 400
            with clock.clock_at(cast.time.moment):
                loading.compare_loaded(bakyt.viewing)
            held.append((load.written, load.known, tables(cast)))
            with cast.bakyt.inside():
                for case in Case.objects.select_related("child", "household"):
                    standing = vars(standing_from_facts(case))
                    kept = {name: value for name, value in standing.items() if hasattr(case, name)}
                    assert len(kept) > 10
                    assert kept == {name: getattr(case, name) for name in kept}
    (written, known, bulk), (written_alone, known_alone, alone) = held
    assert (written, known) == (written_alone, known_alone)
    for name, rows in bulk.items():
        assert rows == alone[name], name
    assert len(bulk["Case"]) > 300
    assert len(bulk["PersonKey"]) > len(bulk["Case"])
    assert bulk["AlikePair"] != []


def test_a_load_broken_off_goes_on_where_it_stood(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "PART", 10)
    bakyt = Loader(cast.bakyt)
    path = csv_file(tmp_path, *(entry(str(one)) for one in range(35)))
    load = bakyt.write(bakyt.check(path), parts=2)
    assert (load.state, load.written, cast.bakyt.sees(Case)) == ("writing", 20, 20)
    assert cast.bakyt.sees(StagedRow) == 15
    load = bakyt.write(load)
    assert (load.state, load.written, cast.bakyt.sees(Case)) == ("done", 35, 35)
    assert cast.bakyt.sees(StagedRow) == 0


def test_what_fails_in_a_part_leaves_nothing_of_it(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed in a part finds all of its rows staged, and none of them written."""
    bakyt = Loader(cast.bakyt)
    load = bakyt.check(csv_file(tmp_path, entry("1"), entry("2")))
    with monkeypatch.context() as broken:
        broken.setattr(operations, "_note", _killed)
        with pytest.raises(RuntimeError):
            bakyt.write(load)
    assert (cast.bakyt.sees(Case), cast.bakyt.sees(StagedRow)) == (0, 2)
    assert bakyt.write(load).written == 2


def _killed(*_any: object) -> None:
    raise RuntimeError


def test_a_load_that_was_left_is_begun_anew_without_doubling(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "PART", 10)
    bakyt, head = Loader(cast.bakyt), Loader(cast.head)
    path = csv_file(tmp_path, *(entry(str(one)) for one in range(25)))
    left = bakyt.write(bakyt.check(path), parts=1)
    with pytest.raises(operations.LoadUnderWay), clock.clock_at(cast.time.moment):
        loading.begun(head.viewing, path)
    load = head.load(path)
    assert (load.state, load.written, load.known) == ("done", 15, 10)
    left.refresh_from_db()
    assert (left.state, cast.bakyt.sees(Case)) == ("cancelled", 25)


def test_rights_are_asked_for_each_part(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "PART", 10)
    bakyt = Loader(cast.bakyt)
    load = bakyt.write(
        bakyt.check(csv_file(tmp_path, *(entry(str(one)) for one in range(15)))), parts=1
    )
    for other in (cast.aigul, cast.specialist2):
        with pytest.raises(NotPermitted), other.inside() as viewer:
            operations.write_part(viewer, load.pk)
    assert cast.bakyt.sees(Case) == 10
