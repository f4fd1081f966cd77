"""Who may be one and the same child: due items of those who decide, and told to nobody else."""

from typing import Any

from django.db import connection

from kamkor.cases.models import Case
from kamkor.cases.operations import steps
from kamkor.cases.vocabulary import CANDIDATE
from kamkor.kernel import clock
from kamkor.kernel.commands import Order
from kamkor.kernel.errors import Refusal
from kamkor.kernel.words import noop
from kamkor.people.names import tokens
from kamkor.people.operations import Identity


class InterestInChild(Refusal):
    """Whoever declared an interest in a child does not identify it anew."""

    code = "interest_in_child"
    message = noop(
        "You declared an interest in a child of this name. Somebody else must identify it:"
        " call the specialist."
    )


def refuse_interested(identity: Identity, at: str) -> None:
    """Raise ``InterestInChild`` if the viewer is barred from somebody of this number or name."""
    names = tokens(identity.surname, identity.given_name, identity.patronymic)
    born = identity.born_on.year if identity.born_on else None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT barred_from_such(%s, %s::text[], %s::int)", [identity.pin, names, born]
        )
        if cursor.fetchone() == (True,):
            raise InterestInChild(at)


def doubts_about_identity(order: Order[Any], case: Case) -> None:
    """Once written: a doubtful number, or one that somebody of the department bears already, is
    a due item of the specialist. Whoever gave the command does not learn of the other child."""
    due = steps.due_in("registration_days")
    if case.child is None or not case.child.pin:
        return
    if case.child.pin_doubts:
        steps.open_task(order, case, CANDIDATE, due)

    def look() -> None:
        values: list[Any] = [case.pk, clock.local_day(order.now), order.now, due, order.id]
        with connection.cursor() as cursor:
            cursor.execute("SELECT open_identity_candidates(%s, %s, %s, %s, %s)", values)

    order.after(look)
