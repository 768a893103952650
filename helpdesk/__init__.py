"""The project: settings, the site map, the beat schedule, base templates and static files."""

from helpdesk.celery import app as celery_app

__all__ = ["celery_app"]
