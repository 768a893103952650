"""Officers are told by the channels they chose, once for each cause, not in their sleep unless it is critical."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.actions import perform
from cases.models import Notice, OfficerChannel, PushSubscription, QuietHours
from cases.notify.inbox import latest, unseen_count
from cases.telling import Key, ToOfficer, fresh_text, quiet_until, tell_officers, tell_plain
from cases.workflow import Move

pytestmark = pytest.mark.django_db
KOLKATA = ZoneInfo("Asia/Kolkata")


def told() -> list[tuple[str, str]]:
    return list(Notice.objects.order_by("pk").values_list("officer__username", "channel"))


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 22, hour, minute, tzinfo=KOLKATA)


def test_an_officer_without_channels_is_told_on_the_desk(cast: Any, make_case: Any) -> None:
    case = make_case(officer=cast.meena)
    tell_officers([ToOfficer(Key.TO_ASSIGNED, case, cast.meena.pk, "turn0")], timezone.now())
    notice = Notice.objects.get()
    assert (notice.channel, notice.state, notice.officer) == ("desk", "sent", cast.meena)
    assert case.reference in notice.text


def test_each_channel_that_is_on_gets_its_own_notice(cast: Any, make_case: Any, choose: Any) -> None:
    choose(cast.meena, "sms")
    choose(cast.meena, "email")
    OfficerChannel.objects.create(officer=cast.meena, channel="telegram", address="12345", is_on=False)
    PushSubscription.objects.create(officer=cast.meena, endpoint="https://push.example/1", p256dh="k", auth="a")
    tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(officer=cast.meena), cast.meena.pk, "turn0")], timezone.now())
    assert {channel for _name, channel in told()} == {"desk", "sms", "email", "push"}


def test_browsers_can_be_switched_off(cast: Any, make_case: Any) -> None:
    PushSubscription.objects.create(officer=cast.meena, endpoint="https://push.example/1", p256dh="k", auth="a")
    OfficerChannel.objects.create(officer=cast.meena, channel="push", is_on=False)
    tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(), cast.meena.pk, "1")], timezone.now())
    assert told() == [("meena", "desk")]


def test_one_cause_is_told_once_and_another_anew(cast: Any, make_case: Any, choose: Any) -> None:
    choose(cast.meena)
    case = make_case(officer=cast.meena)
    for cause in ("turn0", "turn0", "turn1"):
        tell_officers([ToOfficer(Key.TO_ASSIGNED, case, cast.meena.pk, cause)], timezone.now())
    assert told() == [("meena", "desk"), ("meena", "sms")] * 2


def test_each_officer_reads_it_in_the_own_language(cast: Any, make_case: Any) -> None:
    cast.ravi.language = "hi"
    cast.ravi.save()
    case = make_case()
    tell_officers([ToOfficer(Key.TO_WARNED, case, one.pk, "1") for one in (cast.meena, cast.ravi)], timezone.now())
    english, hindi = Notice.objects.order_by("officer__username").values_list("text", flat=True)
    assert "Bilha, Bilaspur" in english
    assert "बिल्हा, बिलासपुर" in hindi


def test_nothing_about_the_citizen_stands_in_it(cast: Any, make_case: Any) -> None:
    case = make_case(phone="9812345678", requester_name="Rakesh Yadav", patient_age=58, spo2=82)
    tell_officers([ToOfficer(key, case, cast.meena.pk, "1") for key in Key if key.startswith("to_")
                   and key not in (Key.TO_DIGEST, Key.TO_GAP, Key.TO_DECISION)], timezone.now())  # fmt: skip
    texts = " ".join(Notice.objects.values_list("text", flat=True))
    assert "9812345678" not in texts
    assert "Rakesh" not in texts
    assert "82" not in texts.replace(case.reference, "")


def test_an_officer_who_may_not_sign_in_any_more_is_not_told(cast: Any, make_case: Any) -> None:
    cast.meena.is_active = False
    cast.meena.save()
    tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(), cast.meena.pk, "1")], timezone.now())
    assert told() == []


def test_however_many_are_told_the_statements_are_the_same(
    cast: Any, make_case: Any, choose: Any, django_assert_num_queries: Any
) -> None:
    everybody = [cast.meena, cast.ravi, cast.anil, cast.sunita, cast.collector]
    for officer in everybody:
        choose(officer)
    few = [ToOfficer(Key.TO_ASSIGNED, _fresh(make_case()), cast.meena.pk, "1")]
    many = [ToOfficer(Key.TO_ASSIGNED, _fresh(make_case()), officer.pk, "1") for officer in everybody * 4]
    with django_assert_num_queries(8):  # need, block, district, state; officers, channels, texts; the notices
        tell_officers(few, timezone.now())
    with django_assert_num_queries(8):
        tell_officers(many, timezone.now())


def _fresh(case: Any) -> Any:
    return type(case).objects.get(pk=case.pk)


@pytest.mark.parametrize(
    ("start", "end", "now", "until"),
    [
        (time(22), time(6), at(23), at(6) + timedelta(days=1)),
        (time(22), time(6), at(22), at(6) + timedelta(days=1)),
        (time(22), time(6), at(3), at(6)),
        (time(22), time(6), at(6), None),
        (time(22), time(6), at(12), None),
        (time(13), time(14, 30), at(13, 15), at(14, 30)),
        (time(13), time(14, 30), at(14, 30), None),
        (time(13), time(14, 30), at(12, 59), None),
    ],
)
def test_quiet_hours_end_in_time(start: time, end: time, now: datetime, until: datetime | None) -> None:
    assert quiet_until(QuietHours(quiet_from=start, quiet_until=end), now) == until


def test_nobody_without_quiet_hours_is_left_asleep() -> None:
    assert quiet_until(None, at(3)) is None


@pytest.mark.parametrize(("urgency", "hour"), [("critical", 3), ("high", 6), ("normal", 6)])
def test_only_critical_cases_disturb_the_quiet(cast: Any, make_case: Any, choose: Any, urgency: str, hour: int) -> None:
    choose(cast.meena)
    QuietHours.objects.create(officer=cast.meena, quiet_from=time(22), quiet_until=time(6))
    tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(urgency=urgency), cast.meena.pk, "1")], at(3))
    desk, sms = Notice.objects.order_by("pk")
    assert desk.sent_at == at(3)
    assert timezone.localtime(sms.next_try_at).hour == hour


def test_the_sender_starts_at_once_unless_all_of_it_waits(
    cast: Any, make_case: Any, choose: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr("cases.telling.after_commit", lambda *args: started.append(args))
    choose(cast.meena)
    QuietHours.objects.create(officer=cast.meena, quiet_from=time(22), quiet_until=time(6))
    tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(urgency="high"), cast.meena.pk, "1")], at(3))
    assert started == []
    tell_officers([ToOfficer(Key.TO_ASSIGNED, make_case(urgency="critical"), cast.meena.pk, "1")], at(3))
    assert started == [("cases.notify.tasks.send_private", "sms")]


def test_what_is_no_case_is_told_in_each_officer_s_language(cast: Any, choose: Any) -> None:
    choose(cast.sunita)
    cast.collector.language = "hi"
    cast.collector.save()
    words = {"gaps": _("today"), "url": "https://help.example/roster/"}
    for _again in range(2):
        tell_plain(Key.TO_GAP, [cast.sunita.pk, cast.collector.pk], words, "2026-11-22", timezone.now())
    texts = dict(Notice.objects.filter(channel="desk").values_list("officer__username", "text"))
    assert "Nobody on duty: today" in texts["sunita"]
    assert "ड्यूटी में कमी" in texts["collector"]
    assert Notice.objects.count() == 3


def test_a_notice_that_waited_says_the_time_that_is_left_now(cast: Any, make_case: Any) -> None:
    now = timezone.now()
    case = make_case(officer=cast.meena, next_due_at=now + timedelta(minutes=30))
    tell_officers([ToOfficer(Key.TO_ASSIGNED, case, cast.meena.pk, "1")], now)
    notice = Notice.objects.get()
    assert "30 min left" in notice.text
    assert "10 min left" in fresh_text(notice, now + timedelta(minutes=20))


def test_what_a_move_said_on_a_desk_leaves_it_when_the_move_is_taken_back(cast: Any, make_case: Any) -> None:
    case = make_case(officer=cast.meena)
    perform(Move.HAND_OVER, case_id=case.pk, actor=cast.meena, to=cast.ravi)
    assert unseen_count(cast.ravi) == len(latest(cast.ravi)) == 1
    perform(Move.UNDO, case_id=case.pk, actor=cast.meena)
    assert unseen_count(cast.ravi) == len(latest(cast.ravi)) == 0
