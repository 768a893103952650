"""What the world may see: status page and request form."""

from django.apps import AppConfig


class PublicConfig(AppConfig):
    """Holds no tables; they live in cases."""

    name = "cases.public"
