"""Dated rule sets: the deadlines, reasons, grounds and questions that an act or the ministry may change."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

COUNTRY: Final = "kg"
COUNTRY_FOLDER: Final = Path(__file__).resolve().parent.parent / "country" / COUNTRY
RULE_LANGUAGES: Final = ("en", "ky", "ru", "kk")

Attribute = bool | int | str

_FILE_KEYS: Final = frozenset({"about", "rule"})
_RULE_KEYS: Final = frozenset(
    {"code", "words", "hint", "valid_from", "valid_to", "days", "source", "attributes"}
)
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class UnknownRule(LookupError):
    """No rule of that set and code is valid on the day, or no such set is shipped."""


class RuleSetFault(ValueError):
    """A rule set file is not as it must be; the text names the file and the code."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it stood from `valid_from` to `valid_to`, both days included."""

    code: str
    words: Mapping[str, str]
    valid_from: date
    valid_to: date | None
    source: str
    hint: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: _NOTHING)

    def word(self, lang: str) -> str:
        """The rule in words of that language; English where the language is not one of ours."""
        return self.words.get(lang, self.words["en"])

    def get(self, key: str, default: Attribute | None = None) -> Attribute | None:
        """The attribute of that name, or `default`."""
        return self.attributes.get(key, default)

    def valid_on(self, on: date) -> bool:
        """Whether the rule holds on that day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def rules(name: str, on: date) -> list[Rule]:
    """The rules of the set that hold on that day, in the order of the file."""
    return [found for found in all_rules(name) if found.valid_on(on)]


def asked_rules(name: str, on: date) -> list[Rule]:
    """Those of the rules that somebody may choose: not what a step of the pathway sets itself."""
    return [found for found in rules(name, on) if not found.get("unasked")]


def rule(name: str, code: str, on: date) -> Rule:
    """The one rule of that code on that day; `UnknownRule` where there is none."""
    for found in all_rules(name):
        if found.code == code and found.valid_on(on):
            return found
    raise UnknownRule(f"{name}: no rule {code!r} on {on.isoformat()}")


def value(name: str, code: str, on: date) -> int | str:
    """The rule's `value` on that day, in the unit its `unit` attribute names.

    Raises `UnknownRule` where no such rule holds, `RuleSetFault` where it carries no value.
    """
    found = rule(name, code, on).get("value")
    if found is None or isinstance(found, bool):
        raise RuleSetFault(f"{name}: rule {code!r} carries no value")
    return found


def all_rules(name: str) -> tuple[Rule, ...]:
    """Every rule of the set whatever its dates, in the order of the file."""
    try:
        return _shipped()[name]
    except KeyError:
        raise UnknownRule(f"no rule set {name!r}") from None


@cache
def latest(name: str) -> Mapping[str, Rule]:
    """The rules of the set by their codes; of one that changed the last in the file."""
    return MappingProxyType({one.code: one for one in all_rules(name)})


def names() -> list[str]:
    """The names of the shipped rule sets, sorted."""
    return sorted(_shipped())


@cache
def _shipped() -> Mapping[str, tuple[Rule, ...]]:
    return load_folder(COUNTRY_FOLDER / "rules")


def load_folder(folder: Path) -> Mapping[str, tuple[Rule, ...]]:
    """Every `*.toml` of the folder by its stem; `RuleSetFault` at the first faulty one."""
    return MappingProxyType({path.stem: load_file(path) for path in sorted(folder.glob("*.toml"))})


def load_file(path: Path) -> tuple[Rule, ...]:
    """The rules of one file, checked; `RuleSetFault` names the file and the code at fault."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise RuleSetFault(f"{path.name}: not readable as TOML: {fault}") from fault
    _refuse_unknown(path.name, content, _FILE_KEYS)
    rows = content.get("rule")
    if not isinstance(rows, list) or not rows:
        raise RuleSetFault(f"{path.name}: holds no rule")
    loaded = tuple(made for row in rows for made in _rules_of(path.name, row))
    _refuse_overlap(path.name, loaded)
    return loaded


def _rules_of(file: str, row: object) -> Iterable[Rule]:
    if not isinstance(row, dict) or not isinstance(code := row.get("code"), str) or not code:
        raise RuleSetFault(f"{file}: a rule has no code")
    where = f"{file}: {code}"
    _refuse_unknown(where, row, _RULE_KEYS)
    for valid_from, valid_to in _spans(where, row):
        yield Rule(
            code=code,
            words=_in_all_languages(where, "words", row.get("words")),
            hint=_in_all_languages(where, "hint", row["hint"]) if "hint" in row else _NOTHING,
            valid_from=valid_from,
            valid_to=valid_to,
            source=_source(where, row),
            attributes=_attributes(where, row.get("attributes", {})),
        )


def _spans(where: str, row: Mapping[str, Any]) -> list[tuple[date, date | None]]:
    """The validity of a row: from - to, or one span for each of its single `days`."""
    if "days" in row:
        days = row["days"]
        if not isinstance(days, list) or not days or {"valid_from", "valid_to"} & row.keys():
            raise RuleSetFault(f"{where}: days is a list and stands without valid_from, valid_to")
        return [(day, day) for day in (_day(where, "days", found) for found in days)]
    start = _day(where, "valid_from", row.get("valid_from"))
    end = _day(where, "valid_to", row["valid_to"]) if "valid_to" in row else None
    if end is not None and end < start:
        raise RuleSetFault(f"{where}: valid_to is before valid_from")
    return [(start, end)]


def _day(where: str, key: str, found: object) -> date:
    # A datetime is a date to isinstance, and would not compare with one.
    if not isinstance(found, date) or isinstance(found, datetime):
        raise RuleSetFault(f"{where}: {key} is missing or no date")
    return found


def _in_all_languages(where: str, key: str, found: object) -> Mapping[str, str]:
    texts = found if isinstance(found, Mapping) else {}
    for lang in RULE_LANGUAGES:
        if not isinstance(texts.get(lang), str) or not texts[lang].strip():
            raise RuleSetFault(f"{where}: {key} lacks the language {lang}")
    _refuse_unknown(f"{where}: {key}", texts, frozenset(RULE_LANGUAGES))
    return MappingProxyType(dict(texts))


def _source(where: str, row: Mapping[str, Any]) -> str:
    found = row.get("source")
    if not isinstance(found, str) or not found.strip():
        raise RuleSetFault(f'{where}: source is missing (write "example" where no act was read)')
    return found


def _attributes(where: str, found: object) -> Mapping[str, Attribute]:
    if not isinstance(found, Mapping):
        raise RuleSetFault(f"{where}: attributes is no table")
    for key, held in found.items():
        if not isinstance(held, Attribute):
            raise RuleSetFault(f"{where}: attribute {key} is no text, whole number, true or false")
    return MappingProxyType(dict(found))


def _refuse_unknown(where: str, found: Mapping[str, Any], known: frozenset[str]) -> None:
    for key in found:
        if key not in known:
            raise RuleSetFault(f"{where}: unknown key {key}")


def _refuse_overlap(file: str, loaded: tuple[Rule, ...]) -> None:
    ordered = sorted(loaded, key=lambda made: (made.code, made.valid_from))
    for earlier, later in pairwise(ordered):
        if earlier.code == later.code and (
            earlier.valid_to is None or earlier.valid_to >= later.valid_from
        ):
            raise RuleSetFault(f"{file}: {later.code}: overlaps itself on {later.valid_from}")
