"""Questions across departments: how many one may still ask, and what one was asked about."""

from django.db import connection

from kamkor.access.rules import Viewer
from kamkor.cases.models import ElsewhereQuestion, Task
from kamkor.kernel import clock
from kamkor.people.queries import scope_filter

MOST = 10
"""So many questions one person may ask in a day; the database counts them."""


def questions_left() -> int:
    """How many questions the person of the transaction may still ask today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT asked_elsewhere(%s)", [clock.today()])
        (asked,) = cursor.fetchone()
    return max(MOST - int(asked), 0)


def question_of(viewer: Viewer, task: Task) -> ElsewhereQuestion | None:
    """The question that a due item tells of."""
    seen = ElsewhereQuestion.objects.filter(scope_filter(viewer, subject="subject"))
    return seen.filter(task=task, withdrawn_at=None).first()
