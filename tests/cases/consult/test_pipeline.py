"""A plea for a doctor waits at the desk as soon as its case is opened, in a fixed number of queries."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from cases import pipeline
from cases.models import Case, Consultation
from cases.understanding import Reading
from districts.duty import Level
from tests.cases.conftest import Post, plea, process
from tests.conftest import Cast, Map

pytestmark = pytest.mark.django_db


def test_a_plea_for_a_doctor_waits_at_the_desk_since_it_was_written(
    post: Post,
    readings: dict[str, Reading],
    cast: Cast,
) -> None:
    readings["doctor?"] = plea(needs=("doctor", "medicine"), urgency="high")
    message = post("doctor?")
    process(message)
    one = Consultation.objects.get()
    assert (one.case, one.urgency, one.standing) == (Case.objects.get(), "high", "waiting")
    assert one.asked_at == one.due_at == message.posted_at
    assert (one.district_id, one.asked_by) == (375, None)


def test_a_plea_for_something_else_does_not(post: Post, readings: dict[str, Reading]) -> None:
    readings["oxygen and a doctor?"] = plea(needs=("oxygen", "doctor"))
    process(post("oxygen and a doctor?"))
    assert not Consultation.objects.exists()


def test_a_second_plea_of_the_same_patient_asks_once_and_makes_it_graver(
    post: Post,
    readings: dict[str, Reading],
) -> None:
    readings["doctor?"] = plea(needs=("doctor",), urgency="normal")
    readings["doctor, quick!"] = plea(needs=("doctor",), urgency="critical")
    process(post("doctor?"))
    process(post("doctor, quick!"))
    assert Case.objects.get().urgency == "critical"
    assert Consultation.objects.get().urgency == "critical"


def test_a_whole_batch_asks_in_two_statements(
    post: Post,
    readings: dict[str, Reading],
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    def batch(size: int, need: str) -> list[int]:
        found = []
        for number in range(size):
            text = f"{need} {size} {number}"
            readings[text] = plea(needs=(need,), phones=(f"98{size:04d}{number:04d}",), place_text=f"place {number}")
            found.append(post(text).pk)
        return found

    counts = {}
    for need, size in (("medicine", 2), ("doctor", 3), ("doctor", 30)):
        ids = batch(size, need)
        with django_assert_max_num_queries(60) as asked:  # type: ignore[attr-defined]
            pipeline.process(ids)
        counts[need, size] = len(asked.captured_queries)
    assert counts["doctor", 30] <= counts["doctor", 3] + 1  # SQLite cuts a long INSERT in two
    assert counts["doctor", 3] <= counts["medicine", 2] + 2
    assert Consultation.objects.count() == 33


def test_an_answer_that_names_the_place_brings_the_call_to_that_districts_doctors(
    post: Post,
    readings: dict[str, Reading],
    cast: Cast,
    small_map: Map,
) -> None:
    thread = {"author_id": "7", "conversation_id": "1"}
    readings["doctor please"] = Reading(
        kind="request", needs=("doctor",), urgency="high", confidence={"kind": 0.95, "need": 0.95}
    )
    readings["Tifra, Bilaspur"] = plea(needs=("doctor",), urgency="high")
    process(post("doctor please", **thread))
    assert Consultation.objects.get().district is None
    process(post("Tifra, Bilaspur", **thread, posted_at=timezone.now() - timedelta(minutes=1)))
    assert Consultation.objects.get().district == small_map.bilaspur
    assert Case.objects.get().level == Level.BLOCK
