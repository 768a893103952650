"""Law 6: what the world may see of a case is stage, need, district and times, whatever stands in its fields."""

import json
from datetime import timedelta

import pytest
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from cases.models import Case, Event, Message, Notice, Person, Phone
from cases.public import whitelist
from cases.public.whitelist import End, Holder, find, public_case
from cases.workflow import Outcome, Status

REFERENCE = "BLS-7K3Q-9D"
PHONE = "9812345678"
SECRETS = [
    PHONE,
    "98123",
    "Rakesh",
    "राकेश",
    "Tifra",
    "तिफरा",
    "Bilha",
    "बिल्हा",
    "pneumonia",
    "rakesh_y",
    "Meena",
    "Sahu",
]
PERSONAL = f"Rakesh राकेश {PHONE} Tifra तिफरा pneumonia"


def fill_every_text(record: models.Model, *, keep: set[str]) -> None:
    """Write the phone and the names into every text and JSON column that is not kept."""
    changes = {}
    for field in record._meta.concrete_fields:
        if field.name in keep or field.primary_key or field.choices:
            continue
        if isinstance(field, models.CharField | models.TextField):
            length = getattr(field, "max_length", None)
            changes[field.name] = PERSONAL[:length] if length else PERSONAL
        elif isinstance(field, models.JSONField):
            changes[field.name] = [PERSONAL]
    type(record)._base_manager.filter(pk=record.pk).update(**changes)


@pytest.fixture
def told_everything(cast, make_case, handle):
    """A case whose every related row is full of names and phones."""
    now = timezone.now()
    case = make_case(
        reference=REFERENCE,
        officer=cast.meena,
        status=Status.IN_PROGRESS,
        assigned_at=now,
        acknowledged_at=now,
        started_at=now,
        patient=Person.objects.create(name="Rakesh"),
        patient_age=58,
        spo2=82,
        handle=handle,
    )
    Phone.objects.create(person=case.patient, number=PHONE)
    message = Message.objects.create(
        channel="x", external_id="1", handle=handle, text="x", posted_at=now, received_at=now, read_at=now,
        state="read", result="opened", case=case,
    )  # fmt: skip
    event = Event.objects.create(case=case, at=now, kind="note", actor=cast.meena, note=PERSONAL, is_public=True)
    notice = Notice.objects.create(
        once="1", case=case, message=message, handle=handle, template="received", language="hi", text=PERSONAL,
        urgency="critical", rank=0, created_at=now, next_try_at=now,
    )  # fmt: skip
    fill_every_text(case, keep={"reference", "status", "urgency", "channel", "outcome", "language"})
    fill_every_text(case.requester, keep=set())
    fill_every_text(case.patient, keep=set())
    fill_every_text(message, keep={"external_id", "channel", "state", "result"})
    fill_every_text(event, keep={"kind"})
    fill_every_text(notice, keep={"once", "state", "channel"})
    fill_every_text(handle, keep=set())
    fill_every_text(cast.meena, keep={"password", "username", "language"})
    return Case.objects.get(pk=case.pk)


def everything_sent(response):
    """Body and headers of an answer, as one text."""
    headers = " ".join(f"{name}: {value}" for name, value in response.headers.items())
    return response.content.decode() + headers + str(response.cookies)


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("page", ["status_of", "status_json"])
def test_no_name_phone_place_or_diagnosis_reaches_the_page_its_headers_or_the_json(
    client, told_everything, page, language
):
    response = client.get(reverse(page, args=[REFERENCE]), headers={"accept-language": language})
    assert response.status_code == 200
    sent = everything_sent(response)
    assert [secret for secret in SECRETS if secret in sent] == []
    assert '"58"' not in sent
    assert ">82<" not in sent
    assert REFERENCE in sent


def test_neither_does_the_part_that_refreshes_itself(client, told_everything):
    sent = everything_sent(client.get(reverse("status_of", args=[REFERENCE]), headers={"hx-request": "true"}))
    assert [secret for secret in SECRETS if secret in sent] == []


def test_the_personal_columns_are_not_even_read_from_the_database(told_everything, django_assert_num_queries):
    with django_assert_num_queries(1) as seen:
        find(REFERENCE)
    query = seen.captured_queries[0]["sql"]
    for column in ("excerpt", "resolution", "place_text", "requester_id", "patient_age", "spo2", "review_reason"):
        assert f'"{column}"' not in query


def test_the_fields_that_may_be_seen_are_these_and_no_others():
    assert set(whitelist.PublicCase.__dataclass_fields__) == {
        "reference", "stage", "times", "need_name", "need_name_hi", "district_name", "district_name_hi", "ended",
        "ended_at", "holder", "respond_by", "resolve_by", "awaits_answer", "asked_as", "joined_to", "asks",
    }  # fmt: skip


def test_the_json_says_the_same_as_the_page(client, make_case):
    make_case(reference=REFERENCE)
    told = json.loads(client.get(reverse("status_json", args=[REFERENCE])).content)
    assert (told["reference"], told["stage"], told["ended"], told["holder"]) == (REFERENCE, 1, "", "control_room")
    assert told["need"] == {"en": "Oxygen", "hi": "ऑक्सीजन"}
    assert told["district"] == {"en": "Bilaspur", "hi": "बिलासपुर"}


NOW = timezone.now()
WORKED = {"assigned_at": NOW, "acknowledged_at": NOW}
SOLVED = {**WORKED, "started_at": NOW, "resolved_at": NOW, "next_due_at": None}


@pytest.mark.parametrize(
    ("status", "fields", "stage", "ended"),
    [
        (Status.NEW, {}, 1, ""),
        (Status.NEEDS_REVIEW, {}, 1, ""),
        (Status.AWAITING_INFO, {}, 1, ""),
        (Status.ASSIGNED, {"assigned_at": NOW}, 2, ""),
        (Status.ACKNOWLEDGED, WORKED, 3, ""),
        (Status.IN_PROGRESS, {**WORKED, "started_at": NOW}, 4, ""),
        (Status.RESOLVED, {**SOLVED, "outcome": Outcome.HELPED}, 5, End.SOLVED),
        (Status.CLOSED, {**SOLVED, "closed_at": NOW, "closing": "yes", "outcome": Outcome.REFERRED}, 5, End.SOLVED),
        (Status.RESOLVED, {**SOLVED, "outcome": Outcome.DIED}, 4, End.CLOSED),
        (Status.RESOLVED, {**SOLVED, "outcome": Outcome.NOT_POSSIBLE}, 4, End.CLOSED),
        (Status.WITHDRAWN, {"closed_at": NOW, "next_due_at": None}, 2, End.WITHDRAWN),
        (Status.UNREACHABLE, {**WORKED, "closed_at": NOW, "next_due_at": None}, 3, End.CLOSED),
    ],
)
def test_each_status_has_its_stage_and_its_end_in_safe_words(cast, make_case, status, fields, stage, ended):
    case = public_case(make_case(reference=REFERENCE, officer=cast.meena, status=status, **fields))
    assert (case.stage, case.ended) == (stage, ended)
    assert [at is not None for at in case.times[stage:]] == [False] * (5 - stage)


def test_a_case_handed_over_shows_no_times_of_steps_it_has_to_take_again(cast, make_case):
    case = public_case(make_case(reference=REFERENCE, officer=cast.meena, acknowledged_at=NOW, assigned_at=NOW))
    assert case.stage == 2
    assert case.times[2] is None


@pytest.mark.parametrize(("level", "holder"), [(0, "block"), (1, "district"), (2, "collector"), (3, "state")])
def test_who_holds_it_is_said_by_office(cast, make_case, level, holder):
    assert public_case(make_case(officer=cast.meena, level=level)).holder == holder


def test_a_case_nobody_has_taken_is_the_control_rooms(make_case):
    assert public_case(make_case(status=Status.NEEDS_REVIEW, level=1)).holder == Holder.CONTROL_ROOM


def test_the_need_and_district_are_said_in_the_readers_language(make_case):
    case = public_case(make_case())
    with override("hi"):
        assert (case.need, case.district) == ("ऑक्सीजन", "बिलासपुर")
    with override("en"):
        assert (case.need, case.district) == ("Oxygen", "Bilaspur")


def test_it_is_late_by_the_answer_first_and_by_the_help_then(cast, make_case):
    at = timezone.now() + timedelta(minutes=10)
    assert public_case(make_case(officer=cast.meena)).is_late(at)
    taken = public_case(make_case(officer=cast.meena, status=Status.ACKNOWLEDGED, acknowledged_at=NOW))
    assert not taken.is_late(at)
    assert taken.is_late(at + timedelta(minutes=30))


def test_a_joined_case_shows_the_reference_and_stage_of_the_one_it_was_joined_to(
    cast, make_case, django_assert_num_queries
):
    other = make_case(reference="BLS-AAAA-AA", officer=cast.meena)
    make_case(reference=REFERENCE, status=Status.DUPLICATE, joined_to=other, closed_at=NOW, next_due_at=None)
    with django_assert_num_queries(1):
        case = find(REFERENCE)
    assert (case.reference, case.asked_as, case.stage, case.ended) == ("BLS-AAAA-AA", REFERENCE, 2, "")


def test_a_case_joined_twice_over_leads_on_to_the_last(make_case):
    last = make_case(reference="BLS-CCCC-CC")
    ended = {"status": Status.DUPLICATE, "closed_at": NOW, "next_due_at": None}
    middle = make_case(reference="BLS-AAAA-AA", joined_to=last, **ended)
    make_case(reference=REFERENCE, joined_to=middle, **ended)
    case = find(REFERENCE)
    assert (case.reference, case.ended, case.joined_to) == ("BLS-AAAA-AA", End.JOINED, "BLS-CCCC-CC")
