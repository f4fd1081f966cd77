"""What a list of the register holds: filters in the address, their order and pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from kamkor.access.rules import Viewer
from kamkor.cases.queries.case import among, counts_of, in_list, on_ground, whole_cases
from kamkor.cases.vocabulary import CHILD, FAMILY, ON_REGISTER, OPEN_STATES, STATE_LABELS
from kamkor.kernel import rulesets
from kamkor.kernel.kept import asked
from kamkor.web import paging
from kamkor.web.paging import Page

if TYPE_CHECKING:
    from kamkor.cases.models import Case

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
            sort=sort if sort.removeprefix("-") in SORTS else "name",
            after=given.get("after", ""),
            before=given.get("before", ""),
        )

    @property
    def narrowed(self) -> bool:
        """Whether the list is another than all who stand on the register."""
        return bool(self.ground or self.risk or self.state != "on_register")

    def address(self, **changed: str) -> str:
        """The address of the list with some filters changed."""
        plain = {"register": CHILD, "state": "on_register", "sort": "name"}
        held = {**self.__dict__, "after": "", "before": "", **changed}
        said = {key: value for key, value in held.items() if value and plain.get(key) != value}
        return "/register/?" + urlencode(said) if said else "/register/"

    def without_place(self) -> Filters:
        """The same list from its beginning."""
        return replace(self, after="", before="")

    def cleared(self) -> str:
        """The address of the same register without filters."""
        return self.address(state="on_register", ground="", risk="")


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
        cases = on_ground(cases, filters.ground)
    if filters.risk:
        cases = cases.filter(risk_level=filters.risk)
    return cases


def ordered(cases: QuerySet[Case], sort: str) -> QuerySet[Case]:
    """In the order chosen."""
    return paging.ordered(cases, [SORTS[sort.removeprefix("-")]], down=sort.startswith("-"))


@dataclass(frozen=True)
class Counts:
    """How many cases a list has, and how many of them stand in no figure of the department:
    sealed ones, and those of ``others``."""

    total: int = 0
    sealed: int = 0
    others: int = 0


def counted_by(viewer: Viewer, filters: Filters) -> Counts:
    """How many cases the filters leave."""
    found = asked(_counts, viewer, filters.without_place())
    return Counts(*found[0]) if found else Counts()


def _counts(viewer: Viewer, filters: Filters) -> QuerySet[Case, tuple[int, ...]]:
    others = Q(team=None) & ~Q(office_district=viewer.district)
    return counts_of(filtered(viewer, filters), ~Q(team=None), others)


def page_of(viewer: Viewer, filters: Filters) -> Page[Case]:
    """One page after or before the row in the address."""
    if not (filters.after or filters.before):
        return paging.first_page(asked(_first_rows, viewer, filters))
    return paging.page_of(
        in_list(filtered(viewer, filters)),
        [SORTS[filters.sort.removeprefix("-")]],
        down=filters.sort.startswith("-"),
        after=filters.after,
        before=filters.before,
    )


def _first_rows(viewer: Viewer, filters: Filters) -> QuerySet[Case]:
    first = ordered(filtered(viewer, filters), filters.sort)[: paging.PAGE + 1]
    return ordered(in_list(among(first)), filters.sort)
