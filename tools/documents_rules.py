"""The pages on rule sets and terms, made from the files of the country."""

import csv
import tomllib

from kamkor.kernel import rulesets
from kamkor.kernel.rulesets import Rule
from tools.documents_tables import MADE, codes, raised, table

EXAMPLE = "example"

RULES_INTRO = """\
# Rule sets

Every deadline, reason, ground, question and decider that an act or the ministry may change
stands in a file of `src/kamkor/country/kg/rules/`, not in the program. {total} rules in {sets} sets;
{acts} name the act they rest on, {examples} are marked `example`: no act could be read for them,
and the ministry's lawyer must go through them before any use with real children.

## How to read a rule

- `code` is what is stored and counted. It never changes its meaning.
- `words` are what people read, in English, Kyrgyz, Russian and Kazakh. This page shows the English.
- `valid_from` and `valid_to` are days, both included. No `valid_to`: it still holds.
- `source` is the act, or `example`.
- `attributes` are what the rule sets off; the line under each heading explains them. `term` names
  the row of the [glossary](glossary.md) whose words the rule uses.

A form offers the rules that hold today; a command is checked against the rules that held on the
day it says (`happened_on`).

## How to change a rule

Step by step: [howto/add-a-rule.md](howto/add-a-rule.md). In short: a changed value is a new
`[[rule]]` with the same code and later dates, the old one gets a `valid_to`; nothing is edited in
place, so that what was decided in the past keeps the rule of its day. A file that lacks a
language or a source, or whose dates overlap, stops the program at its start and names the rule.

## The sets
"""

GLOSSARY_INTRO = """\
# Glossary

{total} terms of the field, as the screens use them; the file is
`src/kamkor/country/kg/glossary.csv`. *Seen* means that the term was found in an article on the
service, a heading of a law or a text of the ministry. *To check* names the languages in which a
native speaker has still to read the term before use with real children ({checks} terms).
"""


def rules_page() -> str:
    """How to read and change the rule sets, and each set with its sources."""
    every = [one for name in rulesets.names() for one in rulesets.all_rules(name)]
    examples = sum(one.source == EXAMPLE for one in every)
    intro = RULES_INTRO.format(
        total=len(every),
        sets=len(rulesets.names()),
        acts=len(every) - examples,
        examples=examples,
    )
    lines = [MADE, "", *intro.splitlines(), ""]
    for name in rulesets.names():
        lines += _set(name)
    return "\n".join(lines)


def _set(name: str) -> list[str]:
    rows = [
        (
            f"`{one.code}`",
            one.word("en"),
            _validity(one),
            _attributes(one),
            one.source,
        )
        for one in rulesets.all_rules(name)
    ]
    heads = ("code", "words", "holds", "attributes", "source")
    return [f"### {name}", "", _about(name), "", *table(heads, rows)]


def _about(name: str) -> str:
    path = rulesets.COUNTRY_FOLDER / "rules" / f"{name}.toml"
    found = tomllib.loads(path.read_text(encoding="utf-8")).get("about", "")
    return raised(str(found))


def _validity(one: Rule) -> str:
    if one.valid_to == one.valid_from:
        return f"{one.valid_from}"
    return f"{one.valid_from} - {one.valid_to}" if one.valid_to else f"from {one.valid_from}"


def _attributes(one: Rule) -> str:
    shown = []
    for key, value in one.attributes.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        shown.append(f"{key} = {text}")
    return codes(shown)


def glossary_page() -> str:
    """The terms in four languages."""
    path = rulesets.COUNTRY_FOLDER / "glossary.csv"
    with path.open(encoding="utf-8", newline="") as file:
        terms = sorted(csv.DictReader(file), key=lambda term: term["en"].lower())
    intro = GLOSSARY_INTRO.format(total=len(terms), checks=sum(bool(one["check"]) for one in terms))
    heads = ("English", "Kyrgyz", "Russian", "Kazakh", "seen", "to check", "note", "code")
    rows = [
        (
            one["en"],
            one["ky"],
            one["ru"],
            one["kk"],
            one["attested"],
            one["check"],
            one["note"],
            f"`{one['code']}`",
        )
        for one in terms
    ]
    return "\n".join([MADE, "", *intro.splitlines(), "", *table(heads, rows)])
