"""Forms made from the shapes of operations: one reading and one rendering for every form.

What stands in a form is held as *typed*: a mapping from the names of inputs to the texts in them.
It is what the browser sends, what is shown again after a refusal, and what a first page is filled
from, so that nothing typed is ever lost.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args, get_origin
from uuid import UUID

from django.utils.translation import get_language, gettext
from pydantic.fields import FieldInfo

from kamkor.cases.vocabulary import BOTH
from kamkor.kernel import clock, rulesets
from kamkor.kernel.errors import Fault
from kamkor.kernel.shapes import Ask, Coded, Shape, asked, kind_of, limit_of, meta_of
from kamkor.web.conditions import CHOSEN_AMONG, FOLDED_GROUPS, condition_of
from kamkor.web.dates import typed_date_as_iso, typed_time_as_iso
from kamkor.web.words import raised

Typed = Mapping[str, Sequence[str]]
Option = dict[str, Any]
Options = Callable[[str], list[Option]]

LONG_FROM = 400
LAST = ("note", "correction_reason")
"""What is asked last, wherever a shape has it from."""


def widget_of(info: FieldInfo) -> str:
    """Which widget asks for a field."""
    ask = asked(info) or Ask("")
    kind = kind_of(info)
    coded = any(isinstance(meta, Coded) for meta in meta_of(info))
    if ask.widget:
        return ask.widget
    if get_origin(kind) is list:
        part = get_args(kind)[0]
        return "rows" if isinstance(part, type) and issubclass(part, Shape) else "choices"
    if coded or ask.options or get_origin(kind) is Literal:
        return "yes_no" if kind is bool else "choice"
    if kind is str:
        return "long_text" if (limit_of(info) or 0) >= LONG_FROM else "text"
    return {bool: "yes_no", date: "date", int: "number", UUID: "hidden"}.get(kind, "text")


def row_shape(info: FieldInfo) -> type[Shape]:
    """The shape of one row of a repeating field."""
    shape: type[Shape] = get_args(kind_of(info))[0]
    return shape


def row_numbers(typed: Typed, name: str) -> list[int]:
    """The rows of a repeating field that stand in the form, in order."""
    pattern = re.compile(rf"{re.escape(name)}-(\d+)-")
    found = {int(match[1]) for key in typed if (match := pattern.match(key))}
    return sorted(found)


def _first(typed: Typed, name: str) -> str:
    held = typed.get(name) or [""]
    return held[0].strip()


def read_typed(shape: type[Shape], typed: Typed, prefix: str = "") -> dict[str, Any]:
    """The command's data in what was typed: dates as ISO, choices as codes, rows as lists."""
    data: dict[str, Any] = {}
    for key, info in shape.model_fields.items():
        value = _read_field(info, typed, prefix + key)
        if value is not None and value not in ("", []):
            data[key] = value
    return data


def _read_field(info: FieldInfo, typed: Typed, name: str) -> Any:  # noqa: ANN401 - as the field is
    widget = widget_of(info)
    if widget == "rows":
        shape = row_shape(info)
        rows = [
            read_typed(shape, typed, f"{name}-{number}-") for number in row_numbers(typed, name)
        ]
        return [row for row in rows if row]
    if widget == "choices":
        return [one for one in typed.get(name, ()) if one]
    if widget in {"yes_no", "tick"}:
        return {"yes": True, "no": False}.get(_first(typed, name))
    if widget == "date":
        return typed_date_as_iso(_first(typed, name))
    if widget == "partial_date":
        return _partial(typed, name)
    if widget == "moment":
        return _moment(typed, name)
    return _first(typed, name)


def _partial(typed: Typed, name: str) -> str:
    day, month, year = (_first(typed, f"{name}-{part}") for part in ("day", "month", "year"))
    if not (day or month or year):
        return ""
    parts = [
        year.zfill(4),
        *([month.zfill(2)] if month or day else []),
        *([day.zfill(2)] if day else []),
    ]
    return "-".join(parts)


def _moment(typed: Typed, name: str) -> str:
    day, time = _first(typed, f"{name}-date"), _first(typed, f"{name}-time")
    if not (day or time):
        return ""
    try:
        moment = datetime.fromisoformat(f"{typed_date_as_iso(day)}T{typed_time_as_iso(time)}")
    except ValueError:
        return f"{day} {time}"
    return moment.replace(tzinfo=clock.ZONE).isoformat()


def fill_typed(
    shape: type[Shape], data: Mapping[str, Any], prefix: str = ""
) -> dict[str, list[str]]:
    """What would have been typed to give this data: fills a form for the first time."""
    typed: dict[str, list[str]] = {}
    for key, value in data.items():
        info, name = shape.model_fields[key], prefix + key
        widget = widget_of(info)
        if widget == "rows":
            for number, row in enumerate(value):
                typed |= fill_typed(row_shape(info), row, f"{name}-{number}-")
        elif widget == "partial_date":
            parts = [*str(value).split("-"), "", ""][:3]
            for part, text in zip(("year", "month", "day"), parts, strict=True):
                typed[f"{name}-{part}"] = [text]
        elif widget == "moment":
            moment = value.astimezone(clock.ZONE)
            typed[f"{name}-date"] = [f"{moment:%d.%m.%Y}"]
            typed[f"{name}-time"] = [f"{moment:%H:%M}"]
        elif isinstance(value, bool):
            typed[name] = ["yes" if value else "no"]
        elif isinstance(value, date):
            typed[name] = [f"{value:%d.%m.%Y}"]
        elif isinstance(value, list):
            typed[name] = [str(one) for one in value]
        else:
            typed[name] = [str(value)]
    return typed


@dataclass
class FormPage:
    """One form as its template reads it; ``register`` is that of the case it is about, and what is
    ``left_out`` of the codes of a field is not offered."""

    shape: type[Shape]
    typed: Typed
    options: Options
    faults: Sequence[Fault] = ()
    legends: Mapping[str, Sequence[str]] = field(default_factory=dict)
    fixed_rows: frozenset[str] = frozenset()
    register: str = ""
    left_out: Mapping[str, Collection[str]] = field(default_factory=dict)

    def fields(self) -> list[dict[str, Any]]:
        """All fields that are asked for, in the order of the shape."""
        return self._fields(self.shape, "", "")

    def _fields(self, shape: type[Shape], prefix: str, place: str) -> list[dict[str, Any]]:
        made = []
        for key, info in shape.model_fields.items():
            ask = asked(info)
            if ask is None or (widget_of(info) == "hidden" and not prefix):
                continue
            shown = self._field(info, ask, prefix + key, f"{place}{key}")
            made.append(shown | _asked_after(shape, key, prefix))
        made.sort(key=lambda one: LAST.index(one["name"]) if one["name"] in LAST else -1)
        return _folded(made)

    def _field(self, info: FieldInfo, ask: Ask, name: str, place: str) -> dict[str, Any]:
        widget = widget_of(info)
        label, hint = self._words(info, ask, name)
        shown: dict[str, Any] = {
            "kind": widget,
            "place": place,
            "name": name,
            "id": name,
            "label": label,
            "hint": hint,
            "group": gettext(ask.group) if ask.group else "",
            "rare": ask.group in FOLDED_GROUPS,
            "required": info.is_required() or ask.options == "visit_questions",
            "error": self._error(place),
            "value": _first(self.typed, name),
            "limit": limit_of(info) if widget == "long_text" else None,
            "width": {"number": "govuk-input--width-5", "date": "govuk-input--width-10"}.get(
                widget, ""
            ),
        }
        if widget in {"choice", "choices", "tick"}:
            shown["options"] = self._options(info, ask, name, widget)
        if widget == "rows":
            shown |= self._rows(info, name, place)
        if widget == "partial_date":
            shown["parts"] = {
                part: _first(self.typed, f"{name}-{part}") for part in ("day", "month", "year")
            }
        if widget == "moment":
            shown["parts"] = {
                part: _first(self.typed, f"{name}-{part}") for part in ("date", "time")
            }
        return shown

    def _words(self, info: FieldInfo, ask: Ask, name: str) -> tuple[str, str]:
        if ask.options == "visit_questions" and not ask.label:
            rule = rulesets.rule("visit_questions", name.rsplit("-", 1)[-1], clock.today())
            language = get_language() or "en"
            return raised(rule.word(language)), rule.hint.get(language, "")
        hint = gettext(ask.hint) if ask.hint else ""
        if widget_of(info) == "date" and not hint:
            hint = gettext("For example %(day)s") % {"day": f"{clock.today():%d.%m.%Y}"}
        return gettext(ask.label) if ask.label else "", hint

    def _options(self, info: FieldInfo, ask: Ask, name: str, widget: str) -> list[Option]:
        chosen = set(self.typed.get(name, ()))
        found: list[Option]
        if widget == "tick":
            found = [{"value": "yes", "label": gettext(ask.label)}]
        elif coded := next((one for one in meta_of(info) if isinstance(one, Coded)), None):
            left_out = self.left_out.get(name, ())
            found = coded_options(coded.rule_set, self.register, chosen)
            found = [one for one in found if one["value"] not in left_out]
        else:
            found = self.options(ask.options)
        among = CHOSEN_AMONG.get(name)
        if among:
            found = [one | {"when": {"name": among, "answers": one["value"]}} for one in found]
        return [one | {"checked": str(one["value"]) in chosen} for one in found]

    def _rows(self, info: FieldInfo, name: str, place: str) -> dict[str, Any]:
        shape = row_shape(info)
        numbers = row_numbers(self.typed, name) or ([0] if info.is_required() else [])
        legends = self.legends.get(name, ())
        fixed = name in self.fixed_rows
        # A row inside a row bears the numbers of both: 2.1.
        outer = "".join(f"{int(part) + 1}." for part in place.split(".") if part.isdigit())
        rows = [
            {
                "legend": legends[at] if at < len(legends) else f"{outer}{at + 1}",
                "fields": self._fields(shape, f"{name}-{number}-", f"{place}.{at}."),
                "index": number,
                "removable": not fixed and (len(numbers) > 1 or not info.is_required()),
            }
            for at, number in enumerate(numbers)
        ]
        shown: dict[str, Any] = {"rows": rows, "add_label": gettext("Add another")}
        # The page has set these rows: none is added, and none is optional.
        return shown | ({"add_label": "", "required": True} if fixed else {})

    def _error(self, place: str) -> dict[str, str] | None:
        for fault in self.faults:
            if fault.field == place:
                return {"message": fault_message(fault), "code": fault.code}
        return None

    def errors(self) -> list[dict[str, str]]:
        """The summary on top, each linked to its field."""
        labels = dict(_labels(self.fields()))
        return [
            {
                "href": "#" + (self._anchor(fault.field) or "main"),
                "message": " – ".join(
                    filter(None, [labels.get(fault.field, ""), fault_message(fault)])
                ),
                "code": fault.code,
            }
            for fault in self.faults
        ]

    def _anchor(self, place: str) -> str:
        name = place.replace(".", "-")
        key = place.rsplit(".", maxsplit=1)[-1]
        suffix = ""
        for shape in (
            self.shape,
            *(row_shape(i) for i in self.shape.model_fields.values() if widget_of(i) == "rows"),
        ):
            if key in shape.model_fields:
                suffix = {"partial_date": "-day", "moment": "-date"}.get(
                    widget_of(shape.model_fields[key]), ""
                )
                break
        return name + suffix


def _asked_after(shape: type[Shape], key: str, prefix: str) -> dict[str, Any]:
    """What the page needs to ask for a field only after a certain answer."""
    condition = condition_of(shape.__name__, key)
    if condition is None:
        return {}
    after = (prefix if condition.beside else "") + condition.after
    asked_after = {"name": after, "answers": " ".join(condition.answers())}
    found: dict[str, Any] = {"live" if condition.stays else "when": asked_after}
    return found | ({"required": True} if condition.needed else {})


def _labels(fields: Iterable[Mapping[str, Any]], lead: str = "") -> Iterator[tuple[str, str]]:
    """The label of each field by its place in the command; in a row with the row's name."""
    for one in fields:
        yield one["place"], lead + one["label"]
        for row in one.get("rows", ()):
            yield from _labels(row["fields"], f"{row['legend']}: ")


def _folded(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Fold a rare group in which nothing is typed and nothing is wrong."""
    open_groups = {one["group"] for one in fields if one["error"] or _filled(one)}
    return [one | {"folded": one["rare"] and one["group"] not in open_groups} for one in fields]


def _filled(shown: Mapping[str, Any]) -> bool:
    chosen = any(option["checked"] for option in shown.get("options", ()))
    return bool(chosen or shown["value"] or any(shown.get("parts", {}).values()))


def coded_options(rule_set: str, register: str = "", chosen: Collection[str] = ()) -> list[Option]:
    """The rules of a set in force today as options, of grounds those that fit a register.

    What stands ``chosen`` is offered also where nobody is asked for it.
    """
    language, today = get_language() or "en", clock.today()
    return [
        {
            "value": rule.code,
            "label": raised(rule.word(language)),
            "hint": rule.hint.get(language, ""),
        }
        for rule in rulesets.rules(rule_set, on=today)
        if rule.code in chosen or (not rule.get("unasked") and _fits(rule, register))
    ]


def _fits(rule: rulesets.Rule, register: str) -> bool:
    return not register or rule.get("register", BOTH) in {register, BOTH}


def fault_message(fault: Fault) -> str:
    """A fault in the reader's language."""
    details = {
        key: gettext(value) if key == "state" else value for key, value in fault.details.items()
    }
    return gettext(fault.message) % details if details else gettext(fault.message)


def select_of(name: str, label: str, options: list[dict[str, Any]], chosen: str) -> dict[str, Any]:
    """A choice that narrows a list or a question, outside any command's form."""
    return {
        "kind": "select",
        "name": name,
        "id": name,
        "label": label,
        "required": True,
        "bare": True,
        "options": [one | {"checked": one["value"] == chosen} for one in options],
    }
