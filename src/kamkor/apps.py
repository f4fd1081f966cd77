"""The one Django app of the house."""

from django.apps import AppConfig


class KamkorConfig(AppConfig):
    """All rooms are plain packages of this app, so that a table can change room cheaply."""

    name = "kamkor"
    label = "kamkor"
    default_auto_field = "django.db.models.BigAutoField"
