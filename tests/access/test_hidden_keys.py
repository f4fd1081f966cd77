"""What the database keeps unique, and what refers to what, gives no sign of rows that are hidden.

Constraints do not ask who is looking: a clash, or a reference that is accepted, tells that a row is
there. So each hangs on an id that nobody can guess, or is listed here with what makes it safe.
"""

import re

import pytest
from django.db import connections
from pydantic.fields import FieldInfo

import kamkor.cases.operations
import kamkor.workforce.operations  # noqa: F401 - makes every operation known
from kamkor.kernel.commands import Operation
from tests.access import catalogue
from tests.access.catalogue import asked
from tests.cast import Cast
from tests.factories import NOOKEN, a_child

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

UNIQUE = """
SELECT i.relname, c.relname, (SELECT array_agg(format_type(a.atttypid, NULL)::text)
    FROM unnest(x.indkey) k JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k)
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
WHERE c.relrowsecurity AND (x.indisunique OR x.indisexclusion) ORDER BY 1
"""
REFERRING = """
SELECT s.conname, (SELECT array_agg(format_type(a.atttypid, NULL)::text)
    FROM unnest(s.conkey) k JOIN pg_attribute a ON a.attrelid = s.conrelid AND a.attnum = k)
FROM pg_constraint s JOIN pg_class c ON c.oid = s.confrelid
WHERE s.contype = 'f' AND c.relrowsecurity ORDER BY 1
"""
# Unique without an id: what makes each safe is shown below.
DRAWN = {
    "case_by_number": "drawn by the server, typed into no command",
    "report_by_receipt": "a keyed digest of the report's id, made by the server",
    "kamkor_stagedrow_pkey": "counted by the database, typed by nobody",
}
REFERS = "CONSTRAINT planted REFERENCES kamkor_case (number)"
MADE_BY_SERVER = {"number", "receipt", "receipt_digest", "receipt_code", "sort_key", "team"}


def guessable(question: str) -> list[str]:
    """The constraints of protected tables that hang on no id."""
    return [name for name, *_, kinds in asked(question) if "uuid" not in kinds]


def test_what_is_unique_hangs_on_an_id_that_nobody_guesses() -> None:
    assert len(asked(UNIQUE)) > 40
    assert guessable(UNIQUE) == sorted(DRAWN)


def test_what_refers_to_a_protected_row_does_so_by_such_an_id() -> None:
    assert len(asked(REFERRING)) > 40
    assert guessable(REFERRING) == []


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("CREATE UNIQUE INDEX planted ON kamkor_person (pin)", UNIQUE),
        (f"CREATE TABLE planted (number varchar(16) {REFERS})", REFERRING),
    ],
)
def test_the_check_notices(monkeypatch: pytest.MonkeyPatch, statement: str, question: str) -> None:
    monkeypatch.setattr(catalogue, "connection", connections["owner"])
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
    assert "planted" in guessable(question)


def test_no_command_carries_what_the_server_draws() -> None:
    fields: dict[str, FieldInfo] = {}
    for one in Operation.registry.values():
        fields |= one.shape.model_fields
    assert len(fields) > 60
    assert not MADE_BY_SERVER & set(fields)


def test_a_number_of_ones_own_is_given_where_a_hidden_one_stands(cast: Cast) -> None:
    """A personal number may stand twice: whoever types a hidden child's is told what is told to
    whoever types one that nobody bears."""
    pins = ("21503201512345", "20904201554321")
    cast.aigul.do("identify_child", **a_child(cast.today, pin=pins[0]))
    answers = [
        cast.cholpon.answer(
            "identify_child",
            **a_child(cast.today, pin=pin, territory=NOOKEN, given_name=name, place=name),
        )
        for pin, name in zip(pins, ("Нур", "Эл"), strict=True)
    ]
    assert [one.refusal for one in answers] == [None, None]
    hidden, nobodys = (one.answer for one in answers)
    assert hidden.keys() == nobodys.keys()
    same = [key for key in hidden if not _is_new(hidden[key])]
    assert [hidden[key] for key in same] == [nobodys[key] for key in same]


def _is_new(value: object) -> bool:
    """Whether a value of an answer names what was just made."""
    return isinstance(value, str) and bool(re.fullmatch(r"[0-9a-f-]{36}|[A-Z]-.*", value))
