"""The requester's yes: proposed on an open case, closing on a solved one, taken back by a new plea."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cases import actions
from cases.escalation.closing import close_silent
from cases.models import Case
from cases.understanding import Reading
from cases.workflow import Closing, Move, Status
from tests.cases.conftest import SURE, THREAD, Post, plea, process
from tests.conftest import Cast

CONSENT = Reading(kind="update_resolved", confidence=SURE)


def worked(post: Post, cast: Cast) -> Case:
    process(post(**THREAD))
    case = Case.objects.get()
    return actions.perform(Move.ACKNOWLEDGE, case_id=case.pk, actor=cast.meena)


def test_got_it_proposes_the_end_and_resolving_closes_at_once(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    case = worked(post, cast)
    readings["cylinder mil gaya, dhanyavad"] = CONSENT
    process(post("cylinder mil gaya, dhanyavad", **THREAD))
    case.refresh_from_db()
    assert case.status == Status.ACKNOWLEDGED  # only an officer resolves
    assert case.consent_at is not None
    ended = actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="Cylinder given")
    assert (ended.status, ended.resolved_at, ended.closed_at) == (Status.CLOSED, ended.resolved_at, ended.resolved_at)
    assert list(case.events.values_list("kind", flat=True))[-2:] == ["resolved", "closed"]


def test_without_a_yes_a_solved_case_waits_for_one(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    solved = actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="Given")
    assert solved.status == Status.RESOLVED
    readings["thank you"] = Reading(kind="thanks", confidence=SURE)
    process(post("thank you", **THREAD))
    case.refresh_from_db()
    assert (case.status, case.reopened_count) == (Status.CLOSED, 0)
    assert case.consent_at is not None


def test_mere_thanks_say_nothing_of_an_open_case(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    readings["thanks for registering"] = Reading(kind="thanks", confidence=SURE)
    process(post("thanks for registering", **THREAD))
    case.refresh_from_db()
    assert case.consent_at is None


def test_a_new_plea_takes_the_yes_back(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    readings["got it"] = CONSENT
    process(post("got it", **THREAD))
    readings["now a bed"] = plea(needs=("bed",))
    process(post("now a bed", **THREAD))
    case.refresh_from_db()
    assert case.consent_at is None


def test_somebody_elses_thanks_end_nothing(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    readings["got it"] = CONSENT
    process(post("got it", author_id="99", conversation_id="1"))
    case.refresh_from_db()
    assert case.consent_at is None


@pytest.mark.parametrize("outcome", ["died", "not_possible"])
def test_an_end_without_help_is_not_closed_by_a_yes_to_help(
    post: Post, readings: dict[str, Reading], cast: Cast, outcome: str
) -> None:
    case = worked(post, cast)
    readings["got it"] = CONSENT
    process(post("got it", **THREAD))
    ended = actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome=outcome, note="Too late")
    assert ended.status == Status.RESOLVED


def test_a_yes_in_the_batch_of_its_plea_is_heard(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["got it"] = CONSENT
    thanks = post("got it", **THREAD)
    plea_again = post("plea", **THREAD)
    process(post("plea", **THREAD | {"posted_at": thanks.posted_at.replace(year=2020)}), thanks)
    case = Case.objects.get()
    assert (case.status, case.consent_at) == (Status.ASSIGNED, thanks.posted_at)
    assert case.events.filter(kind="consent").count() == 1
    process(plea_again)
    case.refresh_from_db()
    assert case.consent_at is None


def test_reposts_and_copies_by_others_do_not_take_the_yes_back(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    case = worked(post, cast)
    readings["got it"] = CONSENT
    process(post("got it", **THREAD))
    first = case.messages.earliest("pk")
    process(post("RT @x: plea", author_id="9", echo_of=first.external_id), post("plea", author_id="8"))
    case.refresh_from_db()
    assert case.message_count == 4
    assert case.consent_at is not None


def test_the_yes_of_another_asker_closes_nothing(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    case = worked(post, cast)
    other = {"author_id": "8", "conversation_id": "2"}
    assert process(post(**other)) == {"joined": 1}
    actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="Given")
    readings["got it"] = CONSENT
    process(post("got it", **other))
    case.refresh_from_db()
    assert (case.status, case.consent_at) == (Status.RESOLVED, None)


def test_reopened_and_thanked_in_one_batch_it_is_open_with_a_yes(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    case = worked(post, cast)
    actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="Given")
    readings["not yet here"] = Reading(kind="other", confidence=SURE)
    readings["got it"] = CONSENT
    process(post("not yet here", **THREAD), post("got it", **THREAD))
    case.refresh_from_db()
    assert (case.status, case.reopened_count) == (Status.IN_PROGRESS, 1)
    assert case.consent_at is not None


def test_thanks_to_a_solved_case_are_written_into_its_history(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    case = worked(post, cast)
    actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome="helped", note="Given")
    readings["got it"] = CONSENT
    thanks = post("got it", **THREAD)
    process(thanks)
    closed = case.events.get(kind="closed")
    assert (closed.from_status, closed.to_status, closed.message) == (Status.RESOLVED, Status.CLOSED, thanks)


# --- A yes that comes after the silent closing -------------------------------------------------------------------


def closed_in_silence(post: Post, cast: Cast, outcome: str = "helped") -> Case:
    case = worked(post, cast)
    actions.perform(Move.RESOLVE, case_id=case.pk, actor=cast.meena, outcome=outcome, note="Given")
    assert close_silent(timezone.now() + timedelta(hours=25)) == 1
    return Case.objects.get()


@pytest.mark.parametrize("kind", ["thanks", "update_resolved"])
def test_thanks_after_the_silent_closing_are_a_yes_and_reopen_nothing(
    post: Post, readings: dict[str, Reading], cast: Cast, kind: str
) -> None:
    case = closed_in_silence(post, cast)
    readings["thank you"] = Reading(kind=kind, confidence=SURE)
    thanks = post("thank you", **THREAD)
    process(thanks, at=timezone.now() + timedelta(hours=30))
    late = Case.objects.get()
    assert (late.status, late.closing, late.reopened_count) == (Status.CLOSED, Closing.YES, 0)
    assert (late.closed_at, late.minutes_confirmed) == (case.closed_at, case.minutes_confirmed)
    assert late.consent_at == thanks.posted_at
    assert late.updated_at > case.updated_at  # the figures are made anew from what has changed
    assert late.events.get(kind="consent").message == thanks
    process(post("thank you", **THREAD))
    assert late.events.filter(kind="consent").count() == 1


def test_a_bereaved_familys_thanks_change_nothing(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    closed_in_silence(post, cast, "died")
    readings["thank you"] = Reading(kind="thanks", confidence=SURE)
    process(post("thank you", **THREAD))
    assert Case.objects.get().closing == Closing.SILENCE


def test_somebody_elses_thanks_confirm_nothing(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    closed_in_silence(post, cast)
    readings["thank you"] = Reading(kind="thanks", confidence=SURE)
    process(post("thank you", author_id="99", conversation_id="1"))
    assert Case.objects.get().closing == Closing.SILENCE
