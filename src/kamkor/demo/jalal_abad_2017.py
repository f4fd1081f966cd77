"""Jalal-Abad oblast on 11 October 2017: six totals as they were reported, everything else invented.

Source 001 says that of 772 children identified 519, and of 260 families 45, had been taken off the
register. Who they are, where, when and why is drawn; the totals come about by the entries alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from kamkor.demo.days import Days, workday
from kamkor.demo.entries import Back, Change, Entry, House, Life, Move, Off, Told
from kamkor.demo.home import Codes
from kamkor.demo.names import Names
from kamkor.demo.places import Draft, Totals, drafts
from kamkor.demo.posts import Department

FIRST = date(2017, 1, 5)
COUNTED = date(2017, 10, 11)
"""The day of the forum; what is told of the register holds on it."""
LAST = date(2017, 12, 29)

TOTALS = Totals(children_off=519, children_on=772 - 519, families_off=45, families_on=260 - 45)

_REASONS = {
    "difficulty_overcome": 60,
    "returned_to_family": 15,
    "placed_guardianship": 13,
    "placed_foster": 5,
    "reached_18": 4,
    "adopted": 2,
    "died": 1,
}


@dataclass(frozen=True)
class Span:
    """The days between which something is drawn, both included."""

    begins: date
    ends: date


_MOVED_BEFORE = 11
_WORKDAYS = 5
_EARLY = Span(FIRST, date(2017, 6, 20))
_BEFORE_AUTUMN = Span(FIRST, date(2017, 8, 25))
_ANY = Span(FIRST, date(2017, 9, 29))
_LATELY = Span(date(2017, 8, 28), date(2017, 10, 2))
_AFTER = Span(COUNTED + timedelta(days=1), date(2017, 12, 15))


def lives(seed: int, days: Days, departments: Sequence[Department]) -> list[Life]:
    """The lives of all homes of the year."""
    return Year(seed, days, departments).draw()


class Year:
    """Draws the lives of all homes; the same seed draws the same."""

    def __init__(self, seed: int, days: Days, departments: Sequence[Department]) -> None:
        self.random = Random(f"{seed}:jalal-abad-2017")
        self.seed = seed
        self.days = days
        self.departments = departments
        self.codes = Codes()
        self.names = Names(seed)
        self.lives: list[Life] = []

    def draw(self) -> list[Life]:
        """All lives: those that are counted on the day, and those that are not or not yet."""
        counted = drafts(self.random, self.departments, TOTALS)
        self.random.shuffle(counted)
        movers = [draft for draft in counted if draft.mover]
        rest = [draft for draft in counted if not draft.mover]
        staying = [draft for draft in rest if not draft.anybody_off]
        late = staying[: self.random.randint(12, 15)]
        misdated = staying[len(late) : len(late) + self.random.randint(4, 6)]
        marked = {id(draft) for draft in (*late, *misdated)}
        others = [draft for draft in rest if id(draft) not in marked]
        for number, draft in enumerate(movers):
            self._moved(draft, before=number < _MOVED_BEFORE)
        for draft in late:
            self._found_lately(draft)
        for draft in misdated:
            self._misdated(draft, inside=True)
        self._ordinary(others)
        self._beside()
        return self.lives

    # Days

    def day(self, begins: date, ends: date) -> date:
        """A working day between two days; the Friday before if a weekend was drawn."""
        drawn = workday(begins + timedelta(days=self.random.randint(0, (ends - begins).days)))
        return drawn if drawn >= begins else workday(begins + timedelta(days=3))

    def after(self, day: date, least: int, most: int) -> date:
        """A working day so many days after another."""
        return self.day(day + timedelta(days=least), day + timedelta(days=most))

    def sitting(self, life: Life, begins: date, ends: date) -> date:
        """A day between two days on which the home's department decides; else the first after.

        Every department decides on one day of the week.
        """
        weekday = life.home.department.specialist % _WORKDAYS
        first = begins + timedelta(days=(weekday - begins.weekday()) % 7)
        return first + timedelta(weeks=self.random.randint(0, max(0, (ends - first).days // 7)))

    def sitting_after(self, life: Life, day: date, least: int, most: int) -> date:
        """A day on which the home's department decides, so many days after another."""
        return self.sitting(life, day + timedelta(days=least), day + timedelta(days=most))

    # Homes

    def life(self, draft: Draft, found: Told) -> Life:
        """A life with a new home, its people, and entries; registered within a week."""
        number = len(self.lives)
        home = House(
            number=number,
            days=self.days,
            codes=self.codes,
            department=draft.department,
            worker=self.random.choice(draft.department.workers),
            children=[self.names.child(found.day) for _ in draft.children],
            siblings=[],
            adult=self.names.adult(self.random.choice(("female", "male"))),
            random=Random(f"{self.seed}:house:{number}"),
            risk=self.random.choice(("low", "low", "medium")),
            district=draft.district,
        )
        children = [Entry("child") for _ in draft.children]
        family = None if draft.family_off is None else Entry("family")
        made = Life(home, found, found, children, family)
        made.registered = Told(self.sitting_after(made, found.on, 1, 7))
        self.lives.append(made)
        return made

    def _lived(self, draft: Draft, span: Span) -> Life:
        found = self.day(span.begins, span.ends)
        life = self.life(draft, Told(found))
        life.by_report = life.family is None and self.random.random() < 0.15
        if self.random.random() < 0.4:
            life.visited = self.after(life.registered.day, 4, 10)
        return life

    def _moved(self, draft: Draft, *, before: bool) -> None:
        """Moved to a district of another department, before the day or after it."""
        life = self._lived(draft, _EARLY)
        others = [one for one in self.departments if one is not draft.department]
        to = self.random.choice(others)
        begins = life.registered.day + timedelta(days=20)
        latest = COUNTED - timedelta(days=12)
        offered = self.day(begins, latest) if before else self.day(_AFTER.begins, _AFTER.ends)
        life.move = Move(
            offered,
            self.after(offered, 1, 6),
            to,
            self.random.choice(to.workers),
            self.random.choice(to.territories),
        )

    def _found_lately(self, draft: Draft) -> None:
        """Found and registered before the day, written down after it."""
        found = self.day(_LATELY.begins, _LATELY.ends)
        typed = self.day(COUNTED + timedelta(days=1), date(2017, 11, 17))
        life = self.life(draft, Told(found, typed))
        life.registered = Told(self.after(found, 2, 7), life.registered.day)

    def _misdated(self, draft: Draft, *, inside: bool) -> None:
        """Written down with days on the wrong side of the day, and corrected later."""
        before = (self.day(date(2017, 10, 2), date(2017, 10, 4)), date(2017, 10, 9))
        beyond = (date(2017, 10, 12), date(2017, 10, 16))
        true, wrong = (before, beyond) if inside else (beyond, before)
        typed = self.day(date(2017, 10, 17), date(2017, 10, 25))
        life = self.life(draft, Told(true[0], typed))
        corrected = self.sitting_after(life, typed, 8, 30)
        life.found = Told(true[0], typed, wrong[0], corrected)
        life.registered = Told(true[1], life.registered.on, wrong[1], corrected)

    # Who is counted on the day

    def _ordinary(self, found: list[Draft]) -> None:
        """Everybody else; some of them return, are decided on late, corrected, or leave later."""
        lives: list[tuple[Life, Draft]] = []
        returning = self._some_standing(found)
        for draft in found:
            early = id(draft) in returning or self.random.random() < 0.25
            off = draft.anybody_off
            span = _EARLY if early else _BEFORE_AUTUMN if off else _ANY
            lives.append((self._lived(draft, span), draft))
        gone: list[tuple[Life, Entry]] = []
        standing: list[tuple[Life, Entry]] = []
        for life, draft in lives:
            for entry, off in zip(life.entries, draft.offs, strict=True):
                (gone if off else standing).append((life, entry))
                if id(draft) in returning and not off:
                    left = self._off(life, self.sitting_after(life, life.registered.day, 16, 30))
                    entry.steps += [left, Back(self.after(left.decided.day, 10, 20))]
        self.random.shuffle(gone)
        self.random.shuffle(standing)
        self._take_off(gone)
        plain = [(life, entry) for life, entry in standing if not entry.steps]
        self._leave_later(plain)

    def _some_standing(self, found: list[Draft]) -> set[int]:
        """Homes whose standing entries were taken off before and came back."""
        chosen: set[int] = set()
        wanted, returning = self.random.randint(18, 26), 0
        for draft in found:
            if returning < wanted and draft.children.count(False):
                chosen.add(id(draft))
                returning += draft.children.count(False)
        return chosen

    def _reason(self, life: Life, entry: Entry, proposed: date) -> str:
        if entry.register == "family":
            return "difficulty_overcome"
        reason = self.random.choices(list(_REASONS), list(_REASONS.values()))[0]
        if reason == "reached_18":
            if len(life.children) > 1:
                return "difficulty_overcome"
            life.home.make_adult(proposed)
        return reason

    def _off(self, life: Life, proposed: date, reason: str = "") -> Off:
        """Taken off as it should be; without a reason because the difficulty is overcome."""
        decided = self.sitting_after(life, proposed, 1, 7)
        return Off(Told(proposed), Told(decided), reason or "difficulty_overcome")

    def _take_off(self, gone: list[tuple[Life, Entry]]) -> None:
        """Taken off by the day, in one of five ways."""
        ways = {
            "late": self.random.randint(16, 22),
            "wrong": self.random.randint(5, 8),
            "again": self.random.randint(3, 6),
            "later_back": self.random.randint(6, 10),
        }
        queue = [way for way, times in ways.items() for _ in range(times)]
        for life, entry in gone:
            begins = life.registered.day + timedelta(days=16)
            proposed = self.sitting(life, begins, COUNTED - timedelta(days=8))
            way = queue.pop() if queue else ""
            if way == "again" and begins > date(2017, 7, 14):
                queue.insert(0, way)
                way = ""
            entry.steps += self._steps_off(life, entry, proposed, way)

    def _steps_off(self, life: Life, entry: Entry, proposed: date, way: str) -> list[Off | Back]:
        if not way:
            reason = self._reason(life, entry, proposed)
            return [self._off(life, proposed, reason)]
        off = self._off(life, proposed)
        if way == "later_back":
            return [off, Back(self.day(_AFTER.begins, _AFTER.ends))]
        if way == "again":
            first = self._off(life, self.sitting_after(life, life.registered.day, 16, 26))
            back = self.after(first.decided.day, 5, 12)
            again = self._off(life, self.sitting_after(life, back, 7, 20))
            return [first, Back(back), again]
        typed = self.sitting(life, COUNTED + timedelta(days=5), date(2017, 11, 20))
        if way == "late":
            return [replace(off, decided=replace(off.decided, typed=typed))]
        wrong = self.day(COUNTED + timedelta(days=1), typed)
        told = Told(off.decided.day, typed, wrong, self.sitting_after(life, typed, 5, 25))
        return [replace(off, decided=told)]

    def _leave_later(self, standing: list[tuple[Life, Entry]]) -> None:
        """On the register on the day, and taken off since, or corrected in what is not counted."""
        leaving = self.random.randint(28, 45)
        wrongly = self.random.randint(3, 5)
        corrected = self.random.randint(30, 40)
        for life, entry in standing[:leaving]:
            proposed = self.sitting(life, _AFTER.begins, _AFTER.ends)
            entry.steps.append(self._off(life, proposed))
        for life, entry in standing[leaving : leaving + wrongly]:
            typed = self.sitting(life, date(2017, 10, 18), date(2017, 10, 31))
            off = self._off(life, self.sitting(life, date(2017, 9, 25), date(2017, 10, 4)))
            told = Told(
                date(2017, 10, 13),
                typed,
                date(2017, 10, 10),
                self.sitting_after(life, typed, 5, 25),
            )
            proposed = max(off.proposed.day, life.registered.day)
            entry.steps.append(replace(off, proposed=Told(proposed), decided=told))
        for life, entry in standing[leaving + wrongly :][:corrected]:
            entry.changes.append(self._change(life, entry))

    def _change(self, life: Life, entry: Entry) -> Change:
        day = self.sitting_after(life, life.registered.day, 12, 60)
        number = life.entries.index(entry)
        born = life.home.children[number].born if number < len(life.children) else ""
        if len(born) == len("2017-01-01"):
            earlier = date.fromisoformat(born) - timedelta(days=self.random.randint(1, 300))
            values = {"born_on": earlier.isoformat(), "precision": "day"}
            return Change(day, "birth", values, "papers_came")
        return self.random.choice(
            (
                Change(day, "identification", {"risk_level": "high"}, "new_information"),
                Change(day, "identification", {"difficulty": "Такталды."}, "typing_error"),
                Change(day, "registration", {"note": "Чечимдин номери такталды."}, "typing_error"),
            )
        )

    # Who is not counted on the day

    def _beside(self) -> None:
        """Entered in error, found after the day, or at first dated before it."""
        for number in range(self.random.randint(12, 16)):
            family = False if number < 2 else None
            life = self._lived(self._draft([False], family_off=family), _BEFORE_AUTUMN)
            begins = life.registered.day + timedelta(days=12)
            span = Span(begins, LAST - timedelta(days=20)) if number % 2 else _AFTER
            proposed = self.sitting(life, span.begins, span.ends)
            for entry in life.entries:
                entry.steps.append(self._off(life, proposed, "entered_in_error"))
        for _ in range(self.random.randint(2, 4)):
            self._misdated(self._draft([False]), inside=False)
        for _ in range(self.random.randint(22, 32)):
            children = [False] * self.random.choice((1, 1, 2, 3))
            family = self.random.choice((None, None, False))
            self._lived(self._draft(children, family_off=family), _AFTER)

    def _draft(self, children: list[bool], *, family_off: bool | None = None) -> Draft:
        department = self.random.choice(self.departments)
        district = self.random.choice(department.territories)
        return Draft(department, district, children, family_off)
