"""The project's own app: commands, base templates, static files."""

from django.apps import AppConfig


class HelpdeskConfig(AppConfig):
    """Holds no tables."""

    name = "helpdesk"
