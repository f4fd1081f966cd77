"""Every step: a command is carried out once, on what its form was based on, or nothing happens."""

import threading
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connections

from kamkor.cases.models import Case, Report, ReportRead
from kamkor.kernel.commands import Command, Operation, carry_out
from kamkor.kernel.ids import new_id
from kamkor.kernel.models import JournalEntry
from kamkor.workforce.models import PostHolding
from tests.cast import Cast, Player
from tests.doors.desk import Desk
from tests.factories import a_child, a_registration, a_report, identified, received, registered


def _report(command_id: UUID, **changed: Any) -> Command:  # noqa: ANN401 - a command's data
    return Command(command_id, "receive_report", a_report(**changed))


def test_the_same_command_sent_again_changes_nothing_and_answers_the_same(cast: Cast) -> None:
    command = new_id()
    first = cast.aigul.answer("receive_report", command_id=command, **a_report())
    cast.time.passes(days=3)
    again = cast.aigul.answer("receive_report", command_id=command, **a_report())
    assert (first.result, again.result) == ("applied", "duplicate")
    assert again.answer == first.answer
    assert cast.aigul.sees(Report) == 1


def test_the_same_id_with_other_content_is_refused(cast: Cast) -> None:
    command = new_id()
    cast.aigul.do("receive_report", command_id=command, **a_report())
    other = a_report(place="Another village")
    assert cast.aigul.refused("receive_report", command_id=command, **other) == "command_id_reused"
    assert cast.nurlan.refused("receive_report", command_id=command, **a_report()) == (
        "command_id_reused"
    )
    assert cast.bakyt.sees(Report) == 1


def test_a_refused_command_may_be_mended_and_sent_again_under_its_id(cast: Cast) -> None:
    command = new_id()
    wrong = a_report(worry="unheard_of")
    assert cast.aigul.refused("receive_report", command_id=command, **wrong) == "code_unknown"
    assert cast.aigul.refused("receive_report", command_id=command, **a_report()) == ""


def test_an_id_that_is_no_ordered_one_is_refused(cast: Cast) -> None:
    refused = cast.aigul.refused("receive_report", command_id=uuid4(), **a_report())
    assert refused == "command_id_invalid"


def test_an_operation_that_does_not_exist_is_refused(cast: Cast) -> None:
    assert cast.aigul.refused("delete_child", case="x") == "operation_unknown"


def test_a_form_based_on_an_older_version_is_refused_and_both_stay(cast: Cast) -> None:
    case = registered(cast)
    proposal = {"reason": "entered_in_error", "happened_on": cast.today, "note": "x"}
    change = {"given": True, "happened_on": cast.today, "note": "x"}
    cast.bakyt.do("change_state_protection", case=case, **change, base_version=2)
    assert cast.aigul.faults("propose_taking_off", case=case, **proposal, base_version=2) == [
        ("", "stale_version")
    ]
    assert cast.aigul.refused("propose_taking_off", case=case, **proposal, base_version=3) == ""


def test_facts_that_never_conflict_ask_for_no_version(cast: Cast) -> None:
    report = received(cast.aigul)
    cast.aigul.do("mark_sent_in_error", report=report, note="x")
    assert cast.bakyt.refused("read_report", report=report, base_version=1) == ""


def test_a_command_with_an_unknown_key_is_refused_whole(cast: Cast) -> None:
    case = identified(cast)
    data = a_registration(cast.today, points=5)
    assert cast.bakyt.faults("register_child", case=case, **data) == [("points", "field_unknown")]
    assert cast.bakyt.state(case) == "identified"


def test_what_is_left_empty_is_absent(cast: Cast) -> None:
    report = received(cast.aigul, callback="", safe_contact=None, learned_on="")
    kept = cast.aigul.report(report)
    assert (kept.learned_on, kept.safe_contact) == (None, "")


def test_several_commands_of_one_batch_are_each_answered(cast: Cast) -> None:
    twin = new_id()
    commands = [
        _report(new_id()),
        _report(new_id(), worry="unheard_of"),
        _report(twin),
        _report(twin),
        Command(new_id(), "delete_child", {}),
    ]
    answers = cast.aigul.answers(*commands)
    assert [one.result for one in answers] == [
        "applied",
        "refused",
        "applied",
        "duplicate",
        "refused",
    ]
    assert cast.aigul.sees(Report) == 2


def test_a_later_command_of_a_batch_builds_on_an_earlier_one(cast: Cast) -> None:
    case = identified(cast)
    data = {"case": case, **a_registration(cast.today)}
    change = {"case": case, "given": True, "happened_on": cast.today, "note": "x"}
    answers = cast.bakyt.answers(
        Command(new_id(), "register_child", data),
        Command(new_id(), "change_state_protection", change),
    )
    assert [one.result for one in answers] == ["applied", "applied"]
    assert cast.bakyt.case(case).state_protection is True


def test_if_the_database_refuses_one_of_a_batch_the_others_are_done(cast: Cast) -> None:
    leave = {"post": cast.nurlan.post, "cover": cast.aigul.post, "kind": "annual"}
    leave |= {"valid_from": cast.today, "valid_to": cast.in_days(4)}
    commands = [
        Command(new_id(), "record_leave", leave),
        Command(new_id(), "record_leave", leave | {"valid_to": cast.today}),
        Command(new_id(), "record_leave", leave | {"post": cast.begimai.post}),
    ]
    answers = cast.head.answers(*commands)
    assert [one.result for one in answers] == ["applied", "refused", "applied"]
    refusal = answers[1].refusal
    assert refusal is not None
    assert refusal.first.code == "already_recorded"


def test_the_journal_holds_names_of_fields_and_never_a_value(cast: Cast) -> None:
    case = identified(cast, given_name="Нурсултан")
    with cast.aigul.inside():
        entry = JournalEntry.objects.get(subject=case)
    assert "given_name" in entry.fields
    written = " ".join(
        str(getattr(entry, column.attname)) for column in entry._meta.concrete_fields
    )
    assert "Нурсултан" not in written
    assert (entry.post, entry.account) == (cast.aigul.post, cast.aigul.viewer.account_id)


def test_the_answer_stands_once_in_the_journal(cast: Cast) -> None:
    case = identified(cast, family_too=True)
    with cast.aigul.inside():
        command = JournalEntry.objects.get(subject=case, row=0).command
        first, *more = JournalEntry.objects.filter(command=command).order_by("row")
    assert {"case", "family", "household"} <= set(first.answer)
    assert [one.answer for one in more] == [{}]


def test_every_operation_tells_which_refusals_it_has_and_who_may() -> None:
    assert [name for name, one in Operation.registry.items() if not one.roles] == []
    assert [name for name, one in Operation.registry.items() if not one.run.__doc__] == []


def _at_once(*acts: tuple[Player, Command]) -> list[str]:
    """What each of several people is answered who send at the same moment."""
    found: dict[int, str] = {}
    ready = threading.Barrier(len(acts))

    def send(place: int, player: Player, command: Command) -> None:
        try:
            with player.inside() as viewer:
                ready.wait(10)

                found[place] = carry_out(viewer, [command])[0].result
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=send, args=(place, player, command))
        for place, (player, command) in enumerate(acts)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(found.values())


def test_the_same_command_sent_twice_at_the_same_moment_is_one_journal_entry(
    committed_cast: Cast,
) -> None:
    aigul = committed_cast.aigul
    command = _report(new_id())
    assert _at_once(*[(aigul, command)] * 4) == ["applied", "duplicate", "duplicate", "duplicate"]
    assert aigul.sees(JournalEntry, command=command.id) == 1
    assert aigul.sees(Report) == 1


def test_two_people_who_read_at_the_same_moment_have_both_read(committed_cast: Cast) -> None:
    cast = committed_cast
    report = received(cast.aigul)
    acts = [
        (player, Command(new_id(), "read_report", {"report": report}))
        for player in (cast.aigul, cast.bakyt, cast.head)
    ]
    assert _at_once(*acts) == ["applied"] * 3
    assert cast.bakyt.sees(ReportRead) == 3
    assert [version for version, _, _ in cast.bakyt.journal(report)] == [1, 2, 3, 4]


def test_of_two_people_who_decide_at_the_same_moment_one_decides(committed_cast: Cast) -> None:
    cast = committed_cast
    case = identified(cast)
    data = {"case": case, **a_registration(cast.today)}
    acts = [
        (player, Command(new_id(), "register_child", data)) for player in (cast.bakyt, cast.head)
    ]
    assert _at_once(*acts) == ["applied", "refused"]
    assert [version for version, _, _ in cast.bakyt.journal(case)] == [1, 2]


def test_two_reports_at_the_same_moment_are_two(committed_cast: Cast) -> None:
    cast = committed_cast
    acts = [(player, _report(new_id())) for player in (cast.aigul, cast.nurlan, cast.begimai)]
    assert _at_once(*acts) == ["applied"] * 3
    assert cast.bakyt.sees(Report) == 3


def test_nothing_stays_of_an_act_that_broke_off(committed_cast: Cast) -> None:
    cast = committed_cast

    class PowerCut(Exception):
        """The machine stopped before the end."""

    def break_off(player: Player) -> None:
        with player.inside() as viewer:
            assert carry_out(viewer, [_report(new_id())])[0].result == "applied"
            raise PowerCut

    with pytest.raises(PowerCut):
        break_off(cast.aigul)
    assert (cast.aigul.sees(Report), cast.aigul.sees(JournalEntry)) == (0, 0)


def test_a_worker_whose_post_ended_this_morning_is_nobody(committed_cast: Cast) -> None:
    cast = committed_cast
    case = identified(cast)
    PostHolding.objects.using("owner").filter(post_id=cast.aigul.post).update(
        valid_to=cast.time.today
    )
    cast.time.passes(hours=10)
    assert cast.aigul.refused("identify_child", **a_child(cast.today)) == ""
    cast.time.passes(hours=10)
    assert cast.time.today == date(2026, 3, 3)
    assert cast.aigul.viewer_or_nobody is None
    assert cast.bakyt.sees(Case, id=case) == 1


def test_all_that_is_wrong_in_a_form_is_said_in_one_answer(cast: Cast) -> None:
    data = a_child("2026-02-31", source="a bird", risk_level="grave", given_name="")
    answer = Desk("aigul", cast.time).command("identify_child", **data)
    assert [(fault["field"], fault["code"]) for fault in answer["faults"]] == [
        ("given_name", "field_required"),
        ("happened_on", "date_unreadable"),
        ("source", "code_unknown"),
        ("risk_level", "code_unknown"),
    ]
