"""Journey 5: an officer's own notices and channels: what the pages under /me/notices/ show and do."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases import access
from cases.models import BY_GATEWAY, Channel, Gateway, Notice, PushSubscription
from cases.workflow import RANK, Urgency
from districts.models import Officer
from helpdesk.enqueue import after_commit

SHOWN = 50
MOST_COUNTED = 99
TEST = "test"
BETWEEN_TESTS = timedelta(minutes=1)


def on_desk(officer: Officer) -> QuerySet[Notice]:
    """The officer's notices in the application itself; what was taken back before it was seen was never said."""
    return Notice.objects.filter(officer=officer, channel=Channel.DESK, state=Notice.State.SENT)


def unseen_count(officer: Officer) -> int:
    """How many the officer has not seen, counted up to a hundred; from the partial index."""
    return on_desk(officer).filter(seen_at=None).order_by()[: MOST_COUNTED + 1].count()


def latest(officer: Officer) -> list[Notice]:
    """Unseen first, the newest first."""
    shown = on_desk(officer).select_related("case").order_by(F("seen_at").desc(nulls_first=True), "-created_at", "-pk")
    return list(shown[:SHOWN])


def without_link(notice: Notice) -> tuple[str, str]:
    """The words, and the path of this site that they lead to; '' for none."""
    words = notice.text.split()
    link = next((word for word in words if word.startswith(f"{settings.SITE_URL}/")), "")
    path = link.removeprefix(settings.SITE_URL)
    return " ".join(word for word in words if word != link), "" if path.startswith("//") else path


def see_all(officer: Officer, at: datetime) -> int:
    """Nothing is new any more."""
    return on_desk(officer).filter(seen_at=None).update(seen_at=at)


def channels_served(officer: Officer) -> list[str]:
    """The channels for which the office has a gateway where the officer is posted."""
    held = access.postings(officer)
    able = Gateway.objects.filter(is_active=True)
    covered = {one.channel for one in able for post in held if one.covers(post.state_id, post.district_id)} | {
        one.channel for one in able if one.breadth > 1
    }
    return [channel.value for channel in BY_GATEWAY if channel in covered]


def browsers(officer: Officer) -> int:
    """In how many browsers the officer takes messages."""
    return PushSubscription.objects.filter(officer=officer).count()


def send_test(officer: Officer, channel: str, at: datetime) -> bool:
    """Queue a test, once a minute for each channel; whether it was queued."""
    lately = Notice.objects.filter(officer=officer, channel=channel, template=TEST, created_at__gt=at - BETWEEN_TESTS)
    if lately.exists():
        return False
    with override(officer.language):
        text = _("This is a test. Messages about your cases will reach you this way.")
    notice = Notice(
        once=f"{TEST}:{at:%Y%m%d%H%M%S}:{officer.pk}:{channel}",
        officer=officer,
        channel=channel,
        template=TEST,
        language=officer.language,
        text=f"{text} {settings.SITE_URL}/me/notices/",
        urgency=Urgency.NORMAL,
        rank=RANK[Urgency.NORMAL],
        created_at=at,
        next_try_at=at,
    )
    Notice.objects.bulk_create([notice], ignore_conflicts=True)  # a double tap is one test
    after_commit("cases.notify.tasks.send_private", channel)
    return True


def last_test(officer: Officer) -> Notice | None:
    """How the latest test went."""
    return Notice.objects.filter(officer=officer, template=TEST).order_by("-created_at").first()
