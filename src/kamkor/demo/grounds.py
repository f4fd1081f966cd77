"""Which grounds of the registers are plausible for an invented child."""

from datetime import date

from kamkor.demo.names import Child
from kamkor.kernel.rulesets import Rule
from kamkor.kernel.shapes import first_day

PARENTS = frozenset({"mother", "father"})
# From which age on; a ground that is not named here fits any.
FROM_AGE = {"out_of_school": 7, "street_child": 7, "child_labour": 10, "conflict_with_law": 14}
OF_NEWBORNS = frozenset({"risk_of_relinquishment"})
WITHOUT_PARENTS = frozenset(
    {
        *("orphan", "without_parental_care", "found_abandoned"),
        *("migrants_external", "migrants_internal"),
    }
)


def of_child(rule: Rule, child: Child, relation: str, day: date) -> bool:
    """Whether a ground leaves a case open to all and fits a child's age, home and papers."""
    if rule.get("seals") or rule.get("register") not in {"child", "both"}:
        return False
    if rule.code in WITHOUT_PARENTS and relation in PARENTS:
        return False
    if rule.code == "without_documents" and child.pin:
        return False
    if not child.born:
        return rule.code not in FROM_AGE and rule.code not in OF_NEWBORNS
    age = (day - first_day(child.born)).days // 365
    return FROM_AGE.get(rule.code, 0) <= age and (rule.code not in OF_NEWBORNS or age < 1)


def of_family(rule: Rule, children: list[Child], day: date) -> bool:
    """Whether a ground leaves a case open to all and fits a family with these children."""
    if rule.get("seals") or rule.get("register") not in {"family", "both"}:
        return False
    ages = [(day - first_day(child.born)).days // 365 for child in children if child.born]
    return rule.code not in OF_NEWBORNS or 0 in ages
