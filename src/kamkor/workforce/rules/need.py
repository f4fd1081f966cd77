"""What each district or city needs: weighted shares of children, exact, adding to one."""

from collections.abc import Iterable, Mapping
from fractions import Fraction

from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop

COLUMNS = ("children", "dls", "violence", "migrants")
"""What may be weighed: all children, those in difficult life situations, those against whom
violence was told, those whose parents work abroad."""

CHILDREN = COLUMNS[0]

Counts = Mapping[str, int]
"""How many children of each column live in one district or city."""

Weights = Mapping[str, Fraction]


class WeightUnreadable(Refusal):
    """A weight is one of the columns, an equals sign and a number that is not negative."""

    code = "weight_unreadable"
    message = noop(
        "“%(weight)s” is no weight. Write numbers from 0 up for some of: %(columns)s, such as"
        " children=.55,dls=.2."
    )


class WeightsAllZero(Refusal):
    """Without any weight no need can be told from another."""

    code = "weights_all_zero"
    message = noop("All weights are zero. Give at least one of them a number above zero.")


class WeightWithoutColumn(Refusal):
    """The file says nothing of what is to be weighed."""

    code = "weight_without_column"
    message = noop("The file has no column “%(column)s”, so it cannot be weighed.")


class ColumnAllZero(Refusal):
    """What no district has cannot be shared out by."""

    code = "column_all_zero"
    message = noop("The column “%(column)s” is zero everywhere, so it cannot be weighed.")


def weights_in(text: str) -> dict[str, Fraction]:
    """The weights of a text such as ``children=.55,dls=.2``; those of zero are left out.

    Raises ``WeightUnreadable``, ``WeightsAllZero``.
    """
    found: dict[str, Fraction] = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        column, equals, number = (one.strip() for one in part.partition("="))
        weight = _number(number)
        if not equals or weight is None or column in found or column not in COLUMNS:
            raise WeightUnreadable("weights", weight=part, columns=", ".join(COLUMNS))
        found[column] = weight
    return weights_of(found)


def _number(text: str) -> Fraction | None:
    plain = text.replace(".", "", 1)
    return Fraction(text) if len(text) < 20 and plain.isascii() and plain.isdigit() else None


def weights_of(given: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Weights that add to one, in the order of the columns; raises ``WeightsAllZero``."""
    whole = sum(given.values(), Fraction())
    if not whole:
        raise WeightsAllZero("weights")
    return {one: given[one] / whole for one in COLUMNS if given.get(one)}


def require_columns(weights: Weights, columns: Iterable[str]) -> None:
    """Raise ``WeightWithoutColumn`` for what is weighed and not told."""
    known = set(columns)
    for column in weights:
        if column not in known:
            raise WeightWithoutColumn("weights", column=column)


def needs(counts: Mapping[str, Counts], weights: Weights) -> dict[str, Fraction]:
    """The share of each unit in the need of all: of each column its share, weighed.

    The shares add to one, whatever the sizes of the columns. Raises ``ColumnAllZero``.
    """
    found = dict.fromkeys(counts, Fraction())
    for column, weight in weights.items():
        whole = sum(one[column] for one in counts.values())
        if not whole:
            raise ColumnAllZero("weights", column=column)
        for unit, one in counts.items():
            found[unit] += weight * Fraction(one[column], whole)
    return found


def heavier(weights: Weights, column: str, by: Fraction) -> dict[str, Fraction]:
    """The weights with so much more of the whole on one column, the others less in proportion.

    Where a column alone is weighed there is nothing to take from: it stays as it is.
    """
    now = weights.get(column, Fraction())
    new = min(now + by, Fraction(1))
    rest = 1 - now
    scaled = {one: weight * (1 - new) / rest for one, weight in weights.items() if rest}
    return weights_of({**scaled, column: new})
