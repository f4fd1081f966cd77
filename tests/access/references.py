"""What a visible row refers to must be visible too: an inner join on a hidden row drops rows."""

from collections.abc import Iterator
from importlib import import_module

from django.apps import apps
from django.db import models
from django.db.models import Exists, OuterRef, Q

from kamkor.cases.models import Case
from kamkor.cases.vocabulary import OPEN_STATES
from tests.cast import Player

MIGRATIONS = (
    "0002_row_security",
    "0004_alarms",
    "0005_ends_and_candidates",
    "0006_wording_tokens",
    "0009_corrections",
    "0011_loading",
    "0012_figure_months",
    "0015_staged_rows_protected",
    "0019_household_moves",
    "0027_sign_in",
    "0028_looks",
    "0029_second_step",
    "0031_locked_texts",
    "0032_two_persons",
    "0037_emergency",
    "0042_workforce_version",
    "0050_merges",
    "0051_same_children",
    "0052_known_elsewhere",
    "0053_departments_compared",
    "0056_establishment",
)
"""The migrations that list protected and open tables."""


def listed(name: str) -> dict[str, str]:
    """What the migrations together list under a name."""
    found: dict[str, str] = {}
    for migration in MIGRATIONS:
        found |= getattr(import_module(f"kamkor.migrations.{migration}"), name, {})
    return found


PROTECTED = listed("PROTECTED")
"""Each protected table with the column that holds its subject, as the migrations list them."""

# References of which the row itself shows enough, so that it is whole without the other.
SNAPSHOTS = {
    # The description stands on the row; the case may since be another worker's.
    ("kamkor_reportchild", "case_id"),
    # Kind and next date stand on the child's row; the visit is the household's.
    ("kamkor_visitchild", "visit_id"),
    # The absorbed record's line says all that its unit needs; the kept one may be another unit's.
    ("kamkor_personmerge", "kept_id"),
    ("kamkor_casemerge", "into_id"),
    # An id alone; a page shows a pair, and what was said of it, to whoever sees both records.
    ("kamkor_alikepair", "other_id"),
    ("kamkor_samechildanswer", "other_id"),
    # The newer fact keeps the reason; the proposal belongs to the same case and moves with it.
}

# What ends with a child's case: of a home that another unit holds, nothing is shown afterwards.
ENDED = {
    ("kamkor_case", "household_id"): Q(state__in=OPEN_STATES),
    ("kamkor_case", "report_id"): Q(state__in=OPEN_STATES),
    ("kamkor_need", "visit_id"): Q(case__state__in=OPEN_STATES),
    ("kamkor_siblinglook", "household_id"): Exists(
        Case.objects.filter(household=OuterRef("household_id"), state__in=OPEN_STATES)
    ),
}


def protected_models() -> list[type[models.Model]]:
    """The models whose tables hold rows of children."""
    found = apps.get_app_config("kamkor").get_models()
    return [model for model in found if model._meta.db_table in PROTECTED]


def references() -> Iterator[tuple[type[models.Model], str, type[models.Model]]]:
    """Each foreign key from one protected table to another."""
    known = protected_models()
    for model in known:
        for field in model._meta.concrete_fields:
            target = field.related_model
            snapshot = (model._meta.db_table, field.attname) in SNAPSHOTS
            if target in known and isinstance(field, models.ForeignKey) and not snapshot:
                yield model, field.attname, target


def broken_references(player: Player) -> list[str]:
    """The references of rows this account sees to rows it does not see."""
    found = []
    with player.inside():
        for model, column, target in references():
            rows = model._default_manager.exclude(**{column: None})
            if (model._meta.db_table, column) in ENDED:
                rows = rows.filter(ENDED[model._meta.db_table, column])
            pointed = set(rows.values_list(column, flat=True))
            seen = set(target._default_manager.filter(pk__in=pointed).values_list("pk", flat=True))
            hidden = len(pointed - seen)
            if hidden:
                found.append(f"{player.username}: {model.__name__}.{column} x {hidden}")
    return found
