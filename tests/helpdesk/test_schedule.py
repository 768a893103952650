"""The beat schedule names tasks that exist."""

from helpdesk.celery import app


def test_every_scheduled_task_is_registered() -> None:
    app.loader.import_default_modules()
    app.finalize()  # as a worker does before it looks at the schedule
    named = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert len(named) >= 6
    assert named <= set(app.tasks)
