"""Pleas about the same patient join one case, whoever posts them; what speaks against it outweighs every likeness."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import joining, pipeline
from cases.models import Case, Fingerprint, Message, Notice, Setting
from cases.understanding import Reading
from tests.cases.conftest import plea
from tests.conftest import Cast

Post = Callable[..., Message]
WORDS = "Mother of three is gasping in Tifra near the water tank, needs an oxygen cylinder before the night falls"


def process(*messages: Message) -> dict[str, int]:
    return dict(pipeline.process([message.pk for message in messages]))


def pair(post: Post, readings: dict[str, Reading], first: Reading, second: Reading, **given: str) -> int:
    """How many cases two pleas of different words and authors make, in two batches."""
    readings["first words"], readings["second words"] = first, second
    process(post("first words"))
    process(post("second words", **given))
    return Case.objects.count()


def test_copied_words_are_the_same_patient(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings[WORDS] = readings[f"Please amplify! {WORDS} @somebody"] = plea(phones=())
    process(post(WORDS))
    process(post(f"Please amplify! {WORDS} @somebody"))
    assert Case.objects.get().message_count == 2
    assert Notice.objects.filter(template="joined").count() == 1


def test_copied_words_in_one_batch_are_too(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings[WORDS] = readings[f"Please amplify! {WORDS}"] = plea(phones=())
    assert process(post(WORDS), post(f"Please amplify! {WORDS}")) == {"opened": 1, "joined": 1}


def test_a_template_with_another_number_is_another_patient(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings[WORDS], readings[f"{WORDS} "] = plea(phones=("9800000001",)), plea(phones=("9800000002",))
    process(post(WORDS))
    process(post(f"{WORDS} "))
    assert Case.objects.count() == 2


def test_a_hashtag_of_another_district_does_not_part_copies_with_the_same_phone(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    readings[WORDS], readings[f"#raipur {WORDS}"] = plea(), plea(district=387, block=None)
    process(post(WORDS))
    process(post(f"#raipur {WORDS}"))
    assert Case.objects.count() == 1


def test_an_authors_same_need_within_hours_is_the_same_patient(
    post: Post, readings: dict[str, Reading], cast: Cast
) -> None:
    assert pair(post, readings, plea(phones=()), plea(phones=())) == 2
    now = timezone.now()
    solved = {"resolved_at": now, "acknowledged_at": now, "status": "resolved", "outcome": "helped"}
    Case.objects.all().update(**solved, next_due_at=None, alarm_at=None)
    process(post("first words", author_id="77"))
    process(post("second words", author_id="77"))
    assert Case.objects.filter(resolved_at=None).count() == 1


@pytest.mark.parametrize(
    "changes",
    [{"needs": ("blood",)}, {"district": 387, "block": None}, {"place_text": "Sirgitti"}],
    ids=["another need", "another district", "another place"],
)
def test_an_amplifiers_pleas_stay_apart(
    post: Post, readings: dict[str, Reading], cast: Cast, changes: dict[str, object]
) -> None:
    readings["first words"], readings["second words"] = plea(phones=()), plea(phones=(), **changes)
    process(post("first words", author_id="77"), post("second words", author_id="77"))
    assert Case.objects.count() == 2


def test_an_authors_plea_of_next_day_is_a_new_one(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["first words"] = readings["second words"] = plea(phones=())
    process(post("first words", author_id="77", posted_at=timezone.now() - timedelta(hours=7)))
    process(post("second words", author_id="77"))
    assert Case.objects.count() == 2


@pytest.mark.parametrize(
    "changes", [{"patient_age": 34}, {"blood_group": "B+"}], ids=["another age", "another blood group"]
)
def test_two_patients_can_share_a_phone(
    post: Post, readings: dict[str, Reading], cast: Cast, changes: dict[str, object]
) -> None:
    assert pair(post, readings, plea(patient_age=61, blood_group="O+"), plea(**changes)) == 2


def test_fallen_saturation_is_the_same_patient(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    assert pair(post, readings, plea(spo2=84), plea(spo2=71)) == 1
    assert Case.objects.get().spo2 == 71


def test_a_volunteers_phone_is_no_proof(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    for age in (31, 42, 53):
        readings[f"patient of {age}"] = plea(patient_age=age)
        process(post(f"patient of {age}"))
    readings["one more"], readings["the first again"] = plea(), plea(patient_age=42)
    process(post("one more"))
    assert Case.objects.count() == 4
    process(post("the first again"))
    assert Case.objects.get(patient_age=42).message_count == 2


def test_from_how_many_on_a_phone_is_a_volunteers_is_data(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    Setting.objects.filter(pk="crowded_phone").update(value=9)
    for age in (31, 42, 53):
        readings[f"patient of {age}"] = plea(patient_age=age)
        process(post(f"patient of {age}"))
    readings["one more"] = plea()
    process(post("one more"))
    assert Case.objects.count() == 3


def test_home_and_age_alike_is_the_same_patient(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    assert pair(post, readings, plea(phones=(), patient_age=56), plea(phones=(), patient_age=56)) == 1


def test_age_without_a_place_is_not_enough(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    bare = plea(phones=(), patient_age=56, place_text="", block=None)
    assert pair(post, readings, bare, bare) == 2


def test_an_original_read_after_its_repost_joins_it(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["RT @a: help"] = readings["help"] = plea(phones=())
    process(post("RT @a: help", external_id="901", echo_of="900"))
    process(post("help", external_id="900"))
    assert Case.objects.get().message_count == 2


def test_old_fingerprints_are_forgotten(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings[WORDS] = plea()
    process(post(WORDS))
    assert Fingerprint.objects.exists()
    assert joining.forget_fingerprints(timezone.now()) == 0
    assert joining.forget_fingerprints(timezone.now() + timedelta(days=5)) > 0
    assert not Fingerprint.objects.exists()


def test_what_is_compared_does_not_grow_with_history(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["plea"] = plea(phones=(), place_text="")

    def cost() -> int:
        messages = [post("plea") for _ in range(5)]
        with CaptureQueriesContext(connection) as captured:
            process(*messages)
        return len(captured)

    cost()
    first = cost()
    for _ in range(4):
        cost()
    assert cost() == first


def test_a_mother_and_a_father_are_two_patients(post: Post, readings: dict[str, Reading], cast: Cast) -> None:
    readings["meri mummy ko oxygen chahiye"] = plea(patient_sex="f")
    readings["mere papa ko oxygen chahiye"] = plea(patient_sex="m")
    process(post("meri mummy ko oxygen chahiye"))
    process(post("mere papa ko oxygen chahiye"))
    assert Case.objects.count() == 2
