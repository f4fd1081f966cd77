"""The pathway as people walk it at the desk, from an urgent report to a corrected return."""

from dataclasses import dataclass, field

from tests.browser.person import Person

SUZAK = "41703220000000"
NOOKEN = "41703215000000"


@dataclass
class Cases:
    """The addresses of what a journey has made, by a word for each."""

    report: str = ""
    receipt: str = ""
    children: list[str] = field(default_factory=list)
    second: str = ""


def urgent_report(worker: Person, place: str) -> Cases:
    """Take down an urgent report of two children, the second added in the form."""
    worker.open("/")
    worker.begin("receive_report")
    worker.fill(worry="left_alone", danger_now="yes", children__0__description="Кызыл куртка")
    worker.page.click("button[name=add][value=children]")
    worker.fill(
        children__1__description="Кичүү сиңдиси",
        children__1__age="4",
        territory=SUZAK,
        place=place,
        seen_or_said="Эки күндөн бери жалгыз",
        source="neighbour",
        callback="0555 12 34 56",
    )
    worker.save("receive_report")
    assert worker.code == "cases.report.received"
    found = Cases(receipt=worker.page.locator("[data-receipt]").inner_text().split()[0])
    worker.page.locator("main a[href^='/reports/']").click()
    found.report = worker.page.url
    return found


def read_and_accept(duty: Person, cases: Cases) -> None:
    """Find the alarm at the duty desk, read it, and accept it: a case opens for each child."""
    assert duty.page.locator("[data-alarms]").first.get_attribute("data-alarms") != "0"
    duty.open("/duty/")
    path = cases.report.split("/", 3)[3]
    duty.page.locator(f"a[href='/{path}']").click()
    duty.save("read_report")
    assert not duty.offers("read_report")
    duty.begin("screen_report")
    duty.fill(decision="accept")
    duty.choose("assign_to", duty.name)
    duty.save("screen_report")
    assert duty.refusals == []
    links = duty.page.locator("dd a[href^='/cases/']")
    cases.children = [links.nth(at).get_attribute("href") or "" for at in range(links.count())]
    assert len(cases.children) == 2


def identify(worker: Person, cases: Cases, surname: str) -> None:
    """Identify both children on the spot."""
    for number, (name, year) in enumerate((("Айбек", "2016"), ("Айжан", "2022"))):
        worker.open(cases.children[number])
        worker.do(
            "identify_child",
            given_name=name,
            surname=surname,
            born__year=year,
            sex="male" if number == 0 else "female",
            difficulty="Үйдө чоң киши жок",
            risk_level="medium",
        )
        if worker.code != "cases.case.show":
            # In another language two children of these names were identified before.
            for answer in worker.page.locator("[name^='alike-'][value='different']").all():
                answer.check()
            worker.save("identify_child")
        assert worker.code == "cases.case.show"
        assert surname in worker.page.locator(".k-identity__name").inner_text()


def register(specialist: Person, cases: Cases) -> None:
    """Put both children on the register, the first with two grounds."""
    for address, grounds in zip(cases.children, (["neglected", "orphan"], ["orphan"]), strict=True):
        specialist.open(address)
        specialist.do(
            "register_child", decision="register", grounds=grounds, main_ground=grounds[0]
        )
        assert not specialist.offers("register_child")


def visit(worker: Person, cases: Cases) -> None:
    """One visit for the household: the first child seen alone, the second not seen."""
    worker.open(cases.children[0])
    worker.begin("record_visit")
    tick = worker.input("children-0-none_of_these")
    assert tick.is_disabled()
    worker.fill(kind="home", children__0__seen="alone", children__1__seen="not_seen")
    assert tick.is_enabled()
    assert worker.input("children-1-none_of_these").is_disabled()
    assert not worker.input("children-0-not_seen_reason").first.is_visible()
    worker.save("record_visit")
    assert "answers_missing" in worker.refusals or "not_seen_reason_missing" in worker.refusals
    assert worker.input("children-0-seen").first.is_checked()
    worker.fill(children__0__none_of_these="yes", children__1__not_seen_reason="with_relatives")
    worker.fill(changed="Көмүр алып келишти")
    worker.save("record_visit")
    assert worker.refusals == []
    assert worker.code == "cases.case.show"


def protect(worker: Person, cases: Cases) -> None:
    """Take the second child to safety tonight."""
    worker.open(cases.children[1])
    worker.do(
        "protect_now",
        danger="Бала түнү жалгыз",
        ground="no_adult",
        decider="department_head",
        decider_name="Бөлүм башчысы",
        sleeps_at="relative",
        sleeps_where="Таенеси, 0555 11 22 33",
        next_step="Прокурорго кат",
    )


def hand_over(sender: Person, receiver: Person, cases: Cases, post: str) -> None:
    """Offer the first child to another department, which accepts and names who answers."""
    sender.open(cases.children[0])
    sender.begin("offer_transfer")
    sender.choose("to_office", receiver.department)
    sender.fill(reason="family_moved", note="Үй-бүлө көчтү")
    sender.save("offer_transfer")
    assert sender.refusals == []
    receiver.open(cases.children[0])
    receiver.begin("accept_transfer")
    receiver.choose("post", post)
    receiver.fill(territory=NOOKEN)
    receiver.save("accept_transfer")
    assert receiver.refusals == []
    sender.open(cases.children[0])
    assert sender.refusals == ["not_found"]


def take_off_and_return(worker: Person, specialist: Person, cases: Cases) -> None:
    """One proposes taking off, another decides; the child comes back in a second episode."""
    worker.open(cases.children[0])
    worker.do("propose_taking_off", reason="returned_to_family", note="Апасы кайтып келди")
    specialist.open(cases.children[0])
    specialist.do("decide_taking_off", decision="agree")
    specialist.do(
        "return_to_register",
        reason="new_difficulty",
        difficulty="Апасы кайра кетти",
        risk_level="high",
        grounds=["orphan"],
        main_ground="orphan",
    )
    cases.second = specialist.page.url
    assert cases.children[0] not in cases.second


def correct_and_take_back(worker: Person, cases: Cases) -> None:
    """Correct the risk that was written, then record a visit and take it back by one click."""
    worker.open(cases.second)
    before = worker.page.locator(".k-timeline__entry").count()
    worker.page.locator("a[href*='/correct/identification/']").first.click()
    worker.fill(difficulty="Апасы Россияга кетти", correction_reason="new_information")
    worker.save("correct_fact")
    assert worker.refusals == []
    assert worker.page.locator(".k-timeline__entry").count() == before + 1
    worker.do(
        "record_visit", kind="call", children__0__seen="alone", children__0__none_of_these="yes"
    )
    assert worker.offers("take_back")
    worker.save("take_back")
    worker.open(cases.second)
    assert worker.page.locator(".k-timeline__entry--withdrawn").count() == 2
