"""The outbox and its channels."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.notify"
