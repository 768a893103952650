"""The 24-hour doctor desk."""

from django.apps import AppConfig


class ConsultConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.consult"
