"""What may be wrong with a row of a register's file, and what mends it."""

from dataclasses import dataclass, field
from typing import Any

from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing that is wrong with a cell: its column, what stands in it, and the kind of fault."""

    column: str
    value: str
    code: str
    details: dict[str, str] = field(default_factory=dict)

    def as_list(self) -> list[Any]:
        """The fault as it is kept on the way."""
        return [self.column, self.value, self.code, self.details]


FAULTS: dict[str, tuple[str, str]] = {
    "cell_missing": (noop("This cell is empty."), noop("Fill it in.")),
    "cell_too_long": (
        noop("This is longer than the register takes."),
        noop("Use %(limit)s or fewer."),
    ),
    "cell_not_used": (noop("This cell is not used in such a row."), noop("Empty it.")),
    "cells_beyond": (
        noop("There are more cells in this row than columns in the first."),
        noop("Take out the cell too many; in CSV put a text with the separator in quotes."),
    ),
    "register_unknown": (noop("There is no such register."), noop("Write child or family.")),
    "event_unknown": (noop("There is no such event."), noop("Write entry or removal.")),
    "name_empty": (noop("There is no name."), noop("Write the surname, the given name or both.")),
    "day_unreadable": (
        noop("This is no date that can be read."),
        noop("Write day, month and year, such as 21.11.2026, or 2026-11-21."),
    ),
    "day_to_come": (
        noop("This day has not come yet."),
        noop("Write a day up to today, %(today)s."),
    ),
    "day_before_birth": (
        noop("This is before the child's birth."),
        noop("Mend the date, or the birth %(born)s."),
    ),
    "birth_less_exact": (
        noop("The birth is written less exactly than the precision says."),
        noop("Write the whole date, or the precision month or year."),
    ),
    "precision_unknown": (
        noop("There is no such precision."),
        noop("Write day, month or year, or nothing."),
    ),
    "sex_unknown": (noop("The sex cannot be read."), noop("Write f, m or x.")),
    "pin_not_14_digits": (
        noop("A personal number has 14 digits."),
        noop("Mend it, or leave it empty."),
    ),
    "place_not_yours": (
        noop("Your office does not cover a place of this name or code."),
        noop("Write the code or the full name of a district, city or village of yours."),
    ),
    "place_ambiguous": (noop("Several places bear this name."), noop("Write the code.")),
    "ground_unknown": (
        noop("There was no ground “%(ground)s” on that day."),
        noop("Write a code of the list of grounds."),
    ),
    "ground_never": (
        noop("There is no ground “%(ground)s”."),
        noop("Write a code of the list of grounds."),
    ),
    "ground_not_of_register": (
        noop("The ground “%(ground)s” belongs to the other register."),
        noop("Write a ground of this register."),
    ),
    "reason_unknown": (
        noop("There was no such reason on that day."),
        noop("Write a code of the list of reasons for taking off."),
    ),
    "reason_never": (
        noop("There is no such reason."),
        noop("Write a code of the list of reasons for taking off."),
    ),
    "no_child": (
        noop("Whoever was %(limit)s years old on that day is no child."),
        noop("Mend the birth or the date, or leave the row out."),
    ),
    "reference_twice": (
        noop("Row %(row)s bears the same reference and says something else."),
        noop("Give each entry a reference of its own."),
    ),
    "entry_not_found": (
        noop("No entry of this reference stands on the register."),
        noop("Write the reference of an entry of this file, or of one loaded before."),
    ),
    "entry_ambiguous": (
        noop("Several districts have an entry of this reference."),
        noop("Write the place too."),
    ),
    "entry_faulty": (
        noop("The entry of this reference, in row %(row)s, has a fault itself."),
        noop("Mend that row."),
    ),
    "before_entry": (
        noop("This is before the entry on %(begun)s."),
        noop("Mend the date."),
    ),
    "not_on_register": (
        noop("The entry does not stand on the register any more."),
        noop("Leave the row out; what has changed since is done on the page of the case."),
    ),
    "needs_other_side": (
        noop("This reason needs the other department's consent."),
        noop("Leave the row out and offer a transfer on the page of the case."),
    ),
    "not_yet_adult": (
        noop("The child had not come of age on that day, or its birth is not known."),
        noop("Mend the birth, the date or the reason."),
    ),
    "home_elsewhere": (
        noop("This family stands with another department now, or is sealed."),
        noop("Leave the row out and tell that department."),
    ),
    "code_not_14_digits": (
        noop("A code of a place has 14 digits."),
        noop("Write the code of the national list."),
    ),
    "parent_unknown": (
        noop("No district, city or rural district bears this code."),
        noop("Write the code of the unit it lies in, of this file or of the list."),
    ),
    "unit_of_other_level": (
        noop("A unit of this code stands at another level."),
        noop("Mend the code or the parent."),
    ),
    "code_twice": (
        noop("Row %(row)s bears the same code."),
        noop("Leave one of the two rows out."),
    ),
    "ends_before_beginning": (
        noop("This day is before the first day of validity."),
        noop("Mend one of the two days."),
    ),
    "coordinate_unreadable": (
        noop("This is no coordinate in degrees."),
        noop("Write it such as 40.93, or leave it empty."),
    ),
    "neighbour_unknown": (
        noop("One of the neighbours is not known."),
        noop("Write codes of this file or of the list, parted by semicolons."),
    ),
    "district_unknown": (
        noop("This is the code of no district or city."),
        noop("Write a code of the empty file: it names them all."),
    ),
    "number_not_whole": (
        noop("This is no whole number from 0 up."),
        noop("Write digits alone, such as 53120."),
    ),
    "day_differs": (
        noop("Row %(row)s tells of another day."),
        noop("Write numbers of one day."),
    ),
    "clash": (
        noop("This clashes with what is recorded."),
        noop("Look for the child on the register before the row is loaded again."),
    ),
}
"""What is wrong, and what mends it, for each code of fault."""


class FileTooLarge(Refusal):
    """A file is larger than is read at once."""

    code = "file_too_large"
    message = noop("The file is larger than %(limit)s MB. Load it in parts.")


class FileTooManyRows(Refusal):
    """A file has more rows than are read at once."""

    code = "file_too_many_rows"
    message = noop("The file has more than %(limit)s rows. Load it in parts.")


class FileUnpacksTooLarge(Refusal):
    """A packed file that is far larger unpacked, by mistake or on purpose, is not opened."""

    code = "file_unpacks_too_large"
    message = noop("Unpacked, the file is larger than %(limit)s MB. It was not opened.")


class FileUnreadable(Refusal):
    """A file that is neither a CSV nor an XLSX file, or is broken."""

    code = "file_unreadable"
    message = noop("The file cannot be read. Save it as CSV or XLSX and try again.")


class FileEmpty(Refusal):
    """There is no row below the names of the columns."""

    code = "file_empty"
    message = noop("The file has no row below the names of its columns.")


class FileColumnsMissing(Refusal):
    """Columns are missing without which a file is no register."""

    code = "file_columns_missing"
    message = noop("The first row must name the columns. There is no column: %(columns)s.")


class FileColumnsUnknown(Refusal):
    """A column that nothing is known of, or one that stands there twice."""

    code = "file_columns_unknown"
    message = noop("These columns are not known, or stand there twice: %(columns)s.")
