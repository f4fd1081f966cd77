"""The rows of ``make bench``, in the order they are run.

What is held after 2,000 requests is asked before others have asked for tens of thousands.
"""

from bench.counting import register_count, register_kept
from bench.doubles import compared, new_person
from bench.growing import growth
from bench.judging import Row
from bench.linkage.row import linkage
from bench.linkage.whole import linkage_pass
from bench.loading import register_loaded
from bench.locks import COUNT_TIMES, PAGE_TIMES, cases, counts, lists
from bench.memory import background, memory
from bench.pages import case_page, caseload, generator, register_list
from bench.planted import planted
from bench.searching import search
from bench.stage import SIZES
from bench.writing import report_created

LARGE = ("service", "nation")
LARGEST = ("nation",)
"""Where row security is to cost little: where it has most to look at."""

ROWS = (
    Row(
        "generator",
        "the load itself: an empty answer of the floor",
        "the floor's page of 25 rows",
        "answers a second",
        generator,
        at_least=2,
        sizes=SIZES,
    ),
    Row(
        "memory",
        "PSS of master and two workers after 2,000 mixed requests",
        "the floor's after as many",
        "MB",
        memory,
        at_most=2.2,
        sizes=SIZES,
    ),
    Row(
        "background",
        "PSS of the process for background work",
        "its limit",
        "MB",
        background,
        at_most=1,
        sizes=SIZES,
    ),
    Row(
        "load",
        "a register loaded from a file, 4 % known, 1 % faulty",
        "5,000 rows a second",
        "rows a second",
        register_loaded,
        at_least=1,
        sizes=SIZES,
        timed=True,
    ),
    Row(
        "caseload",
        "a worker's page of the day, 8 clients",
        "the floor's page of 25 rows",
        "answers a second",
        caseload,
        at_least=1 / 3,
        sizes=SIZES,
    ),
    Row(
        "case",
        "the page of a case, 8 clients",
        "the floor's page of 25 rows",
        "answers a second",
        case_page,
        at_least=1 / 3,
        sizes=SIZES,
    ),
    Row(
        "register",
        "the register's list of a department, 8 clients",
        "the floor's page of 25 rows",
        "answers a second",
        register_list,
        at_least=1 / 3,
        sizes=SIZES,
    ),
    Row(
        "report",
        "a report with validation and journal, 8 clients",
        "the floor's insert of one row",
        "answers a second",
        report_created,
        at_least=0.2,
        sizes=SIZES,
    ),
    Row(
        "count",
        "register of a year by district, sex and age",
        "the same aggregate as one SQL statement",
        "seconds",
        register_count,
        at_most=3,
        sizes=SIZES,
    ),
    Row(
        "kept",
        "the closed year by district, sex and age, from the kept monthly counts",
        "its limit",
        "seconds",
        register_kept,
        at_most=1,
        sizes=SIZES,
        timed=True,
    ),
    Row(
        "locks_list",
        "lists at every level: worker's cases, first page of the register",
        f"{PAGE_TIMES} times the same without row security, and 0.2 ms",
        "seconds",
        lists,
        at_most=1,
        sizes=LARGEST,
    ),
    Row(
        "locks_case",
        "a case with all around it, at every level",
        f"{PAGE_TIMES} times the same without row security, and 0.2 ms",
        "seconds",
        cases,
        at_most=1,
        sizes=LARGEST,
    ),
    Row(
        "locks_count",
        "the register counted, by state and whole, at every level",
        f"{COUNT_TIMES} times the same without row security, and 0.2 ms",
        "seconds",
        counts,
        at_most=1,
        sizes=LARGEST,
    ),
    Row(
        "growth",
        "caseload and case page at this size, 8 clients",
        "the same at the size `small`",
        "seconds",
        growth,
        at_most=1.3,
        sizes=LARGE,
    ),
    Row(
        "search",
        "2,000 misspelt names in four scripts, looked for in a department",
        "the bare look-ups of the words and of who bears them, without row security",
        "seconds",
        search,
        at_most=3,
        sizes=SIZES[1:],
    ),
    Row(
        "compared",
        "all children of each department compared with each other, as each night",
        "a million in ten minutes",
        "children a second",
        compared,
        at_least=1,
        sizes=LARGE,
        timed=True,
        by_name=True,
    ),
    Row(
        "new_person",
        "who may be a child that is typed anew: 200 in four scripts, in a whole department",
        "its limit",
        "seconds",
        new_person,
        at_most=1,
        sizes=LARGE,
        timed=True,
        by_name=True,
    ),
    Row(
        "linkage",
        "one child's two records found among 220,000, F1",
        "Splink on the same canonical fields",
        "F1",
        linkage,
        at_least=1,
        sizes=SIZES,
        by_name=True,
    ),
    Row(
        "linkage_pass",
        "a million records looked through for duplicates by `kamkor people duplicates`",
        "its limit",
        "seconds",
        linkage_pass,
        at_most=1,
        sizes=SIZES,
        timed=True,
        by_name=True,
    ),
)

PLANTED = Row(
    "planted",
    "a slow row, planted to see that it is noticed",
    "the same work without the delay",
    "seconds",
    planted,
    at_most=1.3,
    sizes=SIZES,
    by_name=True,
)
