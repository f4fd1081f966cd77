"""The one statement that counts a figure, put together from the facts it is counted from."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any

from kamkor.figures.queries import merges
from kamkor.figures.rules.question import Question
from kamkor.figures.vocabulary import CHILD, FAMILY, Figure, Key
from kamkor.kernel import clock, rulesets

WRONG = """wrong AS MATERIALIZED (
    SELECT f.case_id FROM kamkor_takingoffdecision f
    WHERE f.agreed AND f.reason = ANY(%(errors)s) AND {known}
)"""
# Each gives: subject, case_id, child_id, day, department, district, by_post, reason, sealed.
_OF_CASE = """SELECT {subject} AS subject, c.id AS case_id, {child} AS child_id,
    f.happened_on AS day, f.department, f.district, f.by_post, {reason} AS reason,
    c.team IS NOT NULL AS sealed
FROM {table} f JOIN kamkor_case c ON c.id = f.case_id {of_child}
WHERE c.register = %(register)s AND {known} AND f.happened_on BETWEEN %(first)s AND %(last)s
    AND NOT EXISTS (SELECT FROM wrong w WHERE w.case_id = f.case_id)"""
_STANDING = """SELECT {subject} AS subject, c.id AS case_id, {child} AS child_id, d.day,
    coalesce(h.to_office_id, f.department) AS department,
    coalesce(h.moved_to, f.district) AS district,
    f.by_post, '' AS reason, c.team IS NOT NULL AS sealed
FROM days d JOIN kamkor_registration f ON f.registered AND f.happened_on <= d.day AND {known}
JOIN kamkor_case c ON c.id = f.case_id AND c.register = %(register)s {of_child}
LEFT JOIN handed h ON h.case_id = f.case_id AND h.day = d.day
WHERE NOT EXISTS (SELECT FROM off o WHERE o.case_id = f.case_id AND o.happened_on <= d.day)
    AND NOT EXISTS (SELECT FROM wrong w WHERE w.case_id = f.case_id){not_joined}"""
OFF = """off AS MATERIALIZED (
    SELECT f.case_id, f.happened_on, f.reason FROM kamkor_takingoffdecision f
    WHERE f.agreed AND {known}
)"""
DAYS = "days AS MATERIALIZED (SELECT unnest(%(days)s::date[]) AS day)"
# Who answers for a case on a day: whoever accepted it last.
HANDED = """handed AS MATERIALIZED (
    SELECT DISTINCT ON (d.day, f.case_id) d.day, f.case_id, o.to_office_id, f.moved_to
    FROM days d JOIN kamkor_transferanswer f ON f.accepted AND f.happened_on <= d.day AND {known}
    JOIN kamkor_transferoffer o ON o.id = f.offer_id
    ORDER BY d.day, f.case_id, f.happened_on DESC, f.first_recorded_at DESC
)"""
# Who returns by a decision on an earlier episode is not found anew, unless that one was an error.
RETURNED = """returned AS MATERIALIZED (
    SELECT c.id AS case_id FROM kamkor_case c WHERE c.previous_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM wrong w WHERE w.case_id = c.previous_id)
)"""
_FOUND = " AND NOT EXISTS (SELECT FROM returned b WHERE b.case_id = f.case_id)"
_COHORT_OFF = """ AND EXISTS (
    SELECT FROM {off_with} o WHERE o.case_id = f.case_id AND o.happened_on <= %(on)s)
AND NOT EXISTS (SELECT FROM standing s WHERE s.subject = {subject})"""
_REENTERED = """ AND f.registered AND EXISTS (
    SELECT FROM kamkor_case earlier JOIN off o ON o.case_id = earlier.id {of_earlier}
    WHERE {earlier} = {subject_of_case} AND earlier.register = c.register
    AND earlier.id <> c.id AND o.happened_on <= f.happened_on
    AND NOT EXISTS (SELECT FROM wrong w WHERE w.case_id = earlier.id))"""
WENT = " AND f.kind <> ALL(%(calls)s)"
# A correction keeps the moment at which the first fact was recorded: who did it is the first's.
_FIRST_POST = """CASE WHEN f.corrects IS NULL THEN f.by_post ELSE (
        SELECT o.by_post FROM {table} o WHERE {about} AND o.corrects IS NULL
        AND o.first_recorded_at = f.first_recorded_at LIMIT 1) END AS by_post"""
_VISITED = (
    """SELECT v.household_id AS subject, c.id AS case_id, {child} AS child_id, f.happened_on AS day,
    f.department, f.district, {visitor}, '' AS reason, c.team IS NOT NULL AS sealed
FROM kamkor_visitchild f JOIN kamkor_visit v ON v.id = f.visit_id
JOIN kamkor_case c ON c.id = f.case_id {of_child}
WHERE {known} AND f.happened_on BETWEEN %(first)s AND %(last)s
    AND NOT EXISTS (SELECT FROM wrong w WHERE w.case_id = f.case_id)"""
    + WENT
)
# What a report tells may be corrected; who took it down is the report's.
_REPORTED = """SELECT r.id AS subject, NULL::uuid AS case_id, NULL::uuid AS child_id,
    f.happened_on AS day, f.department, f.district, r.by_post, '' AS reason, f.source,
    r.team IS NOT NULL AS sealed
FROM kamkor_reporttold f JOIN kamkor_report r ON r.id = f.report_id
WHERE {known} AND f.happened_on BETWEEN %(first)s AND %(last)s"""
# The last word on each report by the day; a declined one may have been opened again.
_DECLINED = """SELECT r.id AS subject, NULL::uuid AS case_id, NULL::uuid AS child_id,
    f.happened_on AS day, f.department, f.district, f.by_post, f.reason, t.source,
    r.team IS NOT NULL AS sealed
FROM kamkor_report r JOIN kamkor_reporttold t ON t.report_id = r.id AND {known_told}
JOIN LATERAL (
    SELECT f.happened_on, f.first_recorded_at, f.decision, f.reason, f.department, f.district,
        {screener}
    FROM kamkor_screening f
    WHERE f.report_id = r.id AND f.happened_on <= %(on)s AND {known}
    ORDER BY f.first_recorded_at DESC LIMIT 1
) f ON f.decision = 'decline'
WHERE f.happened_on BETWEEN %(first)s AND %(last)s AND NOT EXISTS (
    SELECT FROM kamkor_secondlook l WHERE l.report_id = r.id AND NOT l.upheld
    AND l.first_recorded_at > f.first_recorded_at AND l.happened_on <= %(on)s AND {known_look})"""

BIRTH = """birth AS MATERIALIZED (
    SELECT DISTINCT ON (f.person_id) f.person_id, f.born_on, f.sex FROM kamkor_birth f
    WHERE {known} ORDER BY f.person_id, f.first_recorded_at DESC, f.id DESC
)"""
_BIRTH_NOW = "birth AS (SELECT p.id AS person_id, p.born_on, p.sex FROM kamkor_person p)"
_JOINS: dict[str, str] = {
    Key.MAIN_GROUND: "LEFT JOIN kamkor_registrationground g"
    " ON g.case_id = r.case_id AND g.main AND {known_ground}",
    Key.GROUND: "LEFT JOIN kamkor_registrationground n ON n.case_id = r.case_id AND {known_each}",
    Key.SOURCE: "LEFT JOIN kamkor_identification i ON i.case_id = r.case_id AND {known_source}",
    Key.SEX: "LEFT JOIN birth b ON b.person_id = r.child_id",
    Key.WORKER: """LEFT JOIN LATERAL (
        SELECT a.post_id FROM kamkor_assignment a
        WHERE a.case_id = r.case_id AND a.happened_on <= r.day AND {known_post}
        ORDER BY a.happened_on DESC, a.first_recorded_at DESC LIMIT 1) a ON true""",
}
_JOINS[Key.AGE] = _JOINS[Key.SEX]
# Of a cohort: why its subject was taken off last, from whichever episode.
_LAST_REASON = """LEFT JOIN LATERAL (
        SELECT o.reason FROM kamkor_case e JOIN kamkor_takingoffdecision o ON o.case_id = e.id
        WHERE {last_of} AND e.register = %(register)s
            AND o.agreed AND o.happened_on <= %(on)s AND {known_last}
            AND NOT EXISTS (SELECT FROM kamkor_takingoffdecision f WHERE f.case_id = e.id
                AND f.agreed AND f.reason = ANY(%(errors)s) AND {known_wrong})
        ORDER BY o.happened_on DESC, o.first_recorded_at DESC LIMIT 1) y ON true"""
_LAST_OF = {
    CHILD: """e.child_id = ANY (ARRAY(SELECT r.subject
            UNION ALL SELECT s.person_id FROM same s WHERE s.kept_id = r.subject))""",
    FAMILY: "e.household_id = r.subject",
}
_ENTERING = frozenset({"identified", "registered", "reentered", "cohort"})
"""What counts a child that is brought in: once, whatever number of records it was entered in."""
_ALIAS = {"ground": "g", "each": "n", "source": "i", "post": "a", "last": "o", "wrong": "f"}
_VALUES: dict[str, str] = {
    Key.MAIN_GROUND: "g.ground",
    Key.GROUND: "n.ground",
    Key.SOURCE: "i.source",
    Key.SEX: "nullif(b.sex, '')",
    # The first five figures of a code are those of its oblast.
    Key.OBLAST: "rpad(nullif(left(r.district, 5), ''), 14, '0')",
    Key.DISTRICT: "nullif(r.district, '')",
    Key.DEPARTMENT: "r.department::text",
    Key.REASON: "nullif(r.reason, '')",
    Key.WORKER: "a.post_id::text",
    Key.MONTH: "to_char(r.day, 'YYYY-MM')",
}
UNKNOWN = "unknown"


def known(alias: str, question: Question) -> str:
    """Which facts count: recorded by the end of the day asked for, and not withdrawn by then."""
    if question.known_on is None:
        return f"{alias}.withdrawn_at IS NULL"
    return (
        f"{alias}.recorded_at < %(known)s"
        f" AND ({alias}.withdrawn_at IS NULL OR {alias}.withdrawn_at >= %(known)s)"
    )


def rows_of(figure: Figure, question: Question) -> tuple[list[str], str]:
    """The facts a figure is counted from: the parts named before, and the question itself."""
    subject = "f.id" if figure.unit == "event" else _subject(figure)
    words = {"subject": subject, "known": known("f", question), "reason": "''"}
    words |= _read_as_one(figure, question)
    words["visitor"] = _FIRST_POST.format(
        table="kamkor_visitchild", about="(o.case_id = f.case_id OR o.visit_id = f.visit_id)"
    )
    words["screener"] = _FIRST_POST.format(
        table="kamkor_screening", about="o.report_id = f.report_id"
    )
    before = _named_before(figure)
    table = {
        "taken_off": "kamkor_takingoffdecision",
        "cohort": "kamkor_identification",
        "identified": "kamkor_identification",
        "not_seen": "kamkor_visitchild",
    }.get(figure.counts, "kamkor_registration")
    text = _OF_CASE
    if figure.counts == "taken_off":
        words["reason"], text = "f.reason", text + " AND f.agreed"
    elif figure.counts == "not_seen":
        words["reason"], text = "f.not_seen_reason", text + " AND f.seen = 'not_seen'" + WENT
    elif figure.counts == "registered":
        text += " AND f.registered"
    elif figure.counts == "reentered":
        text += _REENTERED
    elif figure.counts == "cohort":
        text += _FOUND + _COHORT_OFF
    elif figure.counts == "identified":
        text += _FOUND
    else:
        text = {
            "on_register": _STANDING,
            "visited": _VISITED,
            "reported": _REPORTED,
            "declined": _DECLINED,
        }[figure.counts]
    if figure.register == CHILD and figure.counts in _ENTERING:
        text += merges.NOT_DOUBLED
    words |= {"table": table, "known_look": known("l", question)}
    words["known_told"] = known("t", question)
    return [part.format(**words) for part in before], text.format(**words)


def _named_before(figure: Figure) -> list[str]:
    """The parts a figure's question builds on, in an order in which each finds its own."""
    of_child, counts = figure.register == CHILD, figure.counts
    parts: list[tuple[str, bool]] = [
        (merges.SAME, of_child),
        (WRONG, True),
        (OFF, counts in {"on_register", "cohort", "reentered", "taken_off"}),
        (RETURNED, counts in {"identified", "cohort"}),
        (merges.JOINED, of_child and counts in _ENTERING | {"on_register"}),
        (merges.OFF_WITH, of_child and counts == "cohort"),
        (merges.DOUBLED, of_child and counts in _ENTERING),
        (DAYS, counts in {"on_register", "cohort"}),
        (HANDED, counts in {"on_register", "cohort"}),
        (f"standing AS MATERIALIZED ({_STANDING})", counts == "cohort"),
    ]
    return [part for part, wanted in parts if wanted]


def _subject(figure: Figure) -> str:
    return merges.CHILD if figure.register == CHILD else "c.household_id"


def _read_as_one(figure: Figure, question: Question) -> dict[str, str]:
    """The words of a statement by which several records of a child are read as one."""
    words = {"subject_of_case": _subject(figure), "known_earlier": known("e", question)}
    words |= {"entering": "", "entering_earlier": ""}
    if figure.counts in {"registered", "reentered"}:
        words |= {"entering": " AND f.registered", "entering_earlier": " AND e.registered"}
    if figure.register != CHILD:
        alone = dict.fromkeys(("of_child", "of_earlier", "not_joined"), "")
        read = {"child": "c.child_id", "earlier": "earlier.household_id", "off_with": "off"}
        return words | alone | read
    read = words | {"child": merges.CHILD, "of_child": merges.OF_CHILD, "off_with": "off_with"}
    read["earlier"] = "coalesce(es.kept_id, earlier.child_id)"
    read["of_earlier"] = "LEFT JOIN same es ON es.person_id = earlier.child_id"
    return read | {"not_joined": merges.NOT_JOINED.format(**words)}


def counted_rows(figure: Figure, question: Question, keys: tuple[Key, ...]) -> str:
    """``WITH`` parts up to ``placed``: subject, case, sealed, day and the keys ``k1``, ``k2``..."""
    before, rows = rows_of(figure, question)
    if {Key.SEX, Key.AGE} & set(keys):
        birth = _BIRTH_NOW if question.known_on is None else BIRTH
        before.append(birth.format(known=known("f", question)))
    joins = [_JOINS[key] for key in keys if key in _JOINS and not _own_column(key, figure)]
    if Key.REASON in keys and figure.counts == "cohort":
        joins.append(_LAST_REASON)
    conditions = {f"known_{name}": known(alias, question) for name, alias in _ALIAS.items()}
    conditions["last_of"] = _LAST_OF.get(figure.register, "")
    joined = "\n".join(dict.fromkeys(join.format(**conditions) for join in joins))
    columns = "".join(
        f", coalesce({_value(key, figure)}, '{UNKNOWN}') AS k{number}"
        for number, key in enumerate(keys, 1)
    )
    within = "" if question.districts is None else "WHERE r.district = ANY(%(districts)s)"
    return (
        "WITH "
        + ",\n".join([*before, f"rows AS ({rows})"])
        + f""",
placed AS MATERIALIZED (
    SELECT r.subject, r.case_id, r.sealed, r.day{columns} FROM rows r {joined} {within}
)"""
    )


def _own_column(key: Key, figure: Figure) -> str:
    """Where the counted fact says itself what is else asked of its case."""
    if key == Key.SOURCE and figure.counts in {"reported", "declined"}:
        return "r.source"
    if key == Key.WORKER and figure.counts in {"visited", "reported", "declined"}:
        return "r.by_post::text"
    if key == Key.REASON and figure.counts == "cohort":
        return "nullif(y.reason, '')"
    return ""


def _value(key: Key, figure: Figure) -> str:
    if key == Key.AGE:
        return _age("extract(year FROM age(r.day, b.born_on))")
    return _own_column(key, figure) or _VALUES[key]


def _age(years: str) -> str:
    return f"""(SELECT band FROM unnest(%(bands)s::text[], %(from_ages)s::int[], %(to_ages)s::int[])
        AS bands(band, from_age, to_age) WHERE {years} BETWEEN from_age AND to_age)"""


def values_for(figure: Figure, question: Question, keys: Sequence[Key]) -> dict[str, Any]:
    """What the names in a statement about these keys stand for."""
    ends = month_ends(question.first, question.last)
    by_month = figure.is_stock and Key.MONTH in keys
    days = sorted({question.on, *ends}) if by_month else [question.on]
    bands = rulesets.rules("age_bands", question.on)
    return {
        "register": figure.register,
        "first": question.first,
        "last": question.last,
        "on": question.on,
        "known": clock.day_ends(question.known_on) if question.known_on else None,
        "days": days,
        "month_ends": ends,
        "districts": list(question.districts or ()),
        "errors": [
            one.code for one in rulesets.all_rules("taking_off_reasons") if one.get("error")
        ],
        "calls": [one.code for one in rulesets.all_rules("visit_kinds") if one.get("by_telephone")],
        "bands": [band.code for band in bands],
        "from_ages": [int(band.get("from") or 0) for band in bands],
        "to_ages": [int(band.get("to") or 200) for band in bands],
    }


def month_ends(first: date, last: date) -> list[date]:
    """The last day of each month of a period; of its last month the period's own last day."""
    ends = []
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        ends.append(min(date(year, month, monthrange(year, month)[1]), last))
        year, month = year + month // 12, month % 12 + 1
    return ends


def listing_statement(
    figure: Figure, question: Question, keys: tuple[Key, ...], conditions: list[str]
) -> str:
    """The subjects and cases behind a cell."""
    where = " AND ".join(["case_id IS NOT NULL", *conditions])
    return (
        f"{counted_rows(figure, question, keys)}"
        f" SELECT DISTINCT subject, case_id FROM placed WHERE {where}"
    )


def counting_statement(figure: Figure, question: Question, keys: tuple[Key, ...]) -> str:
    """Counts at every depth of the nesting: depth, keys, and how many different subjects."""
    parts = []
    for depth in range(len(keys) + 1):
        named = [f"k{number}" for number in range(1, depth + 1)]
        shown = [*named, *["'*'"] * (len(keys) - depth)]
        wanted = ["NOT sealed"] if question.hides_sealed(keys[:depth]) else []
        if figure.is_stock and Key.MONTH in keys:
            at_end = Key.MONTH not in keys[:depth]
            wanted.append("day = %(on)s" if at_end else "day = ANY(%(month_ends)s)")
        where = f" WHERE {' AND '.join(wanted)}" if wanted else ""
        group = f" GROUP BY {', '.join(named)}" if named else ""
        columns = "".join(f", {column}" for column in shown)
        parts.append(f"SELECT {depth}{columns}, count(DISTINCT subject) FROM placed{where}{group}")
    return counted_rows(figure, question, keys) + "\n" + "\nUNION ALL\n".join(parts)
