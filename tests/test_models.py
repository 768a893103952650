"""The database refuses nonsense."""

import pytest
from django.db import IntegrityError, transaction

from cases.models import Case, Event
from tests.conftest import CaseMaker, Cast


@pytest.mark.parametrize(
    "nonsense",
    [
        {"status": "resolved"},
        {"status": "closed"},
        {"status": "assigned"},
        {"status": "acknowledged"},
        {"status": "banana"},
        {"urgency": "banana"},
        {"next_due_at": None},
        {"status": "duplicate", "next_due_at": None},
        {"district": None},
        {"level": 4},
    ],
)
def test_a_case_that_contradicts_itself_is_refused(make_case: CaseMaker, nonsense: dict[str, object]) -> None:
    case = make_case()
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**nonsense)


def test_an_event_can_neither_be_changed_nor_deleted(make_case: CaseMaker, cast: Cast) -> None:
    case = make_case()
    event = Event.objects.create(case=case, at=case.opened_at, kind=Event.Kind.NOTE, actor=cast.meena, note="called")
    event.note = "rewritten"
    with pytest.raises(TypeError):
        event.save()
    with pytest.raises(TypeError):
        event.delete()
    assert Event.objects.get().note == "called"


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Tifra 98260 12345", "Tifra •••"),
        ("तिफरा ९८२६०१२३४५ के पास", "तिफरा ••• के पास"),
        ("Tifra 495223", "Tifra 495223"),
    ],
)
def test_a_number_written_into_the_place_is_not_shown_in_lists(make_case: CaseMaker, told: str, shown: str) -> None:
    assert make_case(place_text=told).place_label == shown
