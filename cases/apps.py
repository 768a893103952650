"""The case and its journey: all tables of the numbered folders live here."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Messages, cases, events and notices."""

    name = "cases"
