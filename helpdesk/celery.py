"""The Celery application and the whole beat schedule, each period with its reason."""

import os
import sys

from celery import Celery, signals
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("sahayata")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


_OFFICE = {  # the collector's
    # A review is held at its minute; what is issued already costs one look. Also what lacked a font until now.
    "issue-reviews": {"task": "cases.reports.tasks.issue_reviews", "schedule": 60.0, "options": {"expires": 60}},
    # A sheet is mailed when its files are made; this is for what has to be tried again, after a minute at the least.
    "send-sheets": {"task": "cases.reports.tasks.send_sheets", "schedule": 60.0, "options": {"expires": 60}},
    # Finds files that wait though nobody writes (broker down, worker killed); an empty look is one query by an index.
    "write-exports": {
        "task": "cases.reports.tasks.write_exports",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    # Files are kept for days: an hour more or less changes nothing.
    "expire-exports": {"task": "cases.reports.tasks.expire_exports", "schedule": 3600.0},
    # The month's report lies ready when the office opens on the 1st; the 2nd and 3rd make up for a machine at rest.
    "ask-monthly-reports": {
        "task": "cases.reports.tasks.ask_monthly_reports",
        "schedule": crontab(day_of_month="1-3", hour=5, minute=0),
    },
    # The collector's page is at most this old; what did not change costs one look at an index. An old start is worth
    # nothing once the next has come.
    "count-figures": {
        "task": "cases.reports.tasks.count_figures",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    # Once a day, in the quietest hour: what changes in the night is in the morning's review.
    "look-again": {"task": "cases.reports.tasks.look_again", "schedule": crontab(hour=3, minute=30)},
    # Once a day, when the day is over and its late messages have come; a second start makes up for a machine at rest,
    # and until then a page reads the day from its messages.
    "count-handle-days": {
        "task": "cases.reports.tasks.count_handle_days",
        "schedule": crontab(hour="3,6", minute=35),
    },
}


@app.on_after_finalize.connect  # settings are only complete then
def _schedule(sender: Celery, **_: object) -> None:
    from django.conf import settings

    sender.conf.beat_schedule = {
        # A plea should be on a desk within seconds; an empty poll costs nothing and 10 s is a tenth of X's limit.
        "poll-handles": {"task": "cases.intake.tasks.poll_handles", "schedule": settings.X_POLL_SECONDS},
        # Finds what was stored and not processed (broker down, worker killed); the usual way is on commit.
        "sweep-messages": {"task": "cases.intake.tasks.sweep_messages", "schedule": 10.0},
        # Sends due notices and reconciles those claimed by a worker that died; the usual way is on commit.
        "sweep-notices": {"task": "cases.notify.tasks.sweep_notices", "schedule": 10.0},
        # The clock: a limit of minutes must be kept to seconds; by an index, so that an empty sweep costs nothing. An
        # old start is worth nothing once the next has come.
        "sweep-clock": {
            "task": "cases.escalation.tasks.sweep_clock",
            "schedule": 10.0,
            "options": {"expires": 30},
        },
        # The citizen has a day to say yes or no; a quarter of an hour more or less changes nothing.
        "close-silent": {"task": "cases.escalation.tasks.close_silent", "schedule": 900.0},
        # A citizen who was asked back has ten minutes; half a minute more or less changes nothing for a call.
        "sweep-unanswered": {"task": "cases.intake.tasks.sweep_unanswered", "schedule": 30.0},
        # A doctor's claim stands 15 minutes; half a minute more or less changes nothing for who waits.
        "lapse-claims": {"task": "cases.consult.tasks.lapse_claims", "schedule": 30.0},
        # The patient was told a time for the doctor's next call; a minute late is still that time.
        "tell-due-calls": {"task": "cases.consult.tasks.tell_due_calls", "schedule": 60.0},
        # At six in the evening (Asia/Kolkata) there is still time to find somebody for the night and for tomorrow.
        "tell-gaps": {"task": "cases.work.tasks.tell_gaps", "schedule": crontab(hour=18, minute=0)},
        # Followers and posts of each handle once a day, soon after midnight: X tells only today's. A new handle has its
        # first within ten minutes, and X may be down for hours; with all of today's there it is one query.
        "take-handle-days": {"task": "cases.intake.tasks.take_handle_days", "schedule": 600.0},
        # Shows /healthz that beat, broker and worker are alive; four missed in a row are an alarm.
        "pulse": {"task": "helpdesk.tasks.pulse", "schedule": 10.0},
        # Once a day, in the quietest hour: tables that only grow make every backup slower.
        "trim-ledger": {"task": "cases.intake.tasks.trim_ledger", "schedule": crontab(hour=3, minute=40)},
        "trim-fingerprints": {"task": "cases.intake.tasks.trim_fingerprints", "schedule": crontab(hour=3, minute=45)},
        "trim-sign-ins": {"task": "helpdesk.tasks.trim_sign_ins", "schedule": crontab(hour=3, minute=48)},
        "clear-sessions": {"task": "helpdesk.tasks.clear_sessions", "schedule": crontab(hour=3, minute=50)},
    } | _OFFICE


@signals.worker_ready.connect
@signals.beat_init.connect
def _say_ready(**_: object) -> None:
    """Tell the supervisor on the bare output, whatever the log level (helpdesk/supervisor/child.py)."""
    print("sahayata: ready", file=sys.__stdout__, flush=True)
