"""Questions put into SQL once: whoever asks again of the same form only brings other values.

Django needs longer to put a question together than PostgreSQL to answer it. A kept question is a
plain function that makes a ``QuerySet`` for an asker; the first time, it is called with marks
where the values will stand, and what it makes is kept for this process. Rows are never kept, nor
anything of who asked first: the asker with marks is made of its shape alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS
from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Expression,
    Field,
    FloatField,
    ForeignKey,
    IntegerField,
    Lookup,
    Model,
    QuerySet,
    TextField,
    UUIDField,
)
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from psycopg.sql import Literal

from kamkor.kernel.ids import id_of_text
from kamkor.kernel.locked import LockedText, of_text
from kamkor.kernel.statement import Statement

KEPT = 500
"""How many questions a process keeps, the latest asked."""

R = TypeVar("R")
Question: TypeAlias = Callable[..., QuerySet[Any, R]]


class NotKept(TypeError):
    """A question looks into a mark, or holds a value of its own, and would go on answering so."""


class Mark:
    """Stands in a question for a value, or for several, that is told when it is asked.

    ``of_asker``: the value is the asker's, whatever else is given under that name.
    ``some``: it is known to be neither empty nor nothing.
    """

    def __init__(self, name: str, *, of_asker: bool = False, some: bool = False) -> None:
        self.name, self.of_asker, self.some = name, of_asker, some

    def resolve_expression(self, *_: object, **__: object) -> _Place:
        """Where Django writes a value, it writes a place for one."""
        return _Place(self)

    def __bool__(self) -> bool:
        """True where that is known; else what a question would decide by it were kept for all."""
        if self.some:
            return True
        raise NotKept(f"a question asks whether there is {self.name}")

    def __eq__(self, other: object) -> bool:
        """Never, for the same reason."""
        raise NotKept(f"a question compares {self.name} by itself")

    def __hash__(self) -> int:
        """Never: it would be looked for among others."""
        raise NotKept(f"a question looks for {self.name} by itself")

    def __str__(self) -> str:
        """Never: it would stand in a text for all."""
        raise NotKept(f"a question writes {self.name} into a text")


class _Place(Expression):
    """The place of a value in SQL; its mark stands among the values until it is told."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(output_field=Field())
        self.mark = mark

    @property
    def identity(self) -> tuple[Hashable, ...]:
        """Places of one value are the same where Django compares what it groups by."""
        return (_Place, self.mark.name, self.mark.of_asker)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401, ARG002 - Django's form
        """A place, and the mark."""
        return "%s", (self.mark,)


class Asker(Protocol):
    """Who asks; its values are read by their names."""

    @property
    def shape(self) -> Shape:
        """What shapes the SQL of its questions."""


class Shape(Hashable, Protocol):
    """Askers of one shape are answered by the same SQL."""

    def form(self, mark: Callable[..., Any]) -> Any:  # noqa: ANN401 - an asker of marks
        """An asker of this shape with a mark in place of each value."""


@dataclass(frozen=True)
class Anyone:
    """Asks what is the same for everybody; has no value, so is its own shape and form."""

    @property
    def shape(self) -> Anyone:
        """Itself."""
        return self

    def form(self, mark: Callable[..., Any]) -> Anyone:  # noqa: ARG002 - nothing differs
        """Itself."""
        return self


ANYONE = Anyone()


@Field.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """``column__among=values``: the same SQL for any number of values, and for a mark."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401 - Django's form
        """The column is one of the values."""
        left, values = self.process_lhs(compiler, connection)
        held = self.rhs.mark if isinstance(self.rhs, _Place) else list(self.rhs)
        return f"{left} = ANY(%s)", (*values, held)


# A moment is a day too in Django's fields: the first that fits.
_TEXTS: dict[type[Field[Any, Any]], Callable[[str], Any]] = {
    DateTimeField: datetime.fromisoformat,
    DateField: date.fromisoformat,
    UUIDField: id_of_text,
    LockedText: of_text,
}


@dataclass(frozen=True)
class _Part:
    """A question as Django writes it, with ``%s`` for each of its values."""

    text: str
    values: Sequence[Any]
    fields: Sequence[Any]
    read: Callable[[Sequence[Any]], list[Any]]

    def read_json(self, rows: Sequence[list[Any]]) -> list[Any]:
        """Rows that came as JSON, where days, moments and ids are texts."""
        for row in rows:
            for place, read in self.texts:
                if row[place] is not None:
                    row[place] = read(row[place])
        return self.read(rows)

    @cached_property
    def texts(self) -> list[tuple[int, Callable[[str], Any]]]:
        """The places of those, and what reads each."""
        return [
            (place, next(read for kind, read in _TEXTS.items() if isinstance(one, kind)))
            for place, one in enumerate(self.fields)
            if isinstance(one, tuple(_TEXTS))
        ]


@dataclass(frozen=True)
class _Statement:
    """What is sent: the SQL with names for the values to be told."""

    sent: Statement
    marks: Mapping[str, Mark]
    parts: Mapping[str, _Part]

    def answer(self, asker: Asker, given: Mapping[str, Any]) -> list[Any]:
        """The rows for this asker and what is given."""
        told = {name: _told(mark, asker, given) for name, mark in self.marks.items()}
        return self.sent.rows(told)


def asked(question: Question[R], asker: Asker, *kinds: Hashable, **given: object) -> list[R]:
    """What ``question(asker, *kinds, **given)`` answers.

    ``kinds`` shape the question; ``given`` are values. Raises ``NotKept``.
    """
    statement = _one(question, asker.shape, kinds, tuple(given))
    return statement.parts[""].read(statement.answer(asker, given)) if statement else []


def counted(question: Question[Any], asker: Asker, *kinds: Hashable, **given: object) -> int:
    """How many rows ``question(asker, *kinds, **given)`` has; raises ``NotKept``."""
    statement = _count(question, asker.shape, kinds, tuple(given))
    return int(statement.answer(asker, given)[0][0]) if statement else 0


def asked_together(
    questions: Mapping[str, Question[Any]], asker: Asker, **given: object
) -> dict[str, list[Any]]:
    """What each of these questions answers, by its name: all in one statement.

    Rows come as JSON and are read by their fields; raises ``NotKept``.
    """
    found: dict[str, list[Any]] = {name: [] for name in questions}
    statement = _together(tuple(questions.items()), asker.shape, tuple(given))
    if statement is None:
        return found
    ((answer,),) = statement.answer(asker, given)
    for (name, part), rows in zip(statement.parts.items(), answer, strict=True):
        found[name] = part.read_json(rows) if rows else []
    return found


def _told(mark: Mark, asker: Asker, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as it is held
    value = getattr(asker, mark.name) if mark.of_asker else given[mark.name]
    return list(value) if isinstance(value, tuple) else value


@lru_cache(maxsize=KEPT)
def _one(
    question: Question[Any], shape: Shape, kinds: tuple[Hashable, ...], given: tuple[str, ...]
) -> _Statement | None:
    """The statement of a question; nothing where it can have no rows."""
    part = _part(_rows(question, shape, kinds, given))
    return None if part is None else _statement(part.text, part.values, {"": part})


@lru_cache(maxsize=KEPT)
def _count(
    question: Question[Any], shape: Shape, kinds: tuple[Hashable, ...], given: tuple[str, ...]
) -> _Statement | None:
    """The statement that counts the rows of a question; nothing where it can have none."""
    rows = _rows(question, shape, kinds, given).order_by().prefetch_related(None)
    part = _part(rows.values_list("pk"))
    if part is None:
        return None
    text = f"SELECT count(*) FROM ({part.text}) rows"  # noqa: S608 - Django's own SQL
    return _statement(text, part.values, {"": part})


@lru_cache(maxsize=KEPT)
def _together(
    questions: tuple[tuple[str, Question[Any]], ...], shape: Shape, given: tuple[str, ...]
) -> _Statement | None:
    """The statement of several questions; nothing where none of them can have rows."""
    made = ((name, _part(_rows(question, shape, (), given))) for name, question in questions)
    parts = {name: part for name, part in made if part is not None}
    answers = ",\n".join(_as_json(name, part) for name, part in parts.items())
    values = [value for part in parts.values() for value in part.values]
    return _statement(f"SELECT json_build_array({answers})", values, parts) if parts else None


def _as_json(name: str, part: _Part) -> str:
    if not all(map(_comes_back, part.fields)):
        raise NotKept(f"{name} holds what does not come back from JSON as it was")
    columns = ", ".join(f"c{place}" for place in range(len(part.fields)))
    rows = f"json_agg(json_build_array({columns}))"
    return f"(SELECT {rows} FROM ({part.text}) r({columns}))"  # noqa: S608 - our own names


def _comes_back(one: Any) -> bool:  # noqa: ANN401 - any field
    if isinstance(one, ArrayField):
        return isinstance(one.base_field, _AS_IN_JSON)
    return isinstance(one, (*_AS_IN_JSON, *_TEXTS))


_AS_IN_JSON = (BooleanField, CharField, FloatField, IntegerField, TextField)


def _rows(
    question: Question[Any], shape: Shape, kinds: tuple[Hashable, ...], given: tuple[str, ...]
) -> QuerySet[Any, Any]:
    """The question put with marks, by nobody in particular."""
    asker = shape.form(lambda name, **known: Mark(name, of_asker=True, **known))
    return question(asker, *kinds, **{name: Mark(name) for name in given})


def _part(rows: QuerySet[Any, Any]) -> _Part | None:
    if rows.db != DEFAULT_DB_ALIAS:
        raise NotKept("a kept question is asked as the viewer's login")
    compiler = rows.query.get_compiler(rows.db)
    try:
        text, values = compiler.as_sql()
    except EmptyResultSet:
        return None
    fields = [one[0].output_field for one in compiler.select]
    return _Part(text, values, fields, _reader(rows, compiler))


def _statement(text: str, values: Sequence[Any], parts: Mapping[str, _Part]) -> _Statement:
    """The SQL with a name for each mark, so that one that stands there often is sent once.

    What is the same for all stands in the SQL: a plan for all can only rest on what it knows, as
    that an index of open rows alone will do.
    """
    pieces = text.split("%s")
    constants = [value for value in values if not isinstance(value, Mark)]
    if not all(isinstance(one, _CONSTANT) for value in constants for one in _each(value)):
        raise NotKept("a question holds a day, a moment or an id of its own")
    written = (f"{_written(value)}{piece}" for value, piece in zip(values, pieces[1:], strict=True))
    marks = {_name(value): value for value in values if isinstance(value, Mark)}
    return _Statement(Statement(pieces[0] + "".join(written)), marks, parts)


def _written(value: object) -> str:
    if isinstance(value, Mark):
        return f"%({_name(value)})s"
    return Literal(value).as_string(None).replace("%", "%%")


def _name(mark: Mark) -> str:
    return f"{'asker' if mark.of_asker else 'given'}_{mark.name}"


_CONSTANT = (str, int, type(None))


def _each(value: object) -> Iterator[object]:
    yield from value if isinstance(value, list | tuple) else [value]


def _reader(rows: QuerySet[Any, Any], compiler: Any) -> Callable[[Sequence[Any]], list[Any]]:  # noqa: ANN401 - Django's own
    """What makes rows of the database into those of the ``QuerySet``, as Django does."""
    if rows._prefetch_related_lookups:  # type: ignore[attr-defined]  # noqa: SLF001 - asked apart
        raise NotKept("what is fetched beside a kept question is asked for by itself")
    converters = compiler.get_converters([one[0] for one in compiler.select])
    plain = _plain(converters, compiler.connection)
    kind = rows._iterable_class  # noqa: SLF001 - tells rows from tuples
    if kind is FlatValuesListIterable:
        return lambda found: [row[0] for row in plain(found)]
    if kind is ValuesListIterable:
        return lambda found: [tuple(row) for row in plain(found)]
    if kind is not ModelIterable:
        raise NotKept("a kept question answers with rows or tuples")
    return _of_models(rows.db, compiler, plain)


def _plain(
    converters: Mapping[int, Any], connection: object
) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """What does for columns what Django does after reading; it keeps no compiler, which is large."""
    if not converters:
        return lambda found: found

    def plain(found: Sequence[Any]) -> Sequence[Any]:
        rows = [list(row) for row in found]
        for place, (steps, expression) in converters.items():
            for row in rows:
                for step in steps:
                    row[place] = step(row[place], expression, connection)
        return rows

    return plain


def _of_models(
    db: str,
    compiler: Any,  # noqa: ANN401 - as above
    plain: Callable[[Sequence[Any]], Sequence[Any]],
) -> Callable[[Sequence[Any]], list[Any]]:
    about, select = compiler.klass_info, compiler.select
    model = cast("type[Model]", about["model"])
    start, end = about["select_fields"][0], about["select_fields"][-1] + 1
    names = [one[0].target.attname for one in select[start:end]]
    beside = get_related_populators(about, select, db)  # type: ignore[call-arg]  # as of Django 6
    annotated = dict(compiler.annotation_col_map)

    def made(row: Sequence[Any]) -> Model:
        one = model.from_db(db, names, row[start:end])
        for populator in beside:
            populator.populate(row, one)
        for name, place in annotated.items():
            setattr(one, name, row[place])
        return one

    return lambda found: [made(row) for row in plain(found)]
