"""What is counted: each figure with its unit and definition, and what it may be broken down by."""

from dataclasses import dataclass
from enum import StrEnum

from kamkor.kernel.words import noop


class Key(StrEnum):
    """What a figure may be broken down by."""

    GROUND = "ground"
    MAIN_GROUND = "main_ground"
    SEX = "sex"
    AGE = "age"
    OBLAST = "oblast"
    DISTRICT = "district"
    DEPARTMENT = "department"
    REASON = "reason"
    SOURCE = "source"
    WORKER = "worker"
    MONTH = "month"


KEY_LABELS: dict[str, str] = {
    Key.GROUND: noop("Ground (each one counts)"),
    Key.MAIN_GROUND: noop("Main ground"),
    Key.SEX: noop("Sex"),
    Key.AGE: noop("Age"),
    Key.OBLAST: noop("Oblast"),
    Key.DISTRICT: noop("District or city"),
    Key.DEPARTMENT: noop("Department"),
    Key.REASON: noop("Reason"),
    Key.SOURCE: noop("Source"),
    Key.WORKER: noop("Post"),
    Key.MONTH: noop("Month"),
}
BELOW_OBLAST = frozenset({Key.DISTRICT, Key.DEPARTMENT, Key.WORKER})
"""Sealed cases are in no cell that one of these divides."""

_PLACE = frozenset({Key.OBLAST, Key.DISTRICT, Key.DEPARTMENT, Key.WORKER, Key.MONTH})
_CASE = _PLACE | {Key.GROUND, Key.MAIN_GROUND, Key.SOURCE}
_CHILD = _CASE | {Key.SEX, Key.AGE}

CHILD = "child"
FAMILY = "family"


@dataclass(frozen=True)
class Figure:
    """One figure: what a unit of it is, what it counts, and by what it may be broken down.

    ``counts`` names the facts it is counted from; ``register`` is ``child``, ``family`` or none.
    """

    name: str
    unit: str
    counts: str
    register: str
    label: str
    definition: str
    keys: frozenset[Key]

    @property
    def is_stock(self) -> bool:
        """Whether it is the state of one day, not what happened in a period."""
        return self.counts == "on_register"


def _child(name: str, counts: str, label: str, definition: str, *more: Key) -> Figure:
    return Figure(name, "child", counts, CHILD, label, definition, _CHILD | set(more))


def _family(name: str, counts: str, label: str, definition: str, *more: Key) -> Figure:
    return Figure(name, "family", counts, FAMILY, label, definition, _CASE | set(more))


_LISTED = (
    _child(
        "children_identified",
        "identified",
        noop("Children identified"),
        noop(
            "Children found in difficulty in the period, each child once. Who only returned to the"
            " register was not found anew and is not among them."
        ),
    ),
    _child(
        "children_registered",
        "registered",
        noop("Children put on the register"),
        noop("Children put on the register in the period, each child once."),
    ),
    _child(
        "children_taken_off",
        "taken_off",
        noop("Children taken off the register"),
        noop("Children taken off the register in the period, each child once."),
        Key.REASON,
    ),
    _child(
        "children_on_register",
        "on_register",
        noop("Children on the register"),
        noop("Children who stand on the register at the end of the day, each child once."),
    ),
    _child(
        "children_reentered",
        "reentered",
        noop("Children who returned to the register"),
        noop("Children put on the register in the period who had been taken off it before."),
    ),
    _child(
        "cohort_taken_off",
        "cohort",
        noop("Of those identified: off the register"),
        noop(
            "Of the children identified in the period, those who were taken off the register by"
            " the day and do not stand on it again."
        ),
        Key.REASON,
    ),
    Figure(
        "entries",
        "event",
        "registered",
        CHILD,
        noop("Entries of children"),
        noop("How often a child was put on the register in the period; a child may enter twice."),
        _CHILD,
    ),
    _family(
        "families_identified",
        "identified",
        noop("Families identified"),
        noop(
            "Families found in difficulty in the period, each family once. A family that only"
            " returned to the register was not found anew and is not among them."
        ),
    ),
    _family(
        "families_registered",
        "registered",
        noop("Families put on the register"),
        noop("Families put on the register in the period, each family once."),
    ),
    _family(
        "families_taken_off",
        "taken_off",
        noop("Families taken off the register"),
        noop("Families taken off the register in the period, each family once."),
        Key.REASON,
    ),
    _family(
        "families_on_register",
        "on_register",
        noop("Families on the register"),
        noop("Families that stand on the register at the end of the day, each family once."),
    ),
    _family(
        "families_reentered",
        "reentered",
        noop("Families that returned to the register"),
        noop("Families put on the register in the period that had been taken off it before."),
    ),
    _family(
        "families_cohort_taken_off",
        "cohort",
        noop("Of the families identified: off the register"),
        noop(
            "Of the families identified in the period, those that were taken off the register by"
            " the day and do not stand on it again."
        ),
        Key.REASON,
    ),
    Figure(
        "families_entries",
        "event",
        "registered",
        FAMILY,
        noop("Entries of families"),
        noop("How often a family was put on the register in the period."),
        _CASE,
    ),
    Figure(
        "households_visited",
        "household",
        "visited",
        "",
        noop("Households visited"),
        noop("Households somebody went to in the period, each once; telephone calls do not count."),
        _PLACE,
    ),
    Figure(
        "reports_received",
        "event",
        "reported",
        "",
        noop("Reports received"),
        noop("Reports about children received in the period."),
        _PLACE | {Key.SOURCE},
    ),
    Figure(
        "reports_declined",
        "event",
        "declined",
        "",
        noop("Reports declined"),
        noop("Reports declined in the period and not opened again by the day."),
        _PLACE | {Key.SOURCE, Key.REASON},
    ),
    Figure(
        "children_not_seen",
        "child",
        "not_seen",
        CHILD,
        noop("Children not seen"),
        noop("Children whom a visit in the period did not meet, each child once."),
        _CHILD | {Key.REASON},
    ),
)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in _LISTED}

_STAFF_KEYS = frozenset({Key.OBLAST, Key.DISTRICT})


def _staffing(name: str, unit: str, label: str, definition: str) -> Figure:
    return Figure(name, unit, "staffing", "", label, definition, _STAFF_KEYS)


_OF_STAFF = (
    _staffing(
        "posts_planned",
        "post",
        noop("Posts planned"),
        noop(
            "Full posts that programmes have opened by the day, and posts beside them that have not"
            " ended. In an oblast or a district: those that have their place there."
        ),
    ),
    _staffing(
        "posts_filled",
        "post",
        noop("Posts filled"),
        noop("Of them, those that somebody holds on the day, also who is on leave."),
    ),
    _staffing(
        "posts_vacant",
        "post",
        noop("Posts vacant"),
        noop(
            "Posts planned that nobody holds on the day: vacant, announced, in selection, or not yet"
            " given a place."
        ),
    ),
    _staffing(
        "children_per_post",
        "ratio",
        noop("Children per post"),
        noop("Children for each post planned, rounded half up."),
    ),
    _staffing(
        "children_per_filled_post",
        "ratio",
        noop("Children per filled post"),
        noop("Children for each post that somebody holds on the day, rounded half up."),
    ),
    _staffing(
        "posts_short_of_norm",
        "post",
        noop("Posts short of the norm"),
        noop(
            "How many posts more than planned the norm of the programme would need for all children;"
            " below zero: beyond the norm."
        ),
    ),
    _staffing(
        "time_to_fill_days",
        "day",
        noop("Days until a post is filled"),
        noop(
            "Median of the days for which posts filled from the first day to the last had been"
            " vacant."
        ),
    ),
    _staffing(
        "turnover",
        "percent",
        noop("Turnover, %"),
        noop(
            "Who left a post from the first day to the last, in percent of the mean of those in post"
            " on these two days."
        ),
    ),
)
STAFFING: dict[str, Figure] = {figure.name: figure for figure in _OF_STAFF}
"""Figures of the posts of the establishment; counted from posts, not from cases."""

EVERY_FIGURE: dict[str, Figure] = FIGURES | STAFFING
