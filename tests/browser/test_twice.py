"""Nothing is done twice: double click, Back, reload, two tabs, signing out."""

import pytest

from tests.browser import journey
from tests.browser.conftest import SignIn
from tests.browser.person import Person


def fill_report(person: Person, place: str) -> None:
    """Fill a report in that is not urgent, without sending it."""
    person.open("/do/receive-report/")
    person.fill(
        worry="out_of_school",
        danger_now="no",
        children__0__description="Тогуз жаштагы бала",
        territory=journey.SUZAK,
        place=place,
        seen_or_said="Мектепке бир ай барбай калды",
        source="school",
    )


def waiting(person: Person) -> int:
    """How many reports wait at the duty desk."""
    person.open("/duty/")
    return person.figure("reports_to_screen") if person.offers_figure("reports_to_screen") else 0


@pytest.mark.parametrize("script", [True, False])
def test_a_double_click_makes_one_report(sign_in: SignIn, script: bool) -> None:
    """Both clicks carry the same command, so there is one fact."""
    aigul = sign_in("aigul", script=script)
    before = waiting(aigul)
    fill_report(aigul, f"Double click, script {script}")
    aigul.page.locator('button[data-operation="receive_report"]').last.dblclick()
    aigul.page.wait_for_url("**/received/")
    assert waiting(aigul) == before + 1


def test_back_and_reload_after_saving_save_nothing(sign_in: SignIn) -> None:
    """Saving goes on by a page of its own: reloading it, or going back, sends nothing again."""
    aigul = sign_in("aigul")
    before = waiting(aigul)
    fill_report(aigul, "Back and reload")
    aigul.save("receive_report")
    aigul.page.reload()
    assert aigul.code == "cases.report.received"
    aigul.page.go_back()
    aigul.page.go_forward()
    assert waiting(aigul) == before + 1


def test_the_same_form_sent_again_makes_one_report(sign_in: SignIn) -> None:
    """A lost answer may be sent again: the form carries its command's id."""
    aigul = sign_in("aigul")
    before = waiting(aigul)
    fill_report(aigul, "Sent again")
    form = aigul.page.locator("form").last
    sent = form.evaluate("form => Object.fromEntries(new FormData(form))")
    for _ in range(3):
        answer = aigul.page.request.post("/do/receive-report/", form=sent)
        assert answer.url.endswith("/received/")
    assert waiting(aigul) == before + 1


def test_back_after_signing_out_shows_no_personal_page(sign_in: SignIn) -> None:
    """No page of a person is kept in the browser."""
    aigul = sign_in("aigul")
    aigul.open("/register/")
    aigul.page.locator(".k-account summary").click()
    aigul.press("sign_out")
    aigul.page.go_back()
    assert aigul.code == "access.session.begin"


def test_a_second_tab_is_shown_both_values(sign_in: SignIn) -> None:
    """Who writes on an older version sees what was recorded meanwhile, and may still save."""
    aigul, bakyt = sign_in("aigul"), sign_in("bakyt")
    cases = journey.urgent_report(aigul, "Two tabs")
    journey.read_and_accept(aigul, cases)
    journey.identify(aigul, cases, "Эки")
    bakyt.open(cases.children[0])
    bakyt.begin("register_child")
    second = bakyt.screen.context.new_page()
    second.goto(f"{cases.children[0]}assign-worker/")
    second.locator("[name=post]:not(:checked)").first.check()
    second.locator('form button[data-operation="assign_worker"]').last.click()
    second.wait_for_load_state()
    bakyt.fill(decision="register", grounds=["orphan"], main_ground="orphan")
    bakyt.save("register_child")
    assert bakyt.refusals == ["stale_version"]
    bakyt.page.click("button[name=stale][value=edit]")
    assert bakyt.input("grounds").and_(bakyt.page.locator("[value=orphan]")).is_checked()
    bakyt.save("register_child")
    assert bakyt.refusals == []
    assert bakyt.code == "cases.case.show"


def test_the_last_act_is_taken_back_once(sign_in: SignIn) -> None:
    """One click takes it back; the offer is gone afterwards."""
    aigul = sign_in("aigul")
    cases = journey.urgent_report(aigul, "Taken back")
    journey.read_and_accept(aigul, cases)
    aigul.open(cases.children[0])
    aigul.do(
        "identify_child",
        given_name="Кайтарма",
        born__year="2015",
        sex="male",
        difficulty="Жаңылыш",
        risk_level="low",
    )
    assert aigul.offers("take_back")
    aigul.save("take_back")
    assert not aigul.offers("take_back")
    aigul.open(cases.children[0])
    assert aigul.offers("identify_child")
