"""Case -> officer on duty and promised times; decisions only."""

from django.apps import AppConfig


class UnderstandingConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.understanding"
