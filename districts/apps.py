"""Where and who; knows nothing of cases."""

from django.apps import AppConfig


class DistrictsConfig(AppConfig):
    """Geography, officers, postings and shifts."""

    name = "districts"
