"""The fields of a command's data as tables: type, limit, unit, codes, and rows inside rows."""

from datetime import date, datetime
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import AfterValidator, BaseModel
from pydantic.fields import FieldInfo

from kamkor.kernel import rulesets
from kamkor.kernel.shapes import (
    Coded,
    Shape,
    asked,
    kind_of,
    meta_of,
)
from tools.documents_tables import codes, table

# What a number or a text of these lists of choices stands for.
CHOICES = {
    "territories": "territory: SOATE code of a district or city",
    "departments": "office: number of a department",
    "workers": "post: number of a worker's post of the department",
    "colleagues": "post: number of a post of the department",
    "loads": "post: number of a post of the department",
    "screening_reasons": (
        "code of [redirect_reasons](rules.md#redirect_reasons) or"
        " [decline_reasons](rules.md#decline_reasons), as the decision"
    ),
}
WIDGETS = {
    "hidden": "one of the kinds below",
    "telephone": "telephone number, such as `0555 12 34 56` or `+996555123456`",
    "pin": "14 digits",
}
UNITS = {"age": "years", "minutes": "minutes"}


def fields_of(shape: type[BaseModel], name: str = "") -> list[str]:
    """One table for a shape, and one more for each kind of row inside it."""
    rows, inside = [], []
    for key, info in shape.model_fields.items():
        kind = kind_of(info)
        row = _row_shape(kind)
        if row is not None:
            inside += fields_of(row, key)
        rows.append((f"`{key}`", _must(info), _type(key, info, kind), _meaning(key, info)))
    head = ["Each row of `" + name + "`:", ""] if name else []
    return [*head, *table(("field", "must", "type", "meaning"), rows), *inside]


def _row_shape(kind: Any) -> type[Shape] | None:  # noqa: ANN401 - any type a field may have
    found = get_args(kind)
    inner = found[0] if get_origin(kind) is list and found else None
    return inner if isinstance(inner, type) and issubclass(inner, Shape) else None


def _must(info: FieldInfo) -> str:
    if info.is_required():
        return "yes"
    if info.default in (None, []):
        return ""
    shown = str(info.default).lower() if isinstance(info.default, bool) else str(info.default)
    return f"else `{shown}`"


def _meaning(key: str, info: FieldInfo) -> str:
    ask = asked(info)
    coded = _coded(info)
    if ask is None or not ask.label:
        # A question of a visit bears the words of its rule.
        known = {rule.code: rule.word("en") for rule in rulesets.all_rules("visit_questions")}
        known["alike"] = "who is known and may be this child, with what is said of it"
        return known.get(key, "the fields that were wrong, with their right values")
    text = ask.label + (f" ({ask.hint})" if ask.hint else "")
    return text if coded is None else f"{text}; rule set [{coded}](rules.md#{coded})"


def _coded(info: FieldInfo) -> str | None:
    return next((one.rule_set for one in meta_of(info) if isinstance(one, Coded)), None)


def _type(key: str, info: FieldInfo, kind: Any) -> str:  # noqa: ANN401 - any type
    many = get_origin(kind) is list
    inner = get_args(kind)[0] if many else kind
    if _row_shape(kind) is not None:
        return f"list of {_bounds(info)} rows, below"
    text = _one(key, info, inner)
    return f"list of {_bounds(info)}, each {text}" if many else text


def _one(key: str, info: FieldInfo, kind: Any) -> str:  # noqa: ANN401 - any type
    coded = _coded(info)
    ask = asked(info)
    if coded is not None:
        return "one of " + codes(dict.fromkeys(one.code for one in rulesets.all_rules(coded)))
    if ask is not None and ask.options in CHOICES:
        return CHOICES[ask.options]
    if get_origin(kind) is Literal:
        return "one of " + codes(get_args(kind))
    if get_origin(kind) is dict:
        return f"object of {_bounds(info)} values"
    if kind is str:
        return WIDGETS.get(ask.widget if ask else "", "") or _text(info)
    if kind is int:
        return f"whole number {_range(info)} {UNITS.get(key, '')}".rstrip()
    if kind is date:
        return "day" + (", not after today" if _checked_by(info, "_not_in_future") else "")
    return {UUID: "id (UUID)", bool: "true or false"}.get(kind, _moment(kind))


def _moment(kind: Any) -> str:  # noqa: ANN401 - any type
    named = getattr(kind, "__name__", "")
    return "moment" if kind is datetime or named == "AwareDatetime" else named


def _text(info: FieldInfo) -> str:
    if _checked_by(info, "_partial_date"):
        return "`2015`, `2015-03` or `2015-03-21`, as much as is known, not after today"
    most = _limit(info, MaxLen, "max_length")
    return f"text, at most {most} characters" if most is not None else "text"


def _checked_by(info: FieldInfo, function: str) -> bool:
    return any(
        isinstance(one, AfterValidator) and getattr(one.func, "__name__", "") == function
        for one in meta_of(info)
    )


def _limit(info: FieldInfo, kind: type, name: str) -> int | None:
    found = (getattr(one, name) for one in meta_of(info) if isinstance(one, kind))
    return next(found, None)


def _range(info: FieldInfo) -> str:
    least, most = _limit(info, Ge, "ge"), _limit(info, Le, "le")
    return "" if least is None or most is None else f"{least} to {most}"


def _bounds(info: FieldInfo) -> str:
    least, most = _limit(info, MinLen, "min_length"), _limit(info, MaxLen, "max_length")
    return f"{least} to {most}" if least else f"at most {most}"
