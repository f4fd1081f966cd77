"""Sign-ins, wrong tries, changes of a sign-in and refusals stand in the sealed log, and the owner
of an account is told of them; nobody looks faster than a person reads."""

import json
import logging
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from pytest_django import Settings

from kamkor.access.models import Account
from kamkor.access.operations.sealing import seal_and_anchor, verified
from kamkor.kernel import clock
from kamkor.kernel.ids import new_id
from kamkor.kernel.lines import JsonLine
from kamkor.web import policy_reports
from tests.cast import Cast
from tests.doors.desk import Desk, Element, Page
from tests.doors.signing import (
    PASSWORD,
    SECOND,
    a_browser,
    code_of,
    forget_used_codes,
    set_up_app,
    signed_in,
    with_password,
)
from tests.factories import registered

Entry = tuple[str, str, list[UUID]]


def written() -> list[Entry]:
    """What the log holds that is no look, as its owner reads it: page, account, ids tried."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT l.page, coalesce(a.username, ''), l.listed FROM kamkor_look l"
            " LEFT JOIN kamkor_account a ON a.id = l.account WHERE l.opened = '{}'"
            " AND (page LIKE 'sign_in%' OR page LIKE 'account/%' OR page LIKE 'refused/%')"
            " ORDER BY l.at, l.id"
        )
        return list(cursor.fetchall())


def test_each_sign_in_and_each_wrong_try_is_written_with_its_means(
    committed_cast: Cast, tmp_path: Path
) -> None:
    cast = committed_cast
    secret = set_up_app(signed_in(cast, "bakyt"))
    desk = a_browser(cast)
    assert with_password(desk, "bakyt", "wrong").refusals == ["sign_in_refused"]
    assert with_password(desk, "nobody-is-this", "wrong").refusals == ["sign_in_refused"]
    with_password(desk, "bakyt")
    assert desk.send(SECOND, {"code": "000000"}).refusals == ["code_wrong"]
    forget_used_codes()
    assert desk.send(SECOND, {"code": code_of(secret)}).status == 302
    assert written() == [
        ("sign_in/password", "bakyt", []),
        ("account/app_set_up", "bakyt", []),
        ("sign_in_refused/sign_in_refused", "bakyt", []),
        ("sign_in_refused/sign_in_refused", "", []),
        ("sign_in_refused/code_wrong", "bakyt", []),
        ("sign_in/password totp", "bakyt", []),
    ]
    assert seal_and_anchor(tmp_path / "anchor", "owner") > 0
    assert list(verified(tmp_path / "anchor")) == []


def test_a_locked_account_is_written_too(committed_cast: Cast) -> None:
    desk = a_browser(committed_cast)
    for _turn in range(10):
        with_password(desk, "aigul", "wrong")
    with_password(desk, "aigul", "wrong")
    assert written()[-1] == ("sign_in_refused/locked_out", "aigul", [])


def test_what_is_refused_is_written_by_page_and_code_and_id_alone(committed_cast: Cast) -> None:
    """A hidden case, one that is not there, a page of another post, a form that is not in order,
    a forged one, commands; nothing of what was typed, and nothing of nobody."""
    cast = committed_cast
    case, other = UUID(registered(cast)), new_id()
    Desk("", cast.time).open(f"/cases/{other}/")
    desk = Desk("cholpon", cast.time)
    assert [desk.open(f"/cases/{one}/").status for one in (case, other)] == [404, 404]
    assert desk.open("/accounts/").status == 403
    typed = desk.open("/do/receive-report/").form("receive_report")
    refused = desk.send("/do/receive-report/", typed | {"narrative": "a canary in a text"})
    assert refused.status == 422
    desk.client.post("/commands/", json.dumps({}), content_type="application/json")
    pages = [(page, who, ids) for page, who, ids in written() if page.startswith("refused/")]
    assert pages[:3] == [
        ("refused/404/case/not_found", "cholpon", [case]),
        ("refused/404/case/not_found", "cholpon", [other]),
        ("refused/403/accounts/not_permitted", "cholpon", []),
    ]
    assert pages[3][0].startswith("refused/422/begin/receive-report/field_required")
    assert pages[4][0] == "refused/400/commands/unreadable"
    assert len(pages) == 5
    assert "canary" not in str(pages)


def test_who_signs_in_is_told_of_wrong_tries_and_changes_meanwhile(committed_cast: Cast) -> None:
    cast = committed_cast
    Account.objects.filter(username="bakyt").update(language="en")
    first = signed_in(cast, "bakyt")
    assert "sign_in_told" not in first.open("/").refusals
    for _turn in range(2):
        with_password(a_browser(cast, "10.0.0.9"), "bakyt", "wrong")
    second = a_browser(cast)
    with_password(second, "bakyt")
    page = second.open("/")
    assert "2" in page.all(data_refusal="sign_in_told")[0].text
    assert "sign_in_told" not in second.open("/").refusals
    kinds = [
        one.attributes["data-kind"]
        for one in second.open("/account/").all("li")
        if "data-kind" in one.attributes
    ]
    assert kinds[:4] == ["sign_in", "sign_in_refused", "sign_in_refused", "sign_in"]


def test_who_signs_in_is_told_that_the_sign_in_was_changed(committed_cast: Cast) -> None:
    cast = committed_cast
    Account.objects.filter(username="bakyt").update(language="en")
    first = signed_in(cast, "bakyt")
    assert "sign_in_told" not in first.open("/").refusals
    typed = first.open("/account/").form("change_password")
    new = "көк асман түндүк 7"
    first.send("/account/", typed | {"old_password": PASSWORD, "new_password": new})
    second = a_browser(cast)
    with_password(second, "bakyt", new)
    assert "sign_in_told" in second.open("/").refusals
    shown = second.open("/account/")
    assert "account" in [one.attributes.get("data-kind") for one in shown.all("li")]


def test_nobody_reads_the_sign_ins_of_another(committed_cast: Cast) -> None:
    cast = committed_cast
    with_password(a_browser(cast), "bakyt", "wrong")
    page = signed_in(cast, "aigul").open("/account/")
    assert [one.attributes.get("data-kind") for one in page.all("li")].count("sign_in_refused") == 0


def test_nobody_looks_faster_than_a_person_reads(committed_cast: Cast, settings: Settings) -> None:
    """So many pages about people in ten minutes; pages about nobody, saving, and others go on."""
    cast = committed_cast
    case = registered(cast)
    settings.KAMKOR_PACE = 5
    desk = Desk("aigul", cast.time)
    assert [desk.open(f"/cases/{case}/").status for _turn in range(6)] == [200] * 5 + [429]
    page = desk.open(f"/cases/{case}/")
    assert page.refusals == ["too_fast"]
    assert " 5 " in page.text
    assert desk.open("/help/").status == 200
    assert Desk("bakyt", cast.time).open(f"/cases/{case}/").status == 200
    assert [one[0] for one in written()] == ["refused/429/case/too_fast"] * 2
    cast.time.moment += timedelta(minutes=11)
    assert desk.open(f"/cases/{case}/").status == 200


def too_fast_rows(page: Page) -> list[Element]:
    """The rows of a list that tell of too many pages."""
    return [
        one for one in page.all("tr") if one.attributes.get("id", "").startswith("row-too-fast-")
    ]


def test_the_head_is_told_who_looked_faster_than_a_person_reads(
    committed_cast: Cast, settings: Settings
) -> None:
    """On the list of the day, above all else: who, when, how many pages; nobody elsewhere is."""
    cast = committed_cast
    case = registered(cast)
    settings.KAMKOR_PACE = 5
    hurried, head = Desk("bakyt", cast.time), Desk("head", cast.time)
    page = head.open("/morning/looks/")
    assert "Too many pages" not in page.text
    assert [hurried.open(f"/cases/{case}/").status for _turn in range(8)][5:] == [429] * 3
    cast.time.moment += timedelta(minutes=11)
    (row,) = too_fast_rows(head.open("/morning/looks/"))
    when = (cast.time.moment - timedelta(minutes=11)).astimezone(clock.ZONE)
    for told in ("Too many pages", cast.bakyt.viewer.name, "3 pages were not shown"):
        assert told in row.text
    assert f"{when:%H:%M}" in row.text
    assert case not in row.text
    assert "Too many pages" not in Desk("head2", cast.time).open("/morning/looks/").text
    assert hurried.open("/morning/looks/").status == 403
    settings.KAMKOR_PACE = 1
    assert [head.open(f"/cases/{case}/").status for _turn in range(3)][-1] == 429
    settings.KAMKOR_PACE = 0
    shown = too_fast_rows(head.open("/morning/looks/"))
    assert [one.attributes["id"] for one in shown] == [row.attributes["id"]]


def test_a_message_is_a_line_of_json_without_what_a_fault_says() -> None:
    with pytest.raises(ValueError, match="canary") as caught:
        int("a canary in a fault")
    found = (caught.type, caught.value, caught.tb)
    record = logging.LogRecord("kamkor.x", logging.ERROR, "x.py", 1, "incident %s", ("1f",), found)
    line = JsonLine().format(record)
    told: dict[str, Any] = json.loads(line)
    assert "\n" not in line
    assert "canary" not in line
    assert (told["level"], told["name"], told["message"]) == ("ERROR", "kamkor.x", "incident 1f")
    assert (told["fault"], len(told["places"])) == ("ValueError", 1)
    assert told["at"].endswith("+00:00")


@pytest.mark.django_db
def test_breaches_of_the_policy_are_taken_by_their_part_alone(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy_reports, "_told", {})
    desk = Desk("")
    old = {"csp-report": {"effective-directive": "script-src-elem", "blocked-uri": "canary"}}
    new = [{"body": {"effectiveDirective": "img-src", "sample": "canary"}}, "x", {"body": 3}]
    strange = {"csp-report": {"effective-directive": "canary\nsrc"}}
    bodies = [json.dumps(one).encode() for one in (old, old, new, strange)]
    for body in [*bodies, b"no json", b"[" * 9000, b"x" * 20_000]:
        answer = desk.client.post("/policy/", body, content_type="application/csp-report")
        assert (answer.status_code, answer.content) == (204, b"")
    assert [one.getMessage() for one in caplog.records if one.name == "kamkor.policy"] == [
        "breach of the content policy: script-src-elem",
        "breach of the content policy: img-src",
    ]


@pytest.mark.django_db
def test_a_browser_that_knows_too_little_is_told() -> None:
    desk = Desk("")
    old = desk.client.get("/sign-in/", secure=True)
    new = desk.client.get("/sign-in/", secure=True, headers={"Sec-Fetch-Site": "none"})
    assert [b"old_browser" in one.content for one in (old, new)] == [True, False]
