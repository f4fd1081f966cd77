"""The loader of dated rule sets, and the shipped sets of the country."""

import csv
from datetime import date
from pathlib import Path

import pytest

from kamkor.country.kg.languages import LANGUAGES
from kamkor.kernel import rulesets
from kamkor.kernel.rulesets import Rule, RuleSetFault, UnknownRule

WORDS = 'words = { en = "one", ky = "бир", ru = "один", kk = "бір" }\n'
GOOD = f'[[rule]]\ncode = "one"\n{WORDS}valid_from = 2015-06-22\nsource = "example"\n'
FIRST_DEMO_DAY = date(2017, 1, 1)

ASKED_FOR = {
    "birth_precisions": "day month year estimated unknown",
    "care_conditions": "good enough not_enough",
    "contact_kinds": "weekly monthly rarely none",
    "interest_kinds": "relative acquaintance neighbour other_interest",
    "name_kinds": "document other_spelling",
    "report_sources": "person neighbour school clinic police helpline_111 local_self_government"
    " consulate home_care_worker own_round earlier_register anonymous return",
    "risk_levels": "low medium high",
    "seen_kinds": "alone with_others not_seen",
    "spoken_kinds": "alone with_others not_seen",
    "sexes": "female male unknown",
    "taking_off_reasons": "difficulty_overcome moved reached_18 placed_guardianship placed_foster"
    " adopted returned_to_family died entered_in_error",
    "task_kinds": "notice_police notice_prosecutor notice_parents notice_doctor screening_due"
    " visit_due not_seen_followup check_after_leaving accompaniment_visit death_review"
    " second_look_declined siblings_to_look_at need_followup identity_candidate adult_tonight"
    " safety_decision safe_meeting asked_elsewhere",
    "visit_kinds": "home call joint elsewhere migrant_check after_leaving after_leaving_elsewhere",
    "visit_questions": "injury_fear_word harmful_person_access no_able_adult_tonight"
    " basics_missing",
}
VALUES = {
    "screening_urgent_hours": 2, "screening_days": 3, "first_visit_urgent_hours": 24,
    "first_visit_days": 7, "visit_rhythm_low_days": 60, "visit_rhythm_medium_days": 30,
    "visit_rhythm_high_days": 14, "notice_police_hours": 24, "notice_prosecutor_hours": 24,
    "notice_parents_hours": 24, "notice_doctor_hours": 24, "check_after_leaving_days": 90,
    "accompaniment_rhythm_days": 90, "taking_back_minutes": 10, "registration_days": 10,
    "not_seen_followup_days": 3, "second_look_days": 5, "death_review_days": 10,
    "not_seen_limit": 2, "need_followup_days": 14, "siblings_days": 14,
    "adult_tonight_hours": 2, "safety_decision_hours": 24,
}  # fmt: skip
SEALING = {
    "report_worries": {
        "physical_violence", "sexual_violence", "psychological_violence", "violence_witness",
    },
    "grounds": {"child_victim_of_violence", "witness_of_violence", "family_violence"},
    "removal_grounds": {"violence"},
}  # fmt: skip
# Words that are spelt alike in Kyrgyz or Kazakh and in Russian.
ALIKE = {"removal_deciders.prosecutor.ky", "removal_deciders.prosecutor.kk"}


def write(folder: Path, text: str) -> Path:
    path = folder / "reasons.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(RuleSetFault) as fault:
        rulesets.load_file(write(folder, text))
    return str(fault.value)


def shipped() -> list[tuple[str, Rule]]:
    return [(name, rule) for name in rulesets.names() for rule in rulesets.all_rules(name)]


def marked(name: str, key: str) -> set[str]:
    return {rule.code for rule in rulesets.all_rules(name) if rule.get(key)}


def test_a_rule_is_loaded_as_written(tmp_path: Path) -> None:
    text = GOOD + 'attributes = { value = 3, unit = "days", seals = true }\n'
    (rule,) = rulesets.load_file(write(tmp_path, 'about = "x"\n' + text))
    assert (rule.code, rule.word("ky"), rule.source) == ("one", "бир", "example")
    assert (rule.valid_from, rule.valid_to, rule.hint) == (date(2015, 6, 22), None, {})
    assert (rule.get("value"), rule.get("seals"), rule.get("urgent", default=False)) == (
        3, True, False,
    )  # fmt: skip


def test_a_hint_is_loaded_in_all_languages(tmp_path: Path) -> None:
    (rule,) = rulesets.load_file(write(tmp_path, GOOD + WORDS.replace("words", "hint")))
    assert rule.hint["kk"] == "бір"


def test_a_rule_cannot_be_changed_in_memory(tmp_path: Path) -> None:
    (rule,) = rulesets.load_file(write(tmp_path, GOOD))
    with pytest.raises(TypeError):
        rule.words["ky"] = "эки"  # type: ignore[index]


def test_one_code_may_change_with_time(tmp_path: Path) -> None:
    earlier = GOOD.replace("2015-06-22", "2012-07-10\nvalid_to = 2015-06-21")
    old, new = rulesets.load_file(write(tmp_path, earlier + GOOD))
    assert [old.valid_on(day) for day in (date(2012, 7, 9), date(2012, 7, 10))] == [False, True]
    assert [old.valid_on(day) for day in (date(2015, 6, 21), date(2015, 6, 22))] == [True, False]
    assert new.valid_on(date(2099, 1, 1))


def test_days_make_one_rule_each(tmp_path: Path) -> None:
    text = GOOD.replace("valid_from = 2015-06-22", "days = [2024-01-01, 2025-01-01]")
    found = rulesets.load_file(write(tmp_path, text))
    assert [(rule.valid_from, rule.valid_to) for rule in found] == [
        (date(2024, 1, 1), date(2024, 1, 1)),
        (date(2025, 1, 1), date(2025, 1, 1)),
    ]


@pytest.mark.parametrize("lang", ["en", "ky", "ru", "kk"])
def test_a_missing_language_is_refused(tmp_path: Path, lang: str) -> None:
    text = GOOD.replace(f"{lang} =", f"x{lang} =")
    assert refusal(tmp_path, text) == f"reasons.toml: one: words lacks the language {lang}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[rule]\ncode = "one"', "reasons.toml: not readable as TOML"),
        ('about = "x"', "reasons.toml: holds no rule"),
        ("rule = 3", "reasons.toml: holds no rule"),
        ("rule = [3]", "reasons.toml: a rule has no code"),
        (GOOD.replace('code = "one"', 'code = ""'), "reasons.toml: a rule has no code"),
        ('owner = "x"\n' + GOOD, "reasons.toml: unknown key owner"),
        (GOOD + "seals = true", "reasons.toml: one: unknown key seals"),
        (GOOD.replace('"бир"', '" "'), "reasons.toml: one: words lacks the language ky"),
        (GOOD.replace("en =", 'uz = "bir", en ='), "reasons.toml: one: words: unknown key uz"),
        (GOOD.replace(WORDS, 'words = "one"\n'), "reasons.toml: one: words lacks the language en"),
        (GOOD + 'hint = { en = "x" }', "reasons.toml: one: hint lacks the language ky"),
        (GOOD.replace('source = "example"', ""), "reasons.toml: one: source is missing"),
        (GOOD.replace('"example"', '" "'), "reasons.toml: one: source is missing"),
        (GOOD.replace("valid_from", "valid_to"), "reasons.toml: one: valid_from is missing"),
        (GOOD.replace("06-22", "06-22T00:00:00"), "reasons.toml: one: valid_from is missing or no"),
        (GOOD + "valid_to = 2015-06-21", "reasons.toml: one: valid_to is before valid_from"),
        (GOOD + "days = [2024-01-01]", "reasons.toml: one: days is a list and stands without"),
        (GOOD.replace("valid_from = 2015-06-22", "days = []"), "reasons.toml: one: days is a list"),
        (GOOD + "attributes = 3", "reasons.toml: one: attributes is no table"),
        (GOOD + "attributes = { x = 1.5 }", "reasons.toml: one: attribute x is no text"),
        (GOOD + GOOD, "reasons.toml: one: overlaps itself on 2015-06-22"),
        (
            GOOD.replace("06-22", "06-01\nvalid_to = 2015-06-22") + GOOD,
            "reasons.toml: one: overlaps itself on 2015-06-22",
        ),
    ],
)  # fmt: skip
def test_a_faulty_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    assert refusal(tmp_path, text).startswith(said)


def test_a_span_inside_a_longer_one_is_refused(tmp_path: Path) -> None:
    spans = [
        ("2012-01-01", "2020-01-01"),
        ("2013-01-01", "2013-02-01"),
        ("2015-01-01", "2015-02-01"),
    ]
    text = "".join(GOOD.replace("2015-06-22", f"{a}\nvalid_to = {b}") for a, b in spans)
    assert "overlaps itself" in refusal(tmp_path, text)


def test_an_unknown_set_and_an_unknown_code_are_named() -> None:
    with pytest.raises(UnknownRule, match="no rule set 'weather'"):
        rulesets.rules("weather", FIRST_DEMO_DAY)
    with pytest.raises(UnknownRule, match="sexes: no rule 'x' on 2017-01-01"):
        rulesets.rule("sexes", "x", FIRST_DEMO_DAY)
    with pytest.raises(UnknownRule):
        rulesets.rule("sexes", "male", date(1999, 12, 31))


def test_a_rule_without_a_value_has_none_to_give() -> None:
    with pytest.raises(RuleSetFault, match="carries no value"):
        rulesets.value("sexes", "male", FIRST_DEMO_DAY)


def test_rules_come_in_the_order_of_the_file() -> None:
    for name, codes in ASKED_FOR.items():
        found = [rule.code for rule in rulesets.rules(name, FIRST_DEMO_DAY)]
        assert found == codes.split(), name


def test_every_shipped_set_holds_on_the_first_day_of_the_demo() -> None:
    facts = {("grounds", "in_need_of_state_protection")}
    for name, rule in shipped():
        assert name == "holidays" or rule.valid_on(FIRST_DEMO_DAY) or (name, rule.code) in facts


def test_every_shipped_rule_speaks_the_languages_of_the_screens() -> None:
    assert {code for code, _ in LANGUAGES} == set(rulesets.RULE_LANGUAGES)
    for name, rule in shipped():
        assert set(rule.words) == set(rulesets.RULE_LANGUAGES), (name, rule.code)


def test_kyrgyz_and_kazakh_are_not_copied_from_russian_or_english() -> None:
    copied = {
        f"{name}.{rule.code}.{lang}"
        for name, rule in shipped()
        for lang in ("ky", "kk")
        if rule.word(lang).lower() in {rule.word("ru").lower(), rule.word("en").lower()}
    }
    assert copied == ALIKE


def test_words_of_one_set_are_told_apart_in_every_language() -> None:
    for name in rulesets.names():
        codes = {rule.code for rule in rulesets.all_rules(name)}
        for lang in rulesets.RULE_LANGUAGES:
            words = {rule.word(lang) for rule in rulesets.all_rules(name)}
            assert len(words) == len(codes), (name, lang)


def test_words_of_a_term_are_those_of_the_glossary() -> None:
    path = rulesets.COUNTRY_FOLDER / "glossary.csv"
    with path.open(encoding="utf-8", newline="") as file:
        glossary = {row["code"]: row for row in csv.DictReader(file)}
    terms = [(name, rule) for name, rule in shipped() if rule.get("term")]
    assert len(terms) > 40
    for name, rule in terms:
        row = glossary[str(rule.get("term"))]
        assert {lang: row[lang] for lang in rule.words} == dict(rule.words), (name, rule.code)


def test_violence_seals() -> None:
    for name, codes in SEALING.items():
        assert marked(name, "seals") == codes
    others = set(rulesets.names()) - set(SEALING)
    assert {name: marked(name, "seals") for name in others} == {name: set() for name in others}


def test_the_fourth_question_opens_a_need_and_raises_nothing() -> None:
    found = rulesets.rules("visit_questions", FIRST_DEMO_DAY)
    assert [rule.get("raises") for rule in found] == ["safety", "safety", "safety", None]
    assert [rule.get("opens") for rule in found] == [None, None, None, "need"]


def test_what_leaving_the_register_sets_off() -> None:
    name = "taking_off_reasons"
    opens = {rule.code: rule.get("opens") for rule in rulesets.all_rules(name) if rule.get("opens")}
    assert opens == {
        "placed_guardianship": "accompaniment",
        "placed_foster": "accompaniment",
        "adopted": "accompaniment",
        "died": "death_review",
    }
    assert marked(name, "stops_notices") == {"died"}
    assert marked(name, "needs_other_side") == {"moved"}
    assert marked(name, "adult") == {"reached_18"}
    assert marked(name, "error") == {"entered_in_error"}
    assert all(rule.get("check") in (True, False) for rule in rulesets.all_rules(name))


def test_every_ground_says_its_register() -> None:
    registers = {rule.get("register") for rule in rulesets.all_rules("grounds")}
    assert registers == {"child", "family", "both"}


def test_deadlines_have_their_values_and_units() -> None:
    found = {rule.code: rule for rule in rulesets.all_rules("deadlines")}
    assert {code: rulesets.value("deadlines", code, FIRST_DEMO_DAY) for code in found} == VALUES
    for code, rule in found.items():
        unit = str(rule.get("unit"))
        assert code.endswith(f"_{unit}") or (code, unit) == ("not_seen_limit", "times")


def test_due_items_name_deadlines_that_exist() -> None:
    named = {
        rule.get(key)
        for rule in rulesets.all_rules("task_kinds")
        for key in ("deadline", "deadline_urgent")
    }
    assert named - {None} <= set(VALUES)


def test_a_holiday_is_a_rule_of_one_day() -> None:
    assert [rule.code for rule in rulesets.rules("holidays", date(2026, 3, 21))] == ["nooruz"]
    assert rulesets.rules("holidays", date(2026, 3, 22)) == []
    assert {rule.valid_from.year for rule in rulesets.all_rules("holidays")} == {
        2024, 2025, 2026, 2027,
    }  # fmt: skip
