"""What a list of the register holds: filters in the address, order, and pages by key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest

from kamkor.access.rules import Viewer
from kamkor.cases.queries.case import whole_cases
from kamkor.cases.vocabulary import CHILD, FAMILY, ON_REGISTER, OPEN_STATES, STATE_LABELS
from kamkor.kernel import rulesets

if TYPE_CHECKING:
    from kamkor.cases.models import Case

PAGE = 25
SORTS = {
    "name": "sort_key",
    "opened": "opened_on",
    "next": "next_visit_on",
    "seen": "last_seen_on",
    "number": "number",
}


@dataclass(frozen=True)
class Filters:
    """What the address says: codes only, never a name or a number of a person."""

    register: str = CHILD
    state: str = "on_register"
    ground: str = ""
    risk: str = ""
    sort: str = "name"
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Filters:
        """The filters of a request; an unknown word counts as not given."""
        given = request.GET
        grounds = {rule.code for rule in rulesets.all_rules("grounds")}
        risks = {rule.code for rule in rulesets.all_rules("risk_levels")}
        sort = given.get("sort", "name")
        return cls(
            register=FAMILY if given.get("register") == FAMILY else CHILD,
            state=given.get("state", "on_register")
            if given.get("state") in {*STATE_LABELS, "open", "all"}
            else "on_register",
            ground=given.get("ground", "") if given.get("ground") in grounds else "",
            risk=given.get("risk", "") if given.get("risk") in risks else "",
            sort=sort if sort.lstrip("-") in SORTS else "name",
            after=given.get("after", ""),
            before=given.get("before", ""),
        )

    def address(self, **changed: str) -> str:
        """The address of the list with some filters changed."""
        plain = {"register": CHILD, "state": "on_register", "sort": "name"}
        held = {**self.__dict__, "after": "", "before": "", **changed}
        return "/register/?" + urlencode(
            {key: value for key, value in held.items() if value and plain.get(key) != value}
        )


def filtered(viewer: Viewer, filters: Filters) -> QuerySet[Case]:
    """The cases of the viewer's scope that the filters leave."""
    cases = whole_cases(viewer).filter(register=filters.register).exclude(state="void")
    if filters.state == "on_register":
        cases = cases.filter(state__in=list(ON_REGISTER))
    elif filters.state == "open":
        cases = cases.filter(state__in=list(OPEN_STATES))
    elif filters.state != "all":
        cases = cases.filter(state=filters.state)
    if filters.ground:
        cases = cases.filter(grounds__ground=filters.ground, grounds__withdrawn_at=None).distinct()
    if filters.risk:
        cases = cases.filter(risk_level=filters.risk)
    return cases


def ordered(cases: QuerySet[Case], sort: str) -> QuerySet[Case]:
    """In the order chosen; unknown values last both ways."""
    column = F(SORTS[sort.lstrip("-")])
    down = sort.startswith("-")
    first = column.desc(nulls_last=True) if down else column.asc(nulls_last=True)
    return cases.order_by(first, "-id" if down else "id")


def page_of(cases: QuerySet[Case], filters: Filters) -> tuple[list[Case], str, str]:
    """One page after or before the row in the address, and the ids for the next and the last."""
    column = SORTS[filters.sort.lstrip("-")]
    down = filters.sort.startswith("-")
    backwards = bool(filters.before)
    mark = _mark(cases, filters.before or filters.after)
    rows = ordered(cases, filters.sort)
    if mark is not None:
        rows = rows.filter(_beyond(column, mark, down=down != backwards, back=backwards))
    if backwards:
        rows = rows.reverse()
    found = list(rows[: PAGE + 1])
    more = len(found) > PAGE
    found = found[:PAGE]
    if backwards:
        found.reverse()
    has_next, has_previous = (bool(found), more) if backwards else (more, mark is not None)
    return (
        found,
        str(found[-1].pk) if has_next and found else "",
        str(found[0].pk) if has_previous and found else "",
    )


def _mark(cases: QuerySet[Case], given: str) -> Case | None:
    try:
        return cases.filter(id=UUID(given)).first()
    except ValueError:
        return None


def _beyond(column: str, mark: Case, *, down: bool, back: bool) -> Q:
    """The rows after the marked one, or before it; unknown values stand last in every order."""
    value, word = getattr(mark, column), "lt" if down else "gt"
    later = Q(**{f"id__{word}": mark.pk})
    unknown = Q(**{f"{column}__isnull": True})
    if value is None:
        return ~unknown | later if back else unknown & later
    beyond = Q(**{f"{column}__{word}": value}) | Q(**{column: value}) & later
    return beyond if back else beyond | unknown
