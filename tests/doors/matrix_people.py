"""Who asks in the access matrix: the cast, another oblast, and two who were dismissed.

Before Aigul somebody else held the post of worker in her unit, on the first day alone.
"""

from dataclasses import dataclass
from datetime import timedelta

from kamkor.access.models import Account
from kamkor.demo.offices import OWNER, Builder, office_names
from kamkor.kernel import clock
from kamkor.people.names import sort_key
from kamkor.workforce.models import Employee, Office, Post, PostHolding
from tests.cast import FIRST_MOMENT, Cast, Player
from tests.factories import SUZAK

OSH = "41706000000000"
ARAVAN = "41706211000000"

# Held the worker's post of Aigul's unit until her own began; asks nothing.
FORMER = "former"
# A second specialist of the other oblast, from the second day on; asks nothing.
LATER = "later"
# User name of the matrix's own people: the kind of post, and where.
NEWCOMERS = {
    "zarina": ("worker", "osh unit"),
    "talai": ("specialist", "osh department"),
    "gulnara": ("head", "osh department"),
    "maksat": ("oblast", "osh oblast"),
    "dismissed": ("worker", "new unit"),
    "ended": ("specialist", "suzak department"),
    LATER: ("specialist", "osh department"),
}


@dataclass(frozen=True)
class Actor:
    """One who asks: the user name and the role that the oracle knows."""

    username: str
    role: str


ACTORS = (
    Actor("aigul", "worker"),
    Actor("nurlan", "worker"),
    Actor("begimai", "worker"),
    Actor("cholpon", "worker"),
    Actor("zarina", "worker"),
    Actor("bakyt", "specialist"),
    Actor("specialist2", "specialist"),
    Actor("talai", "specialist"),
    Actor("head", "head"),
    Actor("head2", "head"),
    Actor("oblast", "oblast"),
    Actor("maksat", "oblast"),
    Actor("daniyar", "ministry"),
    Actor("elmira", "commissioner"),
    Actor("admin", "administrator"),
    Actor("dismissed", "worker"),
    Actor("ended", "specialist"),
    Actor("", "visitor"),
)


def build_newcomers() -> None:
    """Another oblast, and two of Suzak who were dismissed, committed by the owner."""
    builder = Builder()
    nation = Office.objects.using(OWNER).get(level=4)
    osh = builder.office(3, nation, office_names(builder.names[OSH], "oblast"))
    department = builder.department(0, osh, (ARAVAN,))
    units = Office.objects.using(OWNER).filter(parent=department).order_by("id")
    suzak = _held_by("aigul").office.parent
    place = builder.names[SUZAK]
    offices = {
        "new unit": builder.office(1, suzak, office_names(place, "unit", 4)),
        "suzak department": suzak,
        "osh unit": units[0],
        "osh department": department,
        "osh oblast": osh,
    }
    for username, (kind, where) in NEWCOMERS.items():
        office = offices[where]
        assert office is not None
        _appoint(username, kind, office)
    _dismiss()
    _hand_over_unit()


def _hand_over_unit() -> None:
    """Let Aigul's post begin a day later, after that of whoever worked in her unit before."""
    first = clock.local_day(FIRST_MOMENT)
    own, later = _held_by("aigul"), _held_by(LATER)
    for post in (own, later):
        for row in (post, PostHolding.objects.using(OWNER).get(post=post)):
            row.valid_from = first + timedelta(days=1)
            row.save(using=OWNER)
    employee = Employee(surname="Мурунку", given_name="Former", sort_key="")
    employee.save(using=OWNER)
    days = {"valid_from": first, "valid_to": first}
    post = Post(office=own.office, kind="worker", **days)
    post.save(using=OWNER)
    PostHolding(post=post, employee=employee, **days).save(using=OWNER)
    account = Account(username=FORMER, employee=employee)
    account.set_unusable_password()
    account.save(using=OWNER)


def _dismiss() -> None:
    """Close one account, and end one post, as of the day before the cast's first."""
    Account.objects.using(OWNER).filter(username="dismissed").update(is_active=False)
    employee = Account.objects.using(OWNER).get(username="ended").employee
    ended = clock.local_day(FIRST_MOMENT) - timedelta(days=1)
    PostHolding.objects.using(OWNER).filter(employee=employee).update(valid_to=ended)


def _held_by(username: str) -> Post:
    account = Account.objects.using(OWNER).get(username=username)
    holding = PostHolding.objects.using(OWNER).select_related("post__office__parent")
    return holding.get(employee=account.employee_id, valid_to=None).post


def _appoint(username: str, kind: str, office: Office) -> None:
    builder = Builder()
    surname, given = "Сыноочу", username.title()
    found = Post.objects.using(OWNER).filter(office=office, kind=kind).order_by("id").first()
    if found is None or username in {"ended", LATER}:
        post = builder.post(office, kind, (given, surname))
        employee = Employee.objects.using(OWNER).get(sort_key=sort_key(surname, given, ""))
        assert PostHolding.objects.using(OWNER).filter(post=post, employee=employee).exists()
    else:
        employee = PostHolding.objects.using(OWNER).get(post=found, valid_to=None).employee
    account = Account(username=username, employee=employee)
    account.set_unusable_password()
    account.save(using=OWNER)


def players(cast: Cast) -> dict[str, Player]:
    """Everybody who may record, by user name."""
    return cast.everybody | {name: Player(name, cast.time) for name in (*NEWCOMERS, FORMER)}
