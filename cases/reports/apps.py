"""The collector's office: figures and exports."""

from django.apps import AppConfig
from django.core import checks

from cases.reports.review import fonts


class ReportsConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.reports"

    def ready(self) -> None:
        """`manage.py check` says what PDFs lack."""
        checks.register(fonts.check_fonts)
