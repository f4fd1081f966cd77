"""What is shown of a home to those who answer for one of its children, and until when."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from kamkor.access import operations as access
from kamkor.cases.models import Case, TransferOffer
from kamkor.cases.vocabulary import FAMILY, OPEN_STATES
from kamkor.kernel import clock, rulesets
from kamkor.kernel.writing import write_together
from kamkor.people.operations import offices_of_home, persons_at_home
from kamkor.workforce import queries as workforce

# Why rows are lent where one child of a household moves and another stays.
HOUSEHOLD = "household"


def end_with_case(case: Case) -> None:
    """What of the home was shown because of a child's case ends with it.

    It stays as long as the closing can be taken back, and where the same post, or another of
    its department, still answers for somebody of the home. A family's entry goes on showing its
    own home.
    """
    home = case.household_id
    if home is None or case.register == FAMILY or _answers_for_another(case):
        return
    minutes = int(rulesets.value("deadlines", "taking_back_minutes", clock.today()))
    until = clock.now() + timedelta(minutes=minutes)
    access.end_lending_with(home, HOUSEHOLD, until, to_post=case.responsible_id)
    department = case.office_district or 0
    others = access.posts_shown(home, HOUSEHOLD) & set(
        workforce.seats_of(department, clock.today())
    )
    if not others and department not in offices_of_home(home):
        access.end_lending_with(home, HOUSEHOLD, until, to_office=department)


def end_with_transfer(case: Case, sender: int) -> None:
    """What the sender's side was shown of the home because of a child that has moved ends with
    the transfer.

    It stays for those of its posts that answer for somebody else of the home, and for the
    department as long as it holds the home or one of them does.
    """
    home = case.household_id
    if home is None:
        return
    answering = answering_at_home(home)
    goes_on = sender in {department for _, department in answering}
    # Who lives there may have been shown by the offer of a department that is hidden here.
    access.end_showing(
        [home, *persons_at_home(home)],
        HOUSEHOLD,
        TransferOffer.objects.filter(case__household=home).values_list("command", flat=True),
        to_posts=set(workforce.seats_of(sender, clock.today())) - {post for post, _ in answering},
        to_office=None if goes_on or sender in offices_of_home(home) else sender,
    )


def answering_at_home(home: UUID) -> list[tuple[int, int]]:
    """The posts, each with its department, that answer for somebody of a home that is seen."""
    with connection.cursor() as cursor:
        # Cases of other departments are hidden from who asks.
        cursor.execute("SELECT post, department FROM answering_at_home(%s)", [home])
        return list(cursor.fetchall())


def home_is_anothers(case: Case) -> bool:
    """Whether the home of a case is hidden, or another department holds it and has an open case
    of somebody of it."""
    home = case.household
    if home is None:
        return True
    holder = home.office_district
    if holder is None or holder == case.office_district:
        return False
    # No department offers to itself: every open case of the holder stays.
    return stays_at_home(home.pk, holder, holder)


def stays_at_home(home: UUID, sender: int, receiver: int) -> bool:
    """Whether somebody of a home has an open case with the sender that is not offered to the
    receiver, be it hidden from who asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stays_at_home(%s, %s, %s)", [home, sender, receiver])
        return bool(cursor.fetchone() == (True,))


def show_to_sender(home: UUID, sender: int, seen: Iterable[UUID], command: UUID) -> None:
    """A home that has moved is shown to those of the sender's who still answer for somebody of
    it, until they are accepted too."""
    rows = list(seen)
    posts = [post for post, office in answering_at_home(home) if office == sender]
    if posts:
        write_together(access.lent(rows, HOUSEHOLD, command, to_office=sender))
    for post in posts:
        write_together(access.lent(rows, HOUSEHOLD, command, to_post=post))


def show_again(case: Case) -> None:
    """A case is open again: its department and who answers for it see its home as before."""
    if case.household_id is not None:
        targets = {"to_post": case.responsible_id, "to_office": case.office_district}
        for target, one in targets.items():
            access.lend_again(case.household_id, HOUSEHOLD, **{target: one})


def _answers_for_another(case: Case) -> bool:
    others = Case.objects.filter(
        household_id=case.household_id or UUID(int=0), responsible_id=case.responsible_id
    ).exclude(id=case.pk)
    return others.filter(Q(state__in=list(OPEN_STATES)) | Q(register=FAMILY)).exists()
