"""Which records the access matrix has: who works on each, who took it down, and what it lacks."""

from tests.doors.matrix_people import ARAVAN, FORMER, LATER
from tests.factories import NOOKEN, SUZAK

NO_OPENING = "01990000-0000-7000-8000-00000000e0e0"
# In relations.csv: the record has nothing of this kind.
HAS_NONE = "-"
# The kinds of record, and the groups of fields of each.
GROUPS = {
    "report": ("text", "reporter"),
    "case": ("name", "identity", "narrative"),
    "round": ("text",),
    "account": ("village",),
}


# Key of a record: who works on it, who decides, and the district.
WHERE: dict[str, tuple[str, str, str]] = {
    "own": ("aigul", "bakyt", SUZAK),
    "sibling": ("nurlan", "bakyt", SUZAK),
    "department": ("bakyt", "head", SUZAK),
    "nooken": ("cholpon", "specialist2", NOOKEN),
    "osh": ("zarina", "talai", ARAVAN),
    "sealed": ("aigul", "bakyt", SUZAK),
    "excluded": ("bakyt", "bakyt", SUZAK),
    "interest": ("aigul", "bakyt", SUZAK),
    "closed": ("aigul", "bakyt", SUZAK),
    "offered": ("cholpon", "specialist2", NOOKEN),
    "moved": ("nurlan", "bakyt", SUZAK),
    "apart": ("aigul", "bakyt", SUZAK),
}
# Who works on and decides a record that another department took over, and the district now.
NOW = {"moved": ("cholpon", "specialist2", NOOKEN)}
# Whose reports were taken down by somebody else than who works on them.
TAKEN_BY = {"sibling": "bakyt"}
# Reports that nobody has screened yet, and who took them down: the former worker's urgent one, one
# that was redirected, one that names the whole department, one that was sealed a day later.
REPORTS: dict[str, tuple[str, str]] = {
    "left": (FORMER, SUZAK),
    "sealed_later": (FORMER, SUZAK),
    "new": ("aigul", SUZAK),
    "redirected": ("nurlan", SUZAK),
    "of_oblast": ("zarina", ARAVAN),
    "unsealed": ("zarina", ARAVAN),
}
RECORDS = (*WHERE, *REPORTS)
# The colleagues whom a report names.
INVOLVED = {
    "excluded": ("aigul", "head"),
    "of_oblast": ("zarina", "talai", "gulnara", LATER),
    "unsealed": ("zarina", "talai", "gulnara"),
}
# What is typed or named where a report has no child.
NOBODY = {
    **dict.fromkeys(("given", "surname"), "Эчкимжок"),
    "pin": "20101201312345",
    "number": "K-0000-000",
    "year": "2001",
    "month": "01",
    "day": "01",
    "opening": NO_OPENING,
}
# Who keeps the roster of a district.
HEADS = {SUZAK: "head", NOOKEN: "head2", ARAVAN: "gulnara"}
