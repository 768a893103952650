"""The same doors for machines."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.api"
    label = "cases_api"
