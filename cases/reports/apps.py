"""The collector's office: figures and exports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.reports"
