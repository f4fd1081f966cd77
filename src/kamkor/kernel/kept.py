"""Questions put into SQL once: whoever asks again of the same form only brings other values.

Django needs longer to put a question together than PostgreSQL to answer it. A kept question is a
plain function that makes a ``QuerySet`` for an asker; the first time, it is called with marks
where the values will stand, and what it makes is kept for this process. Rows are never kept.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, Protocol, Self, TypeVar, cast
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import (
    DateField,
    Expression,
    Field,
    ForeignKey,
    Lookup,
    Model,
    QuerySet,
    UUIDField,
)
from django.db.models.query import FlatValuesListIterable, ModelIterable, get_related_populators

KEPT = 1000
"""How many questions a process keeps, the latest asked."""

R = TypeVar("R")


class Asker(Protocol):
    """Who asks: what shapes a question's SQL, and the same asker with marks for all the rest."""

    @property
    def shape(self) -> Hashable:
        """Askers of one shape are answered by the same SQL."""

    def form(self, mark: Callable[[str], Any]) -> Self:
        """The asker with a mark in place of each value that differs within its shape."""


@dataclass(frozen=True)
class Anyone:
    """Asks what is the same for everybody."""

    shape = ()

    def form(self, mark: Callable[[str], Any]) -> "Anyone":  # noqa: ARG002 - nothing differs
        """Itself."""
        return self


ANYONE = Anyone()


class Given(Expression):
    """A mark: stands in a question for a value, or for several, that is told when it is asked."""

    def __init__(self, name: str) -> None:
        super().__init__(output_field=Field())
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401, ARG002 - Django's form
        """A place for the value; the mark itself stands among the values until then."""
        return "%s", (self,)


@Field.register_lookup
@ForeignKey.register_lookup
class Among(Lookup):
    """``column__among=values``: the same SQL for any number of values, and for a mark."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ANN401 - Django's form
        """The column is one of the values."""
        left, values = self.process_lhs(compiler, connection)
        held = self.rhs if isinstance(self.rhs, Given) else list(self.rhs)
        return f"{left} = ANY(%s)", (*values, held)


class NotKept(TypeError):
    """A question holds a value of its own, and would go on answering with it."""


@dataclass(frozen=True)
class _Key:
    question: Callable[..., Any]
    shape: Hashable
    kinds: tuple[Hashable, ...]
    given: tuple[str, ...]
    asker: Asker = field(compare=False)
    counts: bool = False


@dataclass(frozen=True)
class _Statement:
    text: str
    values: Mapping[str, Any]
    read: Callable[[Sequence[Any]], list[Any]]
    fields: Sequence[Any] = ()

    def bound(self, asker: Asker, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values by name, each mark replaced by what it stands for."""
        return {
            name: _told(one, asker, given) if isinstance(one, Given) else one
            for name, one in self.values.items()
        }

    def read_json(self, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """Rows that came as JSON, where days, moments and ids are texts."""
        texts = [
            (place, one.to_python)
            for place, one in enumerate(self.fields)
            if isinstance(one, DateField | UUIDField)
        ]
        for row in rows:
            for place, read in texts:
                if row[place] is not None:
                    row[place] = read(row[place])  # type: ignore[index]
        return self.read(rows)


def asked(
    question: Callable[..., QuerySet[Any, R]], asker: Asker, *kinds: Hashable, **given: object
) -> list[R]:
    """What ``question(asker, *kinds, **given)`` answers.

    ``kinds`` shape the question; ``given`` are values. Raises ``NotKept``.
    """
    return _answered(_Key(question, asker.shape, kinds, tuple(given), asker), given)


def counted(
    question: Callable[..., QuerySet[Any, Any]], asker: Asker, *kinds: Hashable, **given: object
) -> int:
    """How many rows ``question(asker, *kinds, **given)`` has; raises ``NotKept``."""
    found = _answered(_Key(question, asker.shape, kinds, tuple(given), asker, counts=True), given)
    return found[0] if found else 0


def asked_together(
    questions: Mapping[str, Callable[..., QuerySet[Any, Any]]], asker: Asker, **given: object
) -> dict[str, list[Any]]:
    """What each of these questions answers, by its name: all in one statement.

    Rows come as JSON and are read by their fields; raises ``NotKept``.
    """
    names = tuple(given)
    made = {
        name: part
        for name, question in questions.items()
        if (part := _made(_Key(question, asker.shape, (), names, asker))) is not None
    }
    found: dict[str, list[Any]] = {name: [] for name in questions}
    if made:
        text = "\nUNION ALL\n".join(_as_json(name, part) for name, part in made.items())
        values: dict[str, Any] = {}
        for part in made.values():
            values |= part.bound(asker, given)
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            for name, row in cursor.fetchall():
                found[name].append(row)
    return {name: made[name].read_json(rows) if rows else [] for name, rows in found.items()}


def _as_json(name: str, part: "_Statement") -> str:
    names = [f"c{place}" for place in range(len(part.fields))]
    columns = ", ".join(names)
    return f"SELECT '{name}', json_build_array({columns}) FROM ({part.text}) r({columns})"  # noqa: S608 - our own names


def _answered(key: _Key, given: Mapping[str, Any]) -> list[Any]:
    made = _made(key)
    if made is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(made.text, made.bound(key.asker, given))
        return made.read(cursor.fetchall())


def _told(mark: Given, asker: Asker, given: Mapping[str, Any]) -> Any:  # noqa: ANN401 - as it is held
    value = given[mark.name] if mark.name in given else getattr(asker, mark.name)
    return list(value) if isinstance(value, tuple) else value


@lru_cache(maxsize=KEPT)
def _made(key: _Key) -> _Statement | None:
    """The SQL of a question; nothing where it can have no rows."""
    marks = {name: Given(name) for name in key.given}
    rows = key.question(key.asker.form(Given), *key.kinds, **marks)
    if key.counts:
        rows = rows.order_by().values_list("pk")
    compiler = rows.query.get_compiler(rows.db)
    try:
        text, values = compiler.as_sql()
    except EmptyResultSet:
        return None
    if any(isinstance(value, date | UUID) for value in values):
        raise NotKept(f"{key.question.__qualname__} holds a day, a moment or an id")
    text, named = _named(text, values)
    if key.counts:
        text = f"SELECT count(*) FROM ({text}) rows"  # noqa: S608 - Django's own SQL
        return _Statement(text, named, lambda found: [found[0][0]])
    fields = [one[0].output_field for one in compiler.select]
    return _Statement(text, named, _reader(rows, compiler), fields)


def _named(text: str, values: Sequence[Any]) -> tuple[str, dict[str, Any]]:
    """The SQL with names for its values, so that one that stands there often is sent once."""
    parts = text.split("%s")
    names = [_name(one) for one in values]
    written = (f"%({name})s{part}" for name, part in zip(names, parts[1:], strict=True))
    return parts[0] + "".join(written), dict(zip(names, values, strict=True))


def _name(value: object) -> str:
    if isinstance(value, Given):
        return value.name
    return _constants.setdefault(repr(value), f"k{len(_constants)}")


_constants: dict[str, str] = {}


def _reader(rows: QuerySet[Any, Any], compiler: Any) -> Callable[[Sequence[Any]], list[Any]]:  # noqa: ANN401 - Django's own
    """What makes rows of the database into those of the ``QuerySet``, as Django does."""
    if rows._prefetch_related_lookups:  # type: ignore[attr-defined]  # noqa: SLF001 - asked apart
        raise NotKept("what is fetched beside a kept question is asked for by itself")
    converters = compiler.get_converters([one[0] for one in compiler.select])

    def plain(found: Sequence[Any]) -> Sequence[Any]:
        return list(compiler.apply_converters(found, converters)) if converters else found

    kind = rows._iterable_class  # noqa: SLF001 - tells rows from tuples
    if kind is FlatValuesListIterable:
        return lambda found: [row[0] for row in plain(found)]
    if kind is not ModelIterable:
        return lambda found: [tuple(row) for row in plain(found)]
    return _of_models(rows.db, compiler, plain)


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
