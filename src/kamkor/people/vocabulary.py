"""The words for how two records compare, line by line, and what follows from it."""

from typing import Final

from kamkor.kernel.words import noop

SAME, DIFFERENT, NOT_SURE = "same", "different", "not_sure"
"""What a person says of two records that may be one child."""

SAME_THING, NEARLY, OTHER, UNKNOWN = "same", "nearly", "other", "unknown"
"""What is told plainly of one thing in two records."""
PLAINLY: Final = {
    SAME_THING: noop("same"),
    NEARLY: noop("nearly the same"),
    OTHER: noop("different"),
    UNKNOWN: noop("not known"),
}

ZONES: Final = {"link": noop("one child"), "review": noop("a person must look")}
NEVER_LINKED: Final = {
    "numbers_differ": noop("two valid personal numbers"),
    "twins": noop("perhaps twins: one birth date and family, another given name"),
}
COMPARED: Final = {
    "name_order": noop("Order of names"),
    "surname": noop("Surname"),
    "given": noop("Given name"),
    "father": noop("Father's name"),
    "date": noop("Birth date"),
    "place": noop("Place"),
    "sex": noop("Sex"),
    "pin": noop("Personal number"),
}
"""What a line is about: its code without the last word; a number has no line."""
LIKENESS: Final = {
    "name_order_kept": noop("as written"),
    "name_order_turned": noop("surname and given name exchanged"),
    "equal": noop("equal"),
    "heard": noop("sounds alike"),
    "near": noop("one or two letters apart"),
    "missing": noop("not known"),
    "other": noop("different"),
    "date_first": noop("equal, 1 January"),
    "date_turned": noop("day and month exchanged"),
    "date_january": noop("one is 1 January of the year"),
    "date_part": noop("two of day, month and year equal"),
    "date_close": noop("at most ten days apart"),
    "date_year": noop("only the year equal"),
    "place_municipality": noop("the same"),
    "place_district": noop("the same district"),
}
"""What a line says: by its whole code, else by its last word."""


def words_of_line(code: str) -> tuple[str, str]:
    """What a line is about and what it says, not yet translated."""
    about, _, said = code.rpartition("_")
    return COMPARED[about], LIKENESS.get(code) or LIKENESS[said]
