"""The clock: warns, moves late cases up the ladder, closes what nobody answers."""

from django.apps import AppConfig


class EscalationConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.escalation"
