"""A wrong join is undone with one tap: the message gets a case and a clock of its own."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import pipeline
from cases.actions import MoveRefused
from cases.models import Case, Event, Message, Notice
from cases.splitting import split
from cases.understanding import Reading
from cases.workflow import Status
from tests.cases.conftest import plea
from tests.conftest import Cast, Map

Post = Callable[..., Message]


def process(*messages: Message) -> None:
    pipeline.process([message.pk for message in messages])


@pytest.fixture
def joined(post: Post, readings: dict[str, Reading], cast: Cast) -> tuple[Case, Message]:
    """A case in Bilha, and a plea for Kota's neighbour that a volunteer's phone joined to it."""
    process(post(author_id="7", conversation_id="1"))
    readings["neighbour too"] = plea(phones=("9812345678", "9800000001"), block=3607, place_text="Kota")
    second = post("neighbour too", author_id="8", conversation_id="2", posted_at=timezone.now() - timedelta(minutes=1))
    process(second)
    second.refresh_from_db()
    case = Case.objects.get()
    assert second.case == case
    return case, second


def divide(joined: tuple[Case, Message], actor: Any) -> Case:
    case, message = joined
    return split(case_id=case.pk, message_id=message.pk, actor=actor, at=timezone.now())


def test_the_message_gets_a_case_with_its_own_place_officer_and_clock(
    joined: tuple[Case, Message], cast: Cast, small_map: Map
) -> None:
    new = divide(joined, cast.meena)
    message = joined[1]
    new.refresh_from_db()
    assert (new.block, new.officer, new.status) == (small_map.kota, cast.anil, Status.ASSIGNED)
    assert new.opened_at == message.posted_at
    message.refresh_from_db()
    assert (message.case, message.result) == (new, "opened")


def test_both_histories_name_the_other_case(joined: tuple[Case, Message], cast: Cast) -> None:
    new = divide(joined, cast.meena)
    notes = dict(Event.objects.filter(kind="split").values_list("case_id", "note"))
    assert notes == {joined[0].pk: new.reference, new.pk: joined[0].reference}


def test_counts_and_numbers_are_set_right(joined: tuple[Case, Message], cast: Cast) -> None:
    case = joined[0]
    case.requester.phones.create(number="9800000001")
    new = divide(joined, cast.meena)
    case.refresh_from_db()
    new.refresh_from_db()
    assert (case.message_count, new.message_count) == (1, 1)
    assert [phone.number for phone in case.requester.phones.all()] == ["9812345678"]
    assert {phone.number for phone in new.requester.phones.all()} == {"9812345678", "9800000001"}


def test_its_author_is_told_the_new_number(joined: tuple[Case, Message], cast: Cast) -> None:
    new = divide(joined, cast.meena)
    told = Notice.objects.filter(message=joined[1]).latest("pk")
    assert new.reference in told.text


def test_what_its_author_wrote_later_goes_along(
    joined: tuple[Case, Message], post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings["any news?"] = Reading(kind="other")
    later = post("any news?", author_id="8", conversation_id="2", posted_at=timezone.now())
    process(later)
    new = divide(joined, cast.meena)
    later.refresh_from_db()
    new.refresh_from_db()
    assert (later.case, new.message_count) == (new, 2)


def test_the_next_plea_of_that_author_joins_the_new_case(
    joined: tuple[Case, Message], post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    new = divide(joined, cast.meena)
    again = post("neighbour too", author_id="8", conversation_id="3")
    process(again)
    again.refresh_from_db()
    assert again.case == new


def test_the_message_a_case_rests_on_stays(joined: tuple[Case, Message], cast: Cast) -> None:
    case = joined[0]
    first = case.messages.order_by("posted_at").first()
    assert first is not None
    with pytest.raises(MoveRefused) as refused:
        split(case_id=case.pk, message_id=first.pk, actor=cast.meena, at=timezone.now())
    assert refused.value.code == "not_allowed"
    assert Case.objects.count() == 1


@pytest.mark.parametrize("who", ["auditor", "doctor"])
def test_who_works_no_cases_splits_none(joined: tuple[Case, Message], cast: Cast, who: str) -> None:
    with pytest.raises(MoveRefused):
        divide(joined, getattr(cast, who))


def test_out_of_sight_is_out_of_reach(joined: tuple[Case, Message], cast: Cast) -> None:
    with pytest.raises(Case.DoesNotExist):
        divide(joined, cast.other_collector)


def test_the_page_offers_it_for_what_joined_and_does_it_with_one_tap(
    joined: tuple[Case, Message], cast: Cast, client: Any
) -> None:
    case, message = joined
    client.force_login(cast.sunita)
    page = client.get(reverse("case", args=[case.reference])).content.decode()
    assert page.count("make it a case of its own") == 1
    answer = client.post(reverse("split_case", args=[case.reference, message.pk]), follow=True)
    assert f"Taken out of {case.reference}" in answer.content.decode()
    assert Case.objects.count() == 2


def test_a_made_up_message_is_not_found(joined: tuple[Case, Message], cast: Cast, client: Any) -> None:
    client.force_login(cast.sunita)
    assert client.post(reverse("split_case", args=[joined[0].reference, 10**9])).status_code == 404


def test_the_message_that_opened_the_case_can_go_when_an_earlier_one_came_late(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    opener = post(author_id="7", conversation_id="1")
    process(opener)
    readings["earlier"] = plea(block=3607, place_text="Kota")
    process(post("earlier", author_id="8", conversation_id="2", posted_at=timezone.now() - timedelta(minutes=30)))
    case = Case.objects.get()
    new = split(case_id=case.pk, message_id=opener.pk, actor=cast.meena, at=timezone.now())
    opener.refresh_from_db()
    assert opener.case == new
    assert Notice.objects.filter(message=opener, template="received").count() == 1
