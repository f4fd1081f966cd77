"""Entries of an earlier register, many at once: identified and put on the register on their day."""

import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from pydantic_core import to_json

from kamkor.access.rules import Viewer
from kamkor.cases.models import (
    Assignment,
    Case,
    Identification,
    LoadKey,
    Registration,
    RegistrationGround,
    Task,
)
from kamkor.cases.operations import steps
from kamkor.cases.operations.belonging import follow_responsible_now, join_home
from kamkor.cases.operations.candidates import InterestInChild, refuse_interested
from kamkor.cases.operations.loaded_before import Marks, loaded_before
from kamkor.cases.operations.sealing import keep_safe_contact, open_notices, seal_case
from kamkor.cases.queries.case import cases_visible_to
from kamkor.cases.queries.loading import loading_office
from kamkor.cases.rules.loading import RegisterRow, seals
from kamkor.cases.rules.loading_faults import RowFault
from kamkor.cases.rules.standing import Event, standing_of
from kamkor.cases.vocabulary import (
    CANDIDATE,
    CHILD,
    FAMILY,
    NUMBER_PREFIX,
    OPEN_STATES,
    CaseState,
)
from kamkor.kernel import clock
from kamkor.kernel.commands import Batch, Command, Order, system_user
from kamkor.kernel.credentials import lasting_keys
from kamkor.kernel.ids import new_ids, readable_numbers
from kamkor.kernel.models import JournalEntry
from kamkor.kernel.shapes import Shape
from kamkor.kernel.sheets import Send, Sheet, check_references, sent_ahead
from kamkor.kernel.writing import write_together
from kamkor.people.operations import Identity
from kamkor.people.operations.many import Named, NewPeople, Place, Standing
from kamkor.people.queries import households_visible_to
from kamkor.workforce import queries as workforce

TOGETHER = 1_000
"""How many entries of a part are made ready while those before them are written."""

OPERATION = "load_entry"
SOURCE = "earlier_register"
# Who a family is called after: the register does not tell how they are related to the children.
RELATION = "adult_of_home"

_ONE_AFTER_THE_OTHER = "SELECT pg_advisory_xact_lock(hashtext('candidates_of_a_load'), %s)"
_CANDIDATES = "SELECT open_identity_candidates_of(%s::uuid[], %s::uuid[], %s, %s, %s)"

_SCOPE = ("office_unit", "office_district", "office_oblast", "team")
_COUNTED = ("command", "happened_on", "department", "district", *_SCOPE)


def homes_hidden(viewer: Viewer, homes: Iterable[UUID]) -> set[UUID]:
    """Which of these homes, loaded before, the viewer does not see any more."""
    wanted = set(homes)
    return wanted - set(
        households_visible_to(viewer).filter(id__in=wanted).values_list("id", flat=True)
    )


@dataclass
class Outcome:
    """What became of a row when it was to be written: written, known, or a fault."""

    row: RegisterRow
    result: str = "written"
    fault: RowFault | None = None


@dataclass
class _Entered:
    """One entry of this part: its row, its case, and where both stand."""

    row: RegisterRow
    case: str
    home: str
    command: str
    place: Place
    known_home: bool
    pin: bool


def _next_visit(day: date) -> date | None:
    """When the next visit of an entry of that day is due, from the table of the pathway."""
    moment = datetime.min.replace(tzinfo=clock.ZONE)
    events = [
        Event("identification", day, moment, values={"risk_level": ""}),
        Event("registration", day, moment, "register"),
    ]
    return standing_of(events).next_visit_on


@dataclass
class Answering:
    """Which post answers for what is loaded for a department, and the place of its rows."""

    post: int
    place: Place


def answering_in(viewer: Viewer, departments: Iterable[int]) -> dict[int, Answering]:
    """For each department the loading specialist, else its specialist or head; none if nobody is
    in post there."""
    found: dict[int, Answering] = {}
    for department in departments:
        seats = workforce.seats_of(department, clock.today())
        posts = [one for one in workforce.fallback_posts(seats) if seats[one].employee_id]
        if viewer.post_id in posts and viewer.role == "specialist":
            posts = [viewer.post_id]
        if posts:
            unit, district, oblast = workforce.scope_of_office(seats[posts[0]].office_id)
            found[department] = Answering(posts[0], (unit, district, oblast, None))
    return found


class EntryPart:
    """The entries of one part of a load, written together in the caller's transaction."""

    def __init__(self, viewer: Viewer, load: UUID, answering: Mapping[int, Answering]) -> None:
        self.viewer, self.now = viewer, clock.now()
        now = self.now
        self._answering = answering
        self._key = lasting_keys(settings.KAMKOR_DATA).digests[0]
        self._marks = Marks()
        self._ids = new_ids()
        self._people = NewPeople(now, viewer.post_id, self._ids)
        self._entered: list[_Entered] = []
        self._next: dict[str, date | None] = {}
        self._keys = Sheet(LoadKey, "office", "digest", "subject", load=load)
        moment: dict[str, Any] = {"recorded_at": now, "first_recorded_at": now}
        moment["by_post"] = viewer.post_id
        self._assigned = Sheet(Assignment, "id", "case_id", "post_id", *_COUNTED, **moment)
        said = moment | {"difficulty": "", "risk_level": "", "source": SOURCE}
        self._identified = Sheet(Identification, "id", "case_id", *_COUNTED, **said)
        on = moment | {"registered": True}
        self._registered = Sheet(Registration, "id", "case_id", *_COUNTED, **on)
        ground = ("id", "case_id", "ground", "main")
        self._grounds = Sheet(RegistrationGround, *ground, *_COUNTED, **moment)
        due = moment | {"kind": CANDIDATE, "due_at": steps.due_in("registration_days")}
        due["for_role"] = "specialist"
        self._doubts = Sheet(Task, "id", "case_id", "subject", *_COUNTED, **due)
        self._old_homes: set[str] = set()
        self._cases = _sheet_of_cases()
        self._journal = Sheet(
            JournalEntry,
            *("command", "subject", "digest", "answer", *_SCOPE),
            row=0,
            operation=OPERATION,
            version=1,
            fields=["row"],
            account=viewer.account_id,
            post=viewer.post_id,
            system_user=system_user(),
            recorded_at=now,
        )

    def write(self, rows: Sequence[RegisterRow]) -> list[Outcome]:
        """Write the entries of a part; each row is answered.

        While the database writes some, those after them are made ready.
        """
        outcomes = [Outcome(row) for row in rows]
        keys = [self._marks.of_row(row, row.department) for row in rows]
        known = self._known(keys, rows)
        homes = self._homes(known)
        self._old_homes = set(homes)
        families = self._families(homes)
        with sent_ahead() as send:
            for start in range(0, len(outcomes), TOGETHER):
                together = slice(start, start + TOGETHER)
                for key, outcome in zip(keys[together], outcomes[together], strict=True):
                    self._take(key, outcome, known, homes, families)
                self._send(send)
        self._people.name_homes()
        self._what_follows()
        return outcomes

    def _send(self, send: Send) -> None:
        self._people.write(send)
        for sheet in (self._cases, self._assigned, self._identified, self._registered):
            sheet.write(send)
        for sheet in (self._grounds, self._doubts, self._journal, self._keys):
            sheet.write(send)
        check_references(send)

    def _known(self, keys: Sequence[str], rows: Sequence[RegisterRow]) -> dict[str, str]:
        of_homes = [self._marks.of_home(row) for row in rows if row.family]
        found = loaded_before(self.viewer, [*keys, *of_homes])
        return {key: str(subject) for key, subject in found.items()}

    def _homes(self, known: Mapping[str, str]) -> dict[str, Place]:
        """The homes of earlier loads that the viewer sees, with the place of what is found there:
        whoever is found in a sealed home is sealed with it."""
        seen = households_visible_to(self.viewer).filter(id__in=list(known.values()))
        return {
            str(home.pk): (home.office_unit, home.office_district, home.office_oblast, home.team)
            for home in seen
        }

    def _families(self, homes: Iterable[str]) -> set[str]:
        """The homes whose family has an open entry."""
        held = cases_visible_to(self.viewer).filter(
            register=FAMILY, household__in=list(homes), state__in=list(OPEN_STATES)
        )
        return set(map(str, held.values_list("household_id", flat=True)))

    def _take(
        self,
        key: str,
        outcome: Outcome,
        known: dict[str, str],
        homes: dict[str, Place],
        families: set[str],
    ) -> None:
        row = outcome.row
        if key in known:
            outcome.result = "known"
            return
        who = Identity(row.given_name, row.surname, row.patronymic, row.born, row.sex, row.pin)
        fault = self._interest(row, who)
        home_key = self._marks.of_home(row) if row.family else None
        home = known.get(home_key) if home_key else None
        if home is not None and home not in homes:
            fault = fault or RowFault("family_reference", row.family, "home_elsewhere")
        if fault is not None:
            outcome.result, outcome.fault = "fault", fault
            return
        if home in families and row.register == FAMILY:
            outcome.result = "known"
            return
        entered = self._enter(row, who, home, homes)
        known[key] = entered.case
        self._keys.add(row.department, key, entered.case)
        if home_key and home is None:
            known[home_key] = entered.home
            self._keys.add(row.department, home_key, entered.home)
        if row.register == FAMILY:
            families.add(entered.home)

    def _interest(self, row: RegisterRow, who: Identity) -> RowFault | None:
        if not self.viewer.barred:
            return None
        try:
            refuse_interested(who, "")
        except InterestInChild:
            return RowFault("surname", row.surname, "home_elsewhere")
        return None

    def _enter(
        self, row: RegisterRow, who: Identity, home: str | None, homes: dict[str, Place]
    ) -> _Entered:
        answering = self._answering[row.department]
        known_home = home in self._old_homes
        place = answering.place
        if home is not None and homes[home][3] is not None:
            place = homes[home]
        command = next(self._ids)
        standing = (place[1], row.territory)
        day = row.happened_on
        person = self._people.person(who, place, standing, command)
        if home is None:
            home = self._people.home(row.territory, row.village, place)
            homes[home] = place
        relation = "child" if row.register == CHILD else RELATION
        self._people.join(home, person, relation, day, place, standing, command)
        if row.register == FAMILY:
            self._people.call(home, person)
        entered = _Entered(row, next(self._ids), home, command, place, known_home, bool(row.pin))
        self._facts(entered, person, day, answering.post, standing)
        self._entered.append(entered)
        return entered

    def _facts(
        self, entered: _Entered, person: Named, day: str, post: int, standing: Standing
    ) -> None:
        row, case, place = entered.row, entered.case, entered.place
        counted = (entered.command, day, *standing, *place)
        if day not in self._next:
            self._next[day] = _next_visit(row.day)
        child = person.id if row.register == CHILD else None
        self._cases.add(
            *(case, row.register, child, entered.home, row.territory),
            *(day, entered.command, post, person.sort_key, row.main_ground, day, day),
            *(self._next[day], *place),
        )
        self._assigned.add(next(self._ids), case, post, *counted)
        self._identified.add(next(self._ids), case, *counted)
        self._registered.add(next(self._ids), case, *counted)
        for ground in row.grounds:
            self._grounds.add(next(self._ids), case, ground, ground == row.main_ground, *counted)
        digest = hmac.digest(self._key, to_json(row.as_list()), "sha256").hex()[:32]
        self._journal.add(entered.command, case, digest, f'{{"case": "{case}"}}', *place)
        if child and person.doubts:
            self._doubts.add(next(self._ids), case, case, *counted)

    def _what_follows(self) -> None:
        """What an entry leads to, once all of a part are written: who may be one and the same
        child, what is shared with a home known before, and what is sealed."""
        for one in self._entered:
            if one.known_home:
                order = self._order(one)
                join_home(order, self._case(one))
                _finish(order)
                follow_responsible_now(order, UUID(one.case))
        self._look_for_candidates([one for one in self._entered if one.pin])
        sealing = [one for one in self._entered if seals(one.row)]
        homes: dict[str, list[_Entered]] = {}
        for one in sealing:
            homes.setdefault(one.home, []).append(one)
        for together in homes.values():
            self._seal(together)

    def _look_for_candidates(self, entered: Sequence[_Entered]) -> None:
        children = [one for one in entered if one.row.register == CHILD]
        if not children:
            return
        ids, commands = [one.case for one in children], [one.command for one in children]
        today, due = clock.local_day(self.now), steps.due_in("registration_days")
        with connection.cursor() as cursor:
            # What a part beside this one wrote is seen once committed: one looks after the other.
            cursor.execute(_ONE_AFTER_THE_OTHER, [loading_office(self.viewer)])
            cursor.execute(_CANDIDATES, [ids, commands, today, self.now, due])

    def _seal(self, together: Sequence[_Entered]) -> None:
        """Seal a home once, for the first of its entries; the notices are due for each."""
        first, *others = together
        for one in others:
            order = self._order(one)
            case = self._case(one)
            open_notices(order, case)
            keep_safe_contact(order, case, "")
            _finish(order)
        order = self._order(first)
        seal_case(order, self._case(first))
        _finish(order)

    def _order(self, one: _Entered) -> Order[Shape]:
        command = Command(UUID(one.command), OPERATION, {})
        return Order(self.viewer, command, Shape(), Batch(self.viewer))

    def _case(self, one: _Entered) -> Case:
        return Case.objects.get(id=one.case)


def _finish(order: Order[Shape]) -> None:
    """Write what was handed over beside the part, and do what comes after it."""
    write_together(order.rows)
    for act in order.afterwards:
        act()


def _sheet_of_cases() -> Sheet:
    held = ("id", "register", "child_id", "household_id", "territory_id")
    derived = ("responsible_id", "sort_key", "main_ground", "identified_on", "registered_on")
    return Sheet(
        Case,
        *(*held, "opened_on", "command", *derived, "next_visit_on", *_SCOPE),
        drawn={"number": readable_numbers(NUMBER_PREFIX)},
        state=CaseState.REGISTERED.value,
    )
