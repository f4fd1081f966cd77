"""The shape of what a command carries: read the same way from forms, files and phones."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Self, TypeVar, get_args, get_origin

from annotated_types import Ge, Le, MaxLen
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    create_model,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from kamkor.kernel import clock, errors, rulesets

NAME_LIMIT = 120
LINE_LIMIT = 200
TEXT_LIMIT = 4000
_SHAPES = 500
"""How many shapes are remembered; some are made for one correction."""


@dataclass(frozen=True)
class Ask:
    """How a field is asked for: its label, a hint, the group it stands in and its widget."""

    label: str
    hint: str = ""
    group: str = ""
    widget: str = ""
    options: str = ""


@dataclass(frozen=True)
class Coded:
    """The field holds a code, or a list of codes, of this dated rule set."""

    rule_set: str


def _not_in_future(day: date) -> date:
    if day > clock.today():
        raise PydanticCustomError(
            "date_in_future", "date in the future", {"today": f"{clock.today():%d.%m.%Y}"}
        )
    return day


def _readable_date(typed: object) -> object:
    if isinstance(typed, date):
        return typed
    if not isinstance(typed, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", typed):
        raise PydanticCustomError("date_unreadable", "unreadable date")
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise PydanticCustomError("date_unreadable", "unreadable date") from None


def _partial_date(typed: str) -> str:
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", typed):
        raise PydanticCustomError("date_unreadable", "unreadable date")
    try:
        earliest = first_day(typed)
    except ValueError:
        raise PydanticCustomError("date_unreadable", "unreadable date") from None
    _not_in_future(earliest)
    return typed


@lru_cache(maxsize=10_000)
def first_day(partial: str) -> date:
    """The first day that a year, a year and month, or a full date can mean."""
    return date.fromisoformat(partial + {4: "-01-01", 7: "-01"}.get(len(partial), ""))


def last_day(first: date, exactly: str) -> date:
    """The last day that a date can mean which is known so exactly; at worst its year is."""
    if exactly == "day":
        return first
    month = first.month if exactly == "month" else 12
    return first.replace(month=month, day=monthrange(first.year, month)[1])


def as_known(first: date, exactly: str) -> str:
    """A date no more exactly than it is known: ``2015``, ``05.2015`` or ``07.05.2015``."""
    form = {"year": "%Y", "month": "%m.%Y"}.get(exactly, "%d.%m.%Y")
    return first.strftime(form)


def as_typed(first: date | None, exactly: str) -> str:
    """A date as a partial one is typed, no more exactly than it is known; empty if it is not."""
    return "" if first is None else first.isoformat()[: {"year": 4, "month": 7}.get(exactly, 10)]


def precision(partial: str) -> str:
    """How exact a partial date is: ``year``, ``month`` or ``day``."""
    return {4: "year", 7: "month"}.get(len(partial), "day")


Day = Annotated[date, BeforeValidator(_readable_date)]
PastDay = Annotated[Day, AfterValidator(_not_in_future)]
PartialDay = Annotated[str, AfterValidator(_partial_date)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_LIMIT)]
Line = Annotated[str, Field(min_length=1, max_length=LINE_LIMIT)]
Text = Annotated[str, Field(min_length=1, max_length=TEXT_LIMIT)]
Count = Annotated[int, Field(ge=0, le=10_000)]


def checked(holds: Callable[[Any], bool], refusal: type[errors.Refusal]) -> AfterValidator:
    """A field is refused so unless this holds of its value; told with all else that is wrong."""

    def check(value: Any) -> Any:  # noqa: ANN401 - any value
        if not holds(value):
            raise PydanticCustomError(refusal.code, refusal.code)
        return value

    return AfterValidator(check)


NUL = "\x00"
CLASHES = "clashes"


class Shape(BaseModel):
    """What one command, or one row of it, carries. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_means_absent(cls, data: Any) -> Any:  # noqa: ANN401 - the raw input
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None and value != ""}

    def clashes(self) -> Iterator[errors.Refusal]:
        """What is wrong between fields that are right one by one, each at its field."""
        yield from ()

    @model_validator(mode="after")
    def _without_clashes(self) -> Self:
        if found := [fault for refusal in self.clashes() for fault in refusal.faults]:
            raise PydanticCustomError(CLASHES, CLASHES, {CLASHES: found})
        return self


S = TypeVar("S", bound=Shape)


def meta_of(info: FieldInfo) -> list[Any]:
    """What is noted beside a field's type, also where the field may be absent."""
    found = list(info.metadata)
    for part in get_args(info.annotation):
        if get_origin(part) is Annotated:
            found += get_args(part)[1:]
    return [
        *found,
        *(one for meta in found if isinstance(meta, FieldInfo) for one in meta.metadata),
    ]


def kind_of(info: FieldInfo) -> Any:  # noqa: ANN401 - any type a field may have
    """The type of a field without its notes, and without "or absent"."""
    kind = info.annotation
    if type(None) in get_args(kind):
        kind = next(part for part in get_args(kind) if part is not type(None))
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    return kind


def asked(info: FieldInfo) -> Ask | None:
    """How a field is asked for, or nothing if it is set by the page."""
    return next((meta for meta in meta_of(info) if isinstance(meta, Ask)), None)


def limit_of(info: FieldInfo) -> int | None:
    """The most characters or rows a field takes."""
    return next((one.max_length for one in meta_of(info) if isinstance(one, MaxLen)), None)


def _faults(shape: type[BaseModel], detail: ErrorDetails) -> Iterator[errors.Fault]:
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] != CLASHES:
        yield _fault(shape, detail, place)
        return
    for fault in detail["ctx"][CLASHES]:
        yield replace(fault, field=".".join(filter(None, [place, fault.field])))


def _fault(shape: type[BaseModel], detail: ErrorDetails, place: str) -> errors.Fault:
    context = detail.get("ctx", {})
    if detail["type"] in {"greater_than_equal", "less_than_equal"}:
        return _out_of_range(_field_at(shape, detail["loc"]), place)
    refusal, details = _meaning(detail["type"], context, place)
    return errors.Fault(refusal.code, refusal.message, place, details)


def _meaning(
    kind: str, context: dict[str, Any], place: str
) -> tuple[type[errors.Refusal], dict[str, str]]:
    if kind in errors.Refusal.catalogue:
        return errors.Refusal.catalogue[kind], {key: str(value) for key, value in context.items()}
    if kind in {"missing", "string_too_short", "too_short"}:
        return errors.FieldRequired, {}
    if kind == "extra_forbidden":
        return errors.FieldUnknown, {"name": place}
    if kind == "string_too_long":
        return errors.TextTooLong, {"limit": str(context["max_length"])}
    if kind == "too_long":
        return errors.TooMany, {"limit": str(context["max_length"])}
    return errors.FieldInvalid, {}


def _field_at(shape: type[BaseModel], place: Iterable[int | str]) -> FieldInfo:
    """The field at a place, which may lie in a row."""
    names = [part for part in place if isinstance(part, str)]
    for name in names[:-1]:
        shape = get_args(kind_of(shape.model_fields[name]))[0]
    return shape.model_fields[names[-1]]


def _out_of_range(info: FieldInfo, place: str) -> errors.Fault:
    notes = meta_of(info)
    least = next((str(one.ge) for one in notes if isinstance(one, Ge)), "")
    most = next((str(one.le) for one in notes if isinstance(one, Le)), "")
    refusal = errors.NumberOutOfRange
    message = refusal.message if least and most else refusal.at_least if least else refusal.at_most
    return errors.Fault(refusal.code, message, place, {"least": least, "most": most})


@dataclass(frozen=True)
class _Held:
    """What a field of a shape holds: codes of a rule set, or rows of another shape."""

    name: str
    coded: Coded | None
    rows: type[BaseModel] | None


@lru_cache(maxsize=_SHAPES)
def _held_in(shape: type[BaseModel]) -> tuple[_Held, ...]:
    """The fields of a shape, looked through once."""
    found = []
    for name, info in shape.model_fields.items():
        coded = next((one for one in meta_of(info) if isinstance(one, Coded)), None)
        kind = kind_of(info)
        row = get_args(kind)[0] if get_origin(kind) is list else None
        is_shape = isinstance(row, type) and issubclass(row, BaseModel)
        found.append(_Held(name, coded, row if is_shape else None))
    return tuple(found)


def _faults_of_texts(
    shape: type[BaseModel], data: Mapping[str, Any], lead: str = ""
) -> Iterator[errors.Fault]:
    """Texts that nothing can hold, and codes that are not in force on the day; in rows too."""
    for field in _held_in(shape):
        held, place = data.get(field.name), lead + field.name
        texts = [one for one in (held if isinstance(held, list) else [held]) if one]
        if any(isinstance(one, str) and NUL in one for one in texts):
            # No column of the database takes it, and nobody can type it.
            yield errors.Fault(errors.FieldInvalid.code, errors.FieldInvalid.message, place)
        elif field.coded and not _in_force(field.coded, texts, data):
            yield errors.Fault(errors.CodeUnknown.code, errors.CodeUnknown.message, place)
        if field.rows is not None and isinstance(held, list):
            for number, row in enumerate(held):
                if isinstance(row, Mapping):
                    yield from _faults_of_texts(field.rows, row, f"{place}.{number}.")


def _in_force(coded: Coded, texts: list[Any], data: Mapping[str, Any]) -> bool:
    try:
        day = date.fromisoformat(str(data.get("happened_on")))
    except ValueError:
        day = clock.today()
    # What is no text is refused as such.
    told = {one.strip() for one in texts if isinstance(one, str)}
    return not told or told.issubset(
        rule.code for rule in rulesets.asked_rules(coded.rule_set, on=day)
    )


def shape_of(name: str, fields: Mapping[str, FieldInfo]) -> type[Shape]:
    """A shape of fields that other shapes ask for."""
    parts: dict[str, Any] = {key: (info.annotation, info) for key, info in fields.items()}
    return create_model(name, __base__=Shape, **parts)


def read_shape(shape: type[S], data: dict[str, Any]) -> S:
    """Read a command's data into its shape.

    Raises ``RefusedFields`` naming every field that is wrong, in the order of the fields.
    """
    faults: list[errors.Fault] = []
    try:
        read = shape.model_validate(data)
    except ValidationError as found:
        faults = [fault for detail in found.errors() for fault in _faults(shape, detail)]
    places = {fault.field for fault in faults}
    faults += [one for one in _faults_of_texts(shape, data) if one.field not in places]
    if faults:
        order = [*shape.model_fields]
        raise errors.RefusedFields(sorted(faults, key=lambda one: _place_in(order, one.field)))
    return read


def _place_in(order: list[str], place: str) -> int:
    name = place.split(".", maxsplit=1)[0]
    return order.index(name) if name in order else len(order)
