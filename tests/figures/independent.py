"""A second count of the register: plain SQL over the facts, and sets; it shares no code.

Everything is read as the owner, row by row, and counted by the definitions of docs/howto.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connections

ZONE = ZoneInfo("Asia/Bishkek")
WRONG = "entered_in_error"
CALL = "call"

Row = dict[str, Any]


@dataclass(frozen=True)
class Counted:
    """One thing counted: whom it counts, when, and where and how it can be broken down."""

    subject: Any
    day: date
    sealed: bool
    department: str
    district: str
    case: Any = None
    child: Any = None
    reason: str = ""
    source: str = ""
    by_post: str = ""


def asked(statement: str) -> list[Row]:
    """The rows of a statement, read as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


FACTS = (
    "identification",
    "registration",
    "takingoffdecision",
    "transferanswer",
    "visitchild",
    "reporttold",
    "screening",
    "secondlook",
    "registrationground",
    "birth",
    "assignment",
    "personmerge",
    "casemerge",
)


IN_ORDER = ("happened_on", "first_recorded_at", "id")
# What somebody did, and is counted by who did it.
MADE = ("visitchild", "screening")


SELECT = "SELECT * FROM kamkor_{name} ORDER BY {by}"


def all_rows() -> dict[str, list[Row]]:
    """Every table that is counted from, whole."""
    orders = dict.fromkeys(FACTS, "first_recorded_at, id")
    orders |= dict.fromkeys(("case", "visit", "transferoffer", "report"), "id")
    return {name: asked(SELECT.format(name=name, by=by)) for name, by in orders.items()}


class Facts:
    """All facts as they were known at the end of a day; ``None`` is now."""

    def __init__(self, tables: dict[str, list[Row]], known_on: date | None) -> None:
        self._tables = tables
        if known_on is None:
            until = datetime.max.replace(tzinfo=ZoneInfo("UTC")) - timedelta(days=2)
        else:
            until = datetime(known_on.year, known_on.month, known_on.day, tzinfo=ZONE)
            until += timedelta(days=1)
        self._until = until
        self.cases = {row["id"]: row for row in tables["case"]}
        self.visits = {row["id"]: row for row in tables["visit"]}
        self.offers = {row["id"]: row for row in tables["transferoffer"]}
        self.reports = {row["id"]: row for row in tables["report"]}
        self.known = {name: self._known(name) for name in FACTS}
        self._about: dict[str, dict[object, list[Row]]] = {}
        self._by_id = {row["id"]: row for name in MADE for row in tables[name]}
        self._births = {row["person_id"]: row for row in self.known["birth"]}
        self._one = {row["absorbed_id"]: row["kept_id"] for row in self.known["personmerge"]}
        self._ended = {row["case_id"]: row for row in self.known["casemerge"]}
        self._together = defaultdict(list)
        for case in self.cases:
            self._together[self._lasting(case)].append(case)
        self.void = {
            row["case_id"]
            for row in self.known["takingoffdecision"]
            if row["agreed"] and row["reason"] == WRONG
        }

    def _known(self, name: str) -> list[Row]:
        return [
            row
            for row in self._tables[name]
            if row["recorded_at"] < self._until
            and (row["withdrawn_at"] is None or row["withdrawn_at"] >= self._until)
        ]

    def about(self, name: str, case: object) -> list[Row]:
        """The facts of one kind about one case."""
        if name not in self._about:
            rows = self._about[name] = defaultdict(list)
            for row in self.known[name]:
                rows[row["case_id"]].append(row)
        return self._about[name][case]

    def subject(self, case: Row) -> Any:  # noqa: ANN401 - a child's or a household's id
        """The child of a case, or the household of a family's."""
        return self._child(case) if case["register"] == "child" else case["household_id"]

    def _child(self, case: Row) -> Any:  # noqa: ANN401 - as above
        """The one record of a child's several that stands for all of them."""
        child = case["child_id"]
        return self._child({"child_id": self._one[child]}) if child in self._one else child

    def _lasting(self, case_id: object) -> Any:  # noqa: ANN401 - as above
        """The case in which this one goes on."""
        ended = self._ended.get(case_id)
        return self._lasting(ended["into_id"]) if ended else case_id

    def _repeats(self, name: str, row: Row) -> bool:
        """Whether a child that was found or put on the register was so already, in another case
        that was open beside this one."""
        return any(
            [other[one] for one in IN_ORDER] < [row[one] for one in IN_ORDER]
            for case in self._together[self._lasting(row["case_id"])]
            if case != row["case_id"] and case not in self.void
            for other in self.about(name, case)
            if other.get("registered", True)
        )

    def _goes_on_elsewhere(self, case: object, day: date) -> bool:
        """Whether on a day another case of the same child stands in the place of this one."""
        entered = [
            row["happened_on"]
            for row in self.about("registration", self._lasting(case))
            if row["registered"]
        ]
        return case in self._ended and min([*entered, self._ended[case]["happened_on"]]) <= day

    def of(self, rows: list[Row], register: str) -> Iterator[tuple[Row, Row]]:
        """Facts with their case, of one register, but for those entered in error."""
        for row in rows:
            case = self.cases[row["case_id"]]
            if case["register"] == register and case["id"] not in self.void:
                yield row, case

    def off_day(self, case_id: object) -> date | None:
        """From when an episode is off the register."""
        days = [
            row["happened_on"] for row in self.about("takingoffdecision", case_id) if row["agreed"]
        ]
        return min(days, default=None)

    def standing(self, register: str, day: date) -> list[Counted]:
        """Who stands on a register at the end of a day, with who answers for it then."""
        found = []
        for row, case in self.of(self.known["registration"], register):
            off = self.off_day(case["id"])
            if not row["registered"] or row["happened_on"] > day or (off and off <= day):
                continue
            if self._goes_on_elsewhere(case["id"], day):
                continue
            place = (row["department"], row["district"])
            for answer in self.about("transferanswer", case["id"]):
                if answer["accepted"] and answer["happened_on"] <= day:
                    place = (self.offers[answer["offer_id"]]["to_office_id"], answer["moved_to"])
            found.append(self._counted(row, case, day=day, place=place))
        return found

    def _counted(
        self,
        row: Row,
        case: Row,
        *,
        subject: object = None,
        day: date | None = None,
        place: tuple[Any, str] | None = None,
        reason: str = "",
    ) -> Counted:
        department, district = place or (row["department"], row["district"])
        return Counted(
            subject=subject or self.subject(case),
            day=day or row["happened_on"],
            sealed=case["team"] is not None,
            department=str(department) if department else "",
            district=district,
            case=case["id"],
            child=self._child(case) if case["child_id"] else None,
            reason=reason,
            by_post=self._first_post(row),
        )

    def _first_post(self, row: Row) -> str:
        """Under which post it was recorded first, however often it was corrected since."""
        while row["corrects"] in self._by_id:
            row = self._by_id[row["corrects"]]
        return str(row["by_post"])

    def counted(self, figure: str, first: date, last: date, on: date) -> list[Counted]:
        """Every single thing that a figure counts."""
        register = "family" if figure.startswith("families") else "child"
        kind = figure.removeprefix("children_").removeprefix("families_")

        def within(row: Row) -> bool:
            return bool(first <= row["happened_on"] <= last)

        if kind == "identified":
            return [self._counted(row, case) for row, case in self._found(register) if within(row)]
        if kind in {"registered", "entries", "reentered"}:
            entered = [
                (row, case)
                for row, case in self.of(self.known["registration"], register)
                if within(row) and row["registered"] and not self._repeats("registration", row)
            ]
            if kind == "entries":
                return [self._counted(row, case, subject=row["id"]) for row, case in entered]
            if kind == "reentered":
                entered = [pair for pair in entered if self._was_off(*pair)]
            return [self._counted(row, case) for row, case in entered]
        if kind == "taken_off":
            rows = self.of(self.known["takingoffdecision"], register)
            return [
                self._counted(row, case, reason=row["reason"])
                for row, case in rows
                if within(row) and row["agreed"]
            ]
        if kind == "on_register":
            return self.standing(register, on)
        if kind == "cohort_taken_off":
            return self._cohort(register, within, on)
        return self._others(figure, within, on)

    def _found(self, register: str) -> Iterator[tuple[Row, Row]]:
        """Identifications, without the returns to the register: those count apart."""
        for row, case in self.of(self.known["identification"], register):
            earlier = case["previous_id"]
            if (earlier is None or earlier in self.void) and not self._repeats(
                "identification", row
            ):
                yield row, case

    def _was_off(self, row: Row, case: Row) -> bool:
        for other in self._same_subject(case):
            if other["id"] == case["id"] or other["id"] in self.void:
                continue
            off = self.off_day(other["id"])
            if off and off <= row["happened_on"]:
                return True
        return False

    def _same_subject(self, case: Row) -> list[Row]:
        return [
            other
            for other in self.cases.values()
            if other["register"] == case["register"] and self.subject(other) == self.subject(case)
        ]

    def _cohort(self, register: str, within: Any, on: date) -> list[Counted]:  # noqa: ANN401 - a test of a row
        standing = {one.subject for one in self.standing(register, on)}
        found = []
        for row, case in self._found(register):
            offs = [self.off_day(one) for one in (case["id"], self._lasting(case["id"]))]
            off = min(filter(None, offs), default=None)
            if within(row) and off and off <= on and self.subject(case) not in standing:
                found.append(self._counted(row, case, reason=self._last_reason(case, on)))
        return found

    def _last_reason(self, case: Row, on: date) -> str:
        """Why a child or a family was last taken off by a day, in whichever episode."""
        offs = [
            row
            for other in self._same_subject(case)
            if other["id"] not in self.void
            for row in self.about("takingoffdecision", other["id"])
            if row["agreed"] and row["happened_on"] <= on
        ]
        last = max(offs, key=lambda row: (row["happened_on"], row["first_recorded_at"]))
        return str(last["reason"])

    def _others(self, figure: str, within: Any, on: date) -> list[Counted]:  # noqa: ANN401 - as above
        if figure == "households_visited":
            found = []
            for row in self.known["visitchild"]:
                case = self.cases[row["case_id"]]
                if within(row) and row["kind"] != CALL and case["id"] not in self.void:
                    home = self.visits[row["visit_id"]]["household_id"]
                    found.append(self._counted(row, case, subject=home))
            return found
        if figure == "children_not_seen":
            return [
                self._counted(row, case, reason=row["not_seen_reason"])
                for row, case in self.of(self.known["visitchild"], "child")
                if within(row) and row["seen"] == "not_seen" and row["kind"] != CALL
            ]
        if figure == "reports_received":
            return [
                self._report(told, told, by_post=self.reports[told["report_id"]]["by_post"])
                for told in self.known["reporttold"]
                if within(told)
            ]
        assert figure == "reports_declined", figure
        return list(self._declined(within, on))

    def _declined(self, within: Any, on: date) -> Iterator[Counted]:  # noqa: ANN401 - as above
        for told in self.known["reporttold"]:
            report = told["report_id"]
            last = [
                row
                for row in self.known["screening"]
                if row["report_id"] == report and row["happened_on"] <= on
            ][-1:]
            for row in last:
                opened = [
                    look
                    for look in self.known["secondlook"]
                    if look["report_id"] == report
                    and not look["upheld"]
                    and look["happened_on"] <= on
                    and look["first_recorded_at"] > row["first_recorded_at"]
                ]
                if row["decision"] == "decline" and within(row) and not opened:
                    yield self._report(row, told, by_post=self._first_post(row))

    def _report(self, row: Row, told: Row, *, by_post: object) -> Counted:
        return Counted(
            subject=told["report_id"],
            day=row["happened_on"],
            sealed=self.reports[told["report_id"]]["team"] is not None,
            department=str(row["department"]) if row["department"] else "",
            district=row["district"],
            reason=row.get("reason", ""),
            source=told["source"],
            by_post=str(by_post),
        )

    def value(self, key: str, one: Counted, figure: str) -> list[str]:
        """The values of a key that a counted thing bears; several for grounds."""
        plain = {
            "district": one.district,
            "department": one.department,
            "month": f"{one.day:%Y-%m}",
            "reason": one.reason,
        }
        if key in plain:
            return [plain[key] or "unknown"]
        if key == "source":
            if figure.startswith("reports"):
                return [one.source]
            found = [row["source"] for row in self.about("identification", one.case)]
            return found or ["unknown"]
        if key in {"ground", "main_ground"}:
            grounds = [
                row["ground"]
                for row in self.about("registrationground", one.case)
                if row["main"] or key == "ground"
            ]
            return grounds or ["unknown"]
        if key == "worker":
            return [self._worker(one, figure)]
        birth = self._births.get(one.child, {"sex": "", "born_on": None})
        if key == "sex":
            return [birth["sex"] or "unknown"]
        assert key == "age", key
        return [_band(birth["born_on"], one.day)]

    def _worker(self, one: Counted, figure: str) -> str:
        if figure in {"households_visited", "reports_received", "reports_declined"}:
            return one.by_post
        rows = [row for row in self.about("assignment", one.case) if row["happened_on"] <= one.day]
        rows.sort(key=lambda row: (row["happened_on"], row["first_recorded_at"]))
        return str(rows[-1]["post_id"]) if rows else "unknown"


def _band(born: date | None, day: date) -> str:
    if born is None:
        return "unknown"
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    for most, band in ((6, "under_7"), (14, "7_14"), (17, "15_17")):
        if years <= most:
            return band if years >= 0 else "unknown"
    return "18_over"
