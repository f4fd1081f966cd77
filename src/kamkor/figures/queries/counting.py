"""Counts a question through the figures login; the same answer for everybody who may ask it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from kamkor.access.rules import Viewer
from kamkor.figures.queries.asking import sees_numbers_only
from kamkor.figures.queries.kept import kept_rows, live_rows
from kamkor.figures.queries.statement import UNKNOWN
from kamkor.figures.rules.disclosure import DIFFERENCE, SMALL, TOTAL, Cell, kept_back
from kamkor.figures.rules.question import Question
from kamkor.figures.vocabulary import BELOW_OBLAST, FIGURES, Figure, Key
from kamkor.kernel import rulesets
from kamkor.territory import queries as territory

Way: TypeAlias = tuple[str, ...]
"""The value of each key, ``*`` for all of them."""


def counted(viewer: Viewer, question: Question) -> list[Cell]:
    """All figures of a question: each total first, then its parts, nested as they were asked."""
    numbers_only = sees_numbers_only(viewer)
    cells: list[Cell] = []
    for name in question.figures:
        own = list(_cells(FIGURES[name], question, numbers_only=numbers_only))
        cells += [kept_back(cell) for cell in own] if numbers_only else own
    return cells


def _cells(figure: Figure, question: Question, *, numbers_only: bool) -> Iterator[Cell]:
    keys = question.keys_of(figure.name)
    rows = kept_rows(figure, question, keys)
    if rows is None:
        rows = live_rows(figure, question, keys)
    found = {tuple(row[1:-1]): int(row[-1]) for row in rows}
    order = _Order(question)
    parts = _parts(found)
    for way in sorted(found, key=lambda way: order.of(keys, way)):
        yield Cell(figure.name, found[way], _named(question, keys, way))
        yield from _difference(
            figure,
            question,
            keys,
            way,
            whole=found[way],
            parts=parts[way],
            numbers_only=numbers_only,
        )


def _parts(found: Mapping[Way, int]) -> Mapping[Way, list[int]]:
    """The numbers that each number is made of, one step deeper."""
    parts: dict[Way, list[int]] = {way: [] for way in found}
    for way, number in found.items():
        depth = sum(one != TOTAL for one in way)
        if depth:
            # Of a state, who stood there at the end of a month may be gone on the day.
            whole = (*way[: depth - 1], *[TOTAL] * (len(way) - depth + 1))
            parts.setdefault(whole, []).append(number)
    return parts


def _named(question: Question, keys: Sequence[Key], way: Sequence[str]) -> dict[str, str]:
    named = dict.fromkeys((str(key) for key in question.by), TOTAL)
    return named | dict(zip((str(key) for key in keys), way, strict=True))


def _difference(
    figure: Figure,
    question: Question,
    keys: tuple[Key, ...],
    way: Way,
    *,
    whole: int,
    parts: Sequence[int],
    numbers_only: bool,
) -> Iterator[Cell]:
    """Between a total and the sum of its parts; kept back where sealed cases or parts that are
    kept back themselves make part of it."""
    depth = sum(one != TOTAL for one in way)
    if depth == len(keys) or (figure.is_stock and keys[depth] == Key.MONTH):
        return  # The states at the ends of months are no parts of a total.
    named = _named(question, keys, way) | {str(keys[depth]): DIFFERENCE}
    sealed = not question.hides_sealed(keys[:depth]) and keys[depth] in BELOW_OBLAST
    if sealed:
        for oblast in _oblasts_of(question, keys[:depth], way):
            yield Cell(
                figure.name,
                None,
                named,
                suppressed=True,
                part="difference",
                territory=oblast,
            )
    elif numbers_only and any(number in SMALL for number in parts):
        yield Cell(figure.name, None, named, suppressed=True, part="difference")
    elif whole != sum(parts):
        yield Cell(figure.name, whole - sum(parts), named, part="difference")


def _oblasts_of(question: Question, keys: Sequence[Key], way: Way) -> Sequence[str]:
    """The oblasts whose sealed cases stand in a number; below an oblast none counts."""
    if Key.OBLAST in keys:
        named = way[keys.index(Key.OBLAST)]
        return [] if named == UNKNOWN else [named]
    return territory.oblasts() if question.districts is None else [question.territory]


class _Order:
    """The order in which values of a key are shown: as in their rule set, unknown last."""

    def __init__(self, question: Question) -> None:
        self._bands = [band.code for band in rulesets.rules("age_bands", question.on)]

    def of(self, keys: Sequence[Key], way: Sequence[str]) -> list[tuple[int, int, str]]:
        """What to sort by: totals before their parts."""
        return [self._one(key, value) for key, value in zip(keys, way, strict=True)]

    def _one(self, key: Key, value: str) -> tuple[int, int, str]:
        if value == TOTAL:
            return (0, 0, "")
        if value == "unknown":
            return (2, 0, "")
        place = self._bands.index(value) if key == Key.AGE and value in self._bands else 0
        if key in {Key.DEPARTMENT, Key.WORKER}:
            place = int(value)
        return (1, place, value)
