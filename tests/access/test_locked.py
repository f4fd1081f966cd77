"""Locked texts: no free text stands open, a dump tells none, and wrong keys lose nothing."""

# ruff: noqa: S608 - statements are made of the names of our own tables

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as configured
from django.db import connections, models, transaction
from pytest_django import Settings

from kamkor.cases.models import Identification, Need, Report, Reporter, ReportTold
from kamkor.kernel import keys
from kamkor.kernel.keys import STORE, KeysUnusable
from kamkor.kernel.locked import LockedText, locked_in, texts_of
from kamkor.kernel.models import Fact
from tests.cast import Cast
from tests.doors.desk import Desk
from tests.factories import a_report, identified

# Columns of text in the tables of cases that no narrative stands in, and why.
OPEN = {
    **dict.fromkeys(
        ("kind", "reason", "ground", "decider", "sleeps_at", "source", "worry"), "a code"
    ),
    **dict.fromkeys(("register", "state", "main_ground", "risk_level", "decision"), "a code"),
    **dict.fromkeys(("seen", "not_seen_reason", "conditions", "parents_contact"), "a code"),
    **dict.fromkeys(("for_role", "correction_reason", "form", "encoding", "separator"), "a code"),
    "refusal": "the code of a refusal",
    "district": "the code of a place",
    "moved_to": "the code of a place",
    "act": "a code",
    "what": "a code: what is missing",
    "number": "a number that is read out",
    "receipt_digest": "a digest",
    "sort_key": "the name, for sorting: identity, kept in people and blanked with it",
    "turn": "the order in which rows of a file are written; gone when they are",
    "file_name": "the name of a file that was loaded, as whoever loaded it called it",
    "area": "which streets a round went through: counts, and nobody by name",
}


def free_texts(tables: list[type[models.Model]]) -> dict[str, str]:
    """The columns of open text in these tables, by table and name."""
    return {
        f"{table.__name__}.{field.name}": field.name
        for table in tables
        for field in table._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
    }


def of_cases() -> list[type[models.Model]]:
    found = apps.get_app_config("kamkor").get_models()
    return [one for one in found if one.__module__.startswith("kamkor.cases.")]


def test_every_free_text_of_a_case_is_locked_or_listed_with_its_reason() -> None:
    found = free_texts(of_cases())
    assert sorted(column for column, name in found.items() if name not in OPEN) == []
    assert set(OPEN) <= set(found.values()), "a reason for a column that is not there"


def test_control_a_narrative_that_stands_open_is_found() -> None:
    class PlantedTalk(Fact):
        told = models.TextField()

        class Meta:
            app_label = "planted"

    assert [name for name in free_texts([PlantedTalk]).values() if name not in OPEN] == ["told"]


TOLD = {
    "seen_or_said": "Канарейка сүйлөдү",
    "reporter_name": "Kanarei Kanareeva",
    "callback": "+996700123456",
    "safe_contact": "Канарейка эшиги",
}


@pytest.fixture
def reported(cast: Cast) -> str:
    """A report that somebody gave a name with."""
    return str(cast.aigul.do("receive_report", **a_report(**TOLD))["report"])


def dumped() -> Iterator[tuple[str, str]]:
    """Every row of every table as its owner reads it, and as a dump holds it."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{name}" t')
            yield from ((name, row) for (row,) in cursor.fetchall())


def test_a_dump_tells_nothing_of_what_was_told(committed_cast: Cast) -> None:
    cast = committed_cast
    cast.aigul.do("receive_report", **a_report(**TOLD))
    identified(cast, difficulty="Канарейка үйдө жалгыз")
    told = {*TOLD.values(), "Канарейка", "Kanareeva", "700123456", "жалгыз"}
    rows = list(dumped())
    assert any(name == "kamkor_reporter" for name, _ in rows)
    hidden = told | {one.encode().hex() for one in told}
    assert [(name, one) for name, row in rows for one in hidden if one in row] == []


def test_control_a_dump_shows_what_stands_open(committed_cast: Cast) -> None:
    identified(committed_cast, given_name="Канарбек")
    assert {"kamkor_personname"} <= {name for name, row in dumped() if "Канарбек" in row}


def test_what_was_told_is_read_where_it_is_shown(cast: Cast, reported: str) -> None:
    with cast.bakyt.inside():
        report = Report.objects.get(id=reported)
        reporter = Reporter.objects.get(report=report)
        assert report.seen_or_said == ReportTold.objects.get(report=report).seen_or_said
        assert report.seen_or_said == TOLD["seen_or_said"]
        assert (reporter.name, reporter.telephone) == (TOLD["reporter_name"], TOLD["callback"])
        assert Report.objects.only("state").get(id=reported).place == a_report()["place"]


def test_a_row_holds_its_texts_locked_until_somebody_looks(cast: Cast, reported: str) -> None:
    """In memory too: of what a page reads only what it shows is opened."""
    with cast.bakyt.inside():
        report = Report.objects.get(id=reported)
        held = bytes(report.__dict__["seen_or_said"])
        assert TOLD["seen_or_said"].encode() not in held
        assert report.seen_or_said == TOLD["seen_or_said"]
        assert Report.objects.get(id=reported).__dict__["seen_or_said"] != TOLD["seen_or_said"]


def raw(table: str, column: str, key: str, value: Any = None) -> Any:  # noqa: ANN401 - bytes, or nothing
    """The bytes of a column, as nobody but the owner changes them."""
    with connections["default"].cursor() as cursor:
        if value is not None:
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s", [value, key])
            return None
        cursor.execute(f"SELECT {column} FROM {table} WHERE id = %s", [key])
        return bytes(cursor.fetchone()[0])


def test_a_text_carried_to_another_record_does_not_open(cast: Cast, reported: str) -> None:
    other = str(cast.aigul.do("receive_report", **a_report())["report"])
    with cast.bakyt.inside():
        raw("kamkor_report", "place", other, raw("kamkor_report", "place", reported))
        with pytest.raises(KeysUnusable):
            Report.objects.get(id=other).place  # noqa: B018 - reading it is the test
        raw("kamkor_report", "place", reported, raw("kamkor_report", "seen_or_said", reported))
        with pytest.raises(KeysUnusable):
            Report.objects.get(id=reported).place  # noqa: B018 - reading it is the test


def test_no_statement_changes_or_finds_a_locked_text(cast: Cast, reported: str) -> None:
    with cast.bakyt.inside():
        one = Report.objects.get(id=reported)
        with pytest.raises(TypeError), transaction.atomic():
            Report.objects.filter(id=reported).update(place="x")
        with pytest.raises(TypeError):
            Report.objects.filter(place="x").count()
        assert Report.objects.filter(id=reported).update(**locked_in(one, {"place": "x"})) == 1
        assert Report.objects.get(id=reported).place == "x"


def test_an_empty_text_stands_empty(cast: Cast) -> None:
    told = str(cast.aigul.do("receive_report", **a_report())["report"])
    with cast.bakyt.inside():
        assert raw("kamkor_report", "safe_contact", told) == b""
        assert Report.objects.get(id=told).safe_contact == ""


def test_a_text_whose_key_was_taken_away_reads_as_empty(
    cast: Cast, reported: str, other_store: Path
) -> None:
    with cast.bakyt.inside():
        one = Report.objects.get(id=reported)
        keys.take_away([one.pk])
        assert [getattr(one, text.name) for text in texts_of(Report)] == ["", "", ""]


@pytest.fixture
def other_store(tmp_path: Path, settings: Settings) -> Path:
    """A copy of the store, to be changed by a test."""
    copy = tmp_path / "keys"
    copy.mkdir(mode=0o700)
    shutil.copy(Path(configured.KAMKOR_KEYS) / STORE, copy / STORE)
    settings.KAMKOR_KEYS = copy
    return copy / STORE


@pytest.mark.parametrize("wrong", ["lost", "other", "damaged"])
def test_with_wrong_keys_all_is_told_and_nothing_shown_or_lost(
    cast: Cast, reported: str, other_store: Path, wrong: str
) -> None:
    right = other_store.read_bytes()
    other_store.unlink()
    if wrong == "other":
        keys.make_store()
    if wrong == "damaged":
        other_store.write_bytes(right[: len(right) // 2])
    desk = Desk("bakyt", cast.time)
    page = desk.open(f"/reports/{reported}/")
    assert (page.status, page.refusals) == (503, ["keys_unusable"])
    assert "Nothing is lost" in page.text
    assert [one for one in TOLD.values() if one in page.text] == []
    form = {"id": str(Need._meta.pk.get_default()), "command": "receive_report", "data": a_report()}
    answer = desk.client.post("/commands/", form, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "keys_unusable")
    other_store.write_bytes(right)
    page = desk.open(f"/reports/{reported}/")
    assert page.status == 200
    assert TOLD["seen_or_said"] in page.text
    with cast.bakyt.inside():
        assert Report.objects.count() == 1


def test_keys_that_the_database_does_not_know_lock_nothing(cast: Cast, other_store: Path) -> None:
    """A version that was added and never told to the database would be lost with the next copy."""
    keys.add_version(lambda _: None)
    with pytest.raises(KeysUnusable):
        identified(cast)
    with cast.aigul.inside():
        assert Identification.objects.count() == 0


def test_every_locked_column_names_a_subject() -> None:
    """Its own id, or a column that refers to a case, a report or a home, and never moves."""
    of = {f"{table.__name__}.{text.of}" for table in of_cases() for text in texts_of(table)}
    fields = {
        f"{table.__name__}.{field.attname}"
        for table in of_cases()
        for field in table._meta.concrete_fields
        if isinstance(field, models.UUIDField | models.ForeignKey)
    }
    assert of <= fields
    assert isinstance(Report._meta.get_field("place"), LockedText)
