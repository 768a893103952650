"""The officer's desk: queue and case page."""

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.work"
