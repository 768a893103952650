"""A request enters: X, web form, telephone, paste, file."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.intake"
