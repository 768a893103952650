"""The office's own pages for needs, promised times and reply texts: what would break the journey is refused."""

import pytest
from django.urls import reverse

from cases.models import Need, Promise, ReplyTemplate, Setting
from districts.models import Officer

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client, small_map):
    client.force_login(Officer.objects.create_superuser("root", password="sahayata-test"))
    return client


def url(model, page: str, *args) -> str:
    return reverse(f"admin:cases_{model._meta.model_name}_{page}", args=args)


def test_a_promised_time_is_changed_and_the_change_is_kept(office):
    promise = Promise.objects.get(urgency="critical", need=None, district=None)
    sent = {"respond_minutes": 4, "resolve_minutes": 25}
    assert office.post(url(Promise, "change", promise.pk), sent).status_code == 302
    promise.refresh_from_db()
    assert (promise.respond_minutes, promise.resolve_minutes) == (4, 25)
    assert promise.history.latest().history_user.username == "root"


def test_a_promise_to_resolve_before_answering_is_refused(office):
    promise = Promise.objects.get(urgency="critical")
    answer = office.post(url(Promise, "change", promise.pk), {"respond_minutes": 40, "resolve_minutes": 25})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors


def test_the_default_promise_of_an_urgency_can_neither_be_deleted_nor_narrowed(office, small_map):
    promise = Promise.objects.get(urgency="critical")
    assert office.post(url(Promise, "delete", promise.pk), {"post": "yes"}).status_code == 403
    sent = {"respond_minutes": 5, "resolve_minutes": 30, "district": 375, "urgency": "high"}
    office.post(url(Promise, "change", promise.pk), sent)
    promise.refresh_from_db()
    assert (promise.urgency, promise.district_id) == ("critical", None)
    assert "delete_selected" not in office.get(url(Promise, "changelist")).content.decode()


def test_a_districts_own_promise_can_be_added_and_deleted(office):
    sent = {"urgency": "critical", "district": 375, "need": "oxygen", "respond_minutes": 3, "resolve_minutes": 20}
    assert office.post(url(Promise, "add"), sent).status_code == 302
    promise = Promise.objects.get(district=375)
    assert office.post(url(Promise, "delete", promise.pk), {"post": "yes"}).status_code == 302


def test_a_need_is_switched_off_not_deleted(office):
    assert office.post(url(Need, "delete", "food"), {"post": "yes"}).status_code == 403
    sent = {"name": "Food", "name_hi": "खाना", "icon": "", "position": 12}
    assert office.post(url(Need, "change", "food"), sent).status_code == 302
    assert not Need.objects.get(code="food").is_active


@pytest.mark.parametrize(
    "text",
    [
        "No reference here",
        "{reference} {name}",
        "{reference} {phone}",
        "{reference.case} ",
        "{reference!r}",
        "{reference:>900}",
        "{reference} {",
        "{reference} {}",
        "{reference} {0}",
        "",
        "{reference}" + "x" * 280,
    ],
)
def test_a_reply_text_that_could_break_or_tell_too_much_is_refused(office, text):
    reply = ReplyTemplate.objects.get(key="received", language="en")
    answer = office.post(url(ReplyTemplate, "change", reply.pk), {"text": text})
    assert answer.status_code == 200
    assert "text" in answer.context["adminform"].form.errors


def test_a_reply_text_is_changed_but_never_deleted(office):
    reply = ReplyTemplate.objects.get(key="received", language="en")
    assert office.post(url(ReplyTemplate, "change", reply.pk), {"text": "Noted: {reference} {url}"}).status_code == 302
    reply.refresh_from_db()
    assert reply.text == "Noted: {reference} {url}"
    assert (reply.key, reply.language) == ("received", "en")
    assert office.post(url(ReplyTemplate, "delete", reply.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize(
    ("key", "value", "taken"),
    [
        ("sure_of_place", "0.8", True),
        ("sure_of_place", "1.2", False),
        ("sure_of_kind", "-0.1", False),
        ("answer_minutes", "15", True),
        ("answer_minutes", "0", False),
        ("answer_minutes", "500", False),
        ("crowded_phone", "1", False),
        ("offer_hours", "nonsense", False),
    ],
)
def test_a_figure_stays_within_its_bounds(office, key, value, taken):
    before = Setting.objects.get(pk=key).value
    answer = office.post(url(Setting, "change", key), {"value": value})
    assert answer.status_code == (302 if taken else 200)
    assert Setting.objects.get(pk=key).value == (float(value) if taken else before)
    assert Setting.history.filter(key=key).exists() is taken
