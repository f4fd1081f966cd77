"""Foreign keys point downward, and migrations are in step with the models."""

from collections.abc import Iterable

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.test.utils import isolate_apps

from tests.architecture.tree import PACKAGE, ROOMS_TOP_DOWN


def _room(model: type[models.Model]) -> str:
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == PACKAGE and len(parts) > 1 else ""


def upward_keys(tables: Iterable[type[models.Model]]) -> list[str]:
    """Relations to a table of a room above one's own; keys by text are no import."""
    found = []
    for table in tables:
        for field in table._meta.get_fields():
            target = field.related_model if field.concrete else None
            if not isinstance(target, type) or not (_room(table) and _room(target)):
                continue
            own, other = ROOMS_TOP_DOWN.index(_room(table)), ROOMS_TOP_DOWN.index(_room(target))
            if other < own:
                found.append(f"{_room(table)}.{table.__name__}.{field.name} -> {_room(target)}")
    return found


def missing_migrations(state: ProjectState) -> list[str]:
    """What the models hold and the migrations do not, of our own app alone."""
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), state).changes(loader.graph)
    return [
        operation.describe()
        for migration in changes.get(PACKAGE, [])
        for operation in migration.operations
    ]


def test_foreign_keys_point_downward() -> None:
    tables = apps.get_app_config(PACKAGE).get_models(include_auto_created=True)
    assert upward_keys(tables) == []


def test_every_table_stands_in_a_room() -> None:
    tables = apps.get_app_config(PACKAGE).get_models()
    assert [table.__name__ for table in tables if _room(table) not in ROOMS_TOP_DOWN] == []


def test_migrations_are_in_step() -> None:
    assert missing_migrations(ProjectState.from_apps(apps)) == []


@isolate_apps("kamkor")
def test_control_a_key_upward_is_found() -> None:
    class PlantedCase(models.Model):
        __module__ = "kamkor.cases.models"

        class Meta:
            app_label = PACKAGE

    class PlantedDistrict(models.Model):
        __module__ = "kamkor.territory.models"
        case = models.ForeignKey(PlantedCase, on_delete=models.PROTECT)

        class Meta:
            app_label = PACKAGE

    assert upward_keys([PlantedCase, PlantedDistrict]) == [
        "territory.PlantedDistrict.case -> cases"
    ]


@pytest.mark.parametrize("name", ["PlantedVisit"])
def test_control_a_missing_migration_is_found(name: str) -> None:
    state = ProjectState.from_apps(apps)
    state.add_model(ModelState(PACKAGE, name, [("id", models.BigAutoField(primary_key=True))]))
    assert f"Create model {name}" in missing_migrations(state)
