"""Asking whether another department knows a child: yes or no, ten times a day, and it is told."""

import threading
from typing import Any

from django.db import connection, connections

from kamkor.cases.models import ElsewhereQuestion, Task, TwoPersons
from kamkor.cases.operations.elsewhere import TooManyQuestions
from kamkor.cases.queries.elsewhere import MOST, question_of, questions_left
from kamkor.people.models import ComparedName, Person, PersonKey
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import NOOKEN, a_registration, identified, registered, transferred
from tests.specification.test_16_two_persons import GROUND, answered

KNOWN: dict[str, Any] = {
    "given_name": "Жолдошбек", "surname": "Токтосунов", "born": "2015-05-06",
}  # fmt: skip
ASKED: dict[str, Any] = {
    "given_name": "Joldoshbek", "surname": "Toktosunov", "born": "2015-05-06", "sex": "male",
    "reason": "The aunt says that he lived in another district.",
}  # fmt: skip
NOBODY = ASKED | {"given_name": "Эгизбек", "surname": "Башкаев"}


def known_there(cast: Cast, **changed: Any) -> str:  # noqa: ANN401 - a command's data
    """A child whom Cholpon's department knows; the case."""
    return identified(cast, cast.cholpon, territory=NOOKEN, **KNOWN | changed)


def asked(by: Player, **changed: Any) -> str:  # noqa: ANN401 - as above
    """Whether another department knows the child: the word of the answer."""
    answer = by.do("ask_elsewhere", **ASKED | changed)
    assert answer.keys() <= {"known", "department"}
    return str(answer["known"])


def test_who_asks_is_told_whom_to_call_and_nothing_else(cast: Cast) -> None:
    known_there(cast)
    answer = cast.aigul.do("ask_elsewhere", **ASKED)
    assert answer == {"known": "yes", "department": cast.cholpon.department}
    assert cast.aigul.do("ask_elsewhere", **NOBODY) == {"known": "no"}
    assert cast.aigul.sees(Person) == 0
    assert cast.aigul.sees(ElsewhereQuestion, known=True) == 0
    assert cast.aigul.sees(Task, kind="asked_elsewhere") == 0


def test_the_other_side_is_told_who_asked_why_and_about_which_child(cast: Cast) -> None:
    case = known_there(cast)
    asked(cast.aigul)
    task = cast.specialist2.task(case, "asked_elsewhere")
    assert task.for_role == "specialist"
    with cast.specialist2.inside() as viewer:
        question = question_of(viewer, task)
        assert question is not None
        assert (question.reason, question.known) == (ASKED["reason"], True)
        assert question.from_department == cast.aigul.department
        assert question.child == cast.specialist2.case(case).child_id
        assert question.by_post == cast.aigul.post
    assert cast.bakyt.sees(Task, kind="asked_elsewhere") == 0
    desk = Desk("specialist2", cast.time)
    page = desk.open(f"/tasks/{task.pk}/complete-task/")
    assert page.status == 200
    for told in ("Suzak", "Токтосунов Жолдошбек", ASKED["reason"], "+996 312 000 000"):
        assert told in page.text
    cast.specialist2.do(
        "complete_task", task=str(task.pk), happened_on=cast.today, proof="Called Aigul: moved."
    )
    assert "asked_elsewhere" not in dict(cast.specialist2.tasks(case))


def test_every_question_is_written_down_with_who_why_and_the_answer(cast: Cast) -> None:
    known_there(cast)
    asked(cast.aigul)
    asked(cast.aigul, **NOBODY)
    with cast.bakyt.inside():
        no = ElsewhereQuestion.objects.get()
    with cast.specialist2.inside():
        yes = ElsewhereQuestion.objects.get()
    account = cast.aigul.viewer.account_id
    assert [(one.known, one.account, one.reason) for one in (no, yes)] == [
        (False, account, ASKED["reason"]),
        (True, account, ASKED["reason"]),
    ]
    assert cast.nurlan.sees(ElsewhereQuestion) == 0


def test_the_own_department_is_never_answered_from(cast: Cast) -> None:
    identified(cast, **KNOWN)
    assert asked(cast.aigul) == "no"
    assert asked(cast.nurlan) == "no"
    assert asked(cast.cholpon) == "yes"


def test_a_sealed_child_is_never_answered_with(cast: Cast) -> None:
    """Also one that is sealed with its home, because of a sister."""
    case = known_there(cast)
    home = cast.cholpon.home(case)
    sister = known_there(cast, household=home, given_name="Нурайым")
    assert asked(cast.aigul) == "yes"
    ground = "child_victim_of_violence"
    told = a_registration(str(cast.time.today), grounds=[ground], main_ground=ground)
    cast.specialist2.do("register_child", case=sister, **told)
    assert asked(cast.aigul) == "no"
    assert asked(cast.aigul, given_name="Нурайым") == "no"


def test_whoever_is_barred_from_the_child_is_answered_no(cast: Cast) -> None:
    case = registered(cast, **KNOWN)
    cast.aigul.do("declare_interest", case=case, kind="relative")
    transferred(cast, case, reason="child_moved")
    cast.specialist2.do("accept_transfer", case=case, post=cast.cholpon.post, territory=NOOKEN)
    assert asked(cast.nurlan) == "yes"
    assert asked(cast.aigul) == "no"


def test_a_record_read_as_another_and_one_erased_are_not_answered_with(cast: Cast) -> None:
    first = known_there(cast)
    second = known_there(cast, given_name="Joldoshbek", surname="Toktosunov")
    other = str(cast.specialist2.case(second).child_id)
    why = {"ground": "papers_seen", "reason": "The papers were seen."}
    request = cast.specialist2.do("merge_people", case=first, other=other, **why)["request"]
    cast.head2.do("answer_request", request=request, decision="agree")
    assert asked(cast.aigul) == "yes"
    with cast.specialist2.inside():
        (question,) = ElsewhereQuestion.objects.all()
        assert question.child is not None
        meant = Person.objects.get(id=question.child)
    assert meant.same_as == meant.pk


def test_a_child_of_a_home_without_a_case_of_its_own_is_known_by_the_home(cast: Cast) -> None:
    brother = {"given_name": "Эгизбек", "surname": "Башкаев", "born": "2012-03-04", "sex": "male",
               "looked_at": True}  # fmt: skip
    case = known_there(cast, siblings=[brother])
    told = {key: brother[key] for key in ("given_name", "surname", "born", "sex")}
    assert asked(cast.aigul, **told) == "yes"
    assert ("asked_elsewhere", "specialist") in cast.specialist2.tasks(case)


def test_twins_other_numbers_and_faint_likeness_are_no_answer(cast: Cast) -> None:
    known_there(cast, patronymic="Асанович", pin="20605201500011")
    twin = {"given_name": "Бакыт", "patronymic": "Асанович"}
    assert asked(cast.aigul, **twin) == "no"
    assert asked(cast.aigul, pin="20605201500022") == "no"
    assert asked(cast.aigul, born="2011-12-30") == "no"
    assert asked(cast.aigul, pin="20605201500011") == "yes"


def test_ten_questions_a_day_and_the_next_day_ten_more(cast: Cast) -> None:
    """Counted for the person, with an answer or without."""
    known_there(cast)
    for number in range(MOST):
        with cast.aigul.inside():
            assert questions_left() == MOST - number
        assert asked(cast.aigul, **({} if number % 2 else NOBODY)) == (
            "yes" if number % 2 else "no"
        )
    refused = cast.aigul.answer("ask_elsewhere", **ASKED).refusal
    assert isinstance(refused, TooManyQuestions)
    assert "10" in refused.first.message
    with cast.aigul.inside():
        assert questions_left() == 0
    assert asked(cast.bakyt) == "yes"
    to_midnight = cast.time.moment.replace(hour=23, minute=58) - cast.time.moment
    cast.time.passes(minutes=int(to_midnight.total_seconds()) // 60)
    assert cast.aigul.refused("ask_elsewhere", **ASKED) == "too_many_questions"
    cast.time.passes(minutes=1)
    assert asked(cast.aigul) == "yes"


def test_ten_thousand_guesses_get_ten_answers(cast: Cast) -> None:
    known_there(cast)
    asked(cast.aigul)
    with cast.aigul.inside(), connection.cursor() as cursor:
        cursor.execute(_GUESSES, [10_000, cast.today])
        assert cursor.fetchone() == (10_000, MOST - 1)
    with cast.aigul.inside(), connection.cursor() as cursor:
        # Also where whoever runs SQL tells ever other days.
        cursor.execute(_OTHER_DAYS, [10_000])
        assert cursor.fetchone() == (10_000, MOST)


_GUESS = """
SELECT count(*), count(*) FILTER (WHERE asked <= 10) FROM generate_series(1, %s) n,
LATERAL ask_elsewhere(gen_random_uuid(), '\\x00', gen_random_uuid(), now(), {day}, now(),
    '{{toktosun,joldoshbek,""}}', '{{t,j,""}}', ARRAY[n]::bigint[], '2015-05-06', true, '', '')
"""
_GUESSES = _GUESS.format(day="%s::date")
_OTHER_DAYS = _GUESS.format(day="date '2026-03-03' + mod(n, 20)")


def test_a_refused_question_tells_and_counts_nothing(cast: Cast) -> None:
    known_there(cast)
    assert cast.aigul.refused("ask_elsewhere", **ASKED | {"reason": "why not"}) == (
        "reason_too_short"
    )
    assert cast.aigul.refused("ask_elsewhere", **ASKED | {"pin": "12"}) == "pin_unreadable"
    assert cast.aigul.faults(
        "ask_elsewhere", **{k: v for k, v in ASKED.items() if k != "born"}
    ) == [("born", "field_required")]
    for other in (cast.oblast, cast.daniyar, cast.elmira, cast.admin):
        assert other.refused("ask_elsewhere", **ASKED) == "not_permitted"
    with cast.aigul.inside():
        assert questions_left() == MOST


def test_the_keys_of_comparison_are_of_the_own_office_and_go_with_the_identity(cast: Cast) -> None:
    known_there(cast)
    assert (cast.cholpon.sees(ComparedName), cast.cholpon.sees(PersonKey) > 0) == (1, True)
    assert (cast.aigul.sees(ComparedName), cast.bakyt.sees(ComparedName)) == (0, 0)


def test_two_at_once_get_no_more_than_ten(committed_cast: Cast) -> None:
    cast = committed_cast
    known_there(cast)
    viewer = cast.aigul.viewer
    assert viewer.account_id
    results: list[str] = []

    def ask_many() -> None:
        one = Cast()
        one.time.moment = cast.time.moment
        try:
            results.extend(one.aigul.refused("ask_elsewhere", **ASKED) for _ in range(MOST))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask_many) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(results) == [""] * MOST + ["too_many_questions"] * MOST


def test_the_web_login_gets_the_one_answer_and_no_rule_nor_row(cast: Cast) -> None:
    with cast.aigul.inside(), connection.cursor() as cursor:
        cursor.execute(_RIGHTS)
        assert cursor.fetchall() == [
            ("ask_elsewhere", True, False),
            ("asked_elsewhere", True, False),
            ("records_alike", False, False),
        ]


_RIGHTS = """
SELECT proname::text, has_function_privilege('kamkor_web', oid, 'EXECUTE'),
    has_function_privilege('kamkor_worker', oid, 'EXECUTE')
FROM pg_proc WHERE proname IN ('ask_elsewhere', 'asked_elsewhere', 'records_alike') ORDER BY 1
"""


def test_who_is_erased_takes_the_question_along(cast: Cast) -> None:
    case = known_there(cast)
    assert asked(cast.aigul) == "yes"
    no = {"decision": "decline", "reason": "no_difficulty", "happened_on": cast.today}
    cast.specialist2.do("register_child", case=case, **no)
    request = cast.specialist2.do("ask_erasure", case=case, **GROUND)["request"]
    answered(cast.head2, request)
    assert asked(cast.nurlan) == "no"
    assert cast.cholpon.sees(ComparedName) == 0
    with cast.specialist2.inside():
        question = ElsewhereQuestion.objects.get(known=True)
        assert question.pk in TwoPersons.objects.get(id=request).keys
