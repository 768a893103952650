"""The office's own pages for places, officers and rosters: they open, stay small, and refuse nonsense."""

from datetime import time, timedelta

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from cases.models import Gateway
from districts import gazetteer_source
from districts.models import (
    Block,
    BlockDistrict,
    District,
    GazetteerVersion,
    Leave,
    Officer,
    PinCode,
    Place,
    PlaceName,
    Posting,
    Role,
    Shift,
    SubDistrict,
)
from districts.weekdays import WeekdaysField, in_words

pytestmark = pytest.mark.django_db
OURS = ("districts", "cases")


@pytest.fixture
def office(client, cast, handle):
    """A superuser's browser, and at least one row in every table."""
    client.force_login(Officer.objects.create_superuser("root", password="sahayata-test"))
    for number in range(1, 4):
        SubDistrict.objects.create(code=number, name=f"T{number}", state_id=22, district_id=375)
        PinCode.objects.create(pincode=f"49500{number}", state_id=22, district_id=375, block_id=3604)
        Place.objects.create(key=f"x{number}", name=f"X{number}", kind="locality", state_id=22, district_id=375)
        Shift.objects.create(posting=Posting.objects.get(officer=cast.meena), starts=time(number), ends=time(9))
        day = timezone.localdate() + timedelta(days=number)
        Gateway.objects.create(channel="sms", name=f"SMS {number}", state_id=22)
        Leave.objects.create(officer=cast.meena, replacement=cast.ravi, from_date=day, until_date=day)
    return client


def pages() -> list:
    found = [model for model in admin.site._registry if model._meta.app_label in OURS]
    return sorted(found, key=lambda model: model.__name__)


def url(model, page: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def form_of(response) -> dict:
    """What a browser would send back unchanged: the form and its inlines."""
    context, sent = response.context, {}
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if value is None or value is False:  # an empty box is not sent
                continue
            sent[field.html_name] = value
            if field.field.show_hidden_initial:
                sent[field.html_initial_name] = value
    return sent


def save(client, model, pk=None, **changed):
    """Open the page, change some fields, send it; the answer."""
    address = url(model, "change", pk) if pk is not None else url(model, "add")
    return client.post(address, form_of(client.get(address)) | changed)


def errors(response) -> dict:
    assert response.status_code == 200, "it was accepted"
    return response.context["adminform"].form.errors


def test_personal_tables_have_no_admin_page():
    registered = {model.__name__ for model in pages()}
    assert not registered & {"Case", "Message", "Event", "Notice", "ApiCall", "Person", "Phone", "Offer", "Correction"}
    assert {"Need", "Promise", "ReplyTemplate", "Officer", "Posting", "Shift", "Place", "PlaceName"} <= registered


@pytest.mark.parametrize("model", pages(), ids=lambda model: model.__name__)
def test_every_list_opens_with_few_queries(office, model, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        response = office.get(url(model, "changelist"))
    assert response.status_code == 200


@pytest.mark.parametrize("model", pages(), ids=lambda model: model.__name__)
def test_every_list_can_be_searched(office, model, django_assert_max_num_queries):
    for typed in ("375", "Bilha", "बिल्हा"):
        with django_assert_max_num_queries(14):
            response = office.get(url(model, "changelist"), {"q": typed})
        assert response.status_code == 200


@pytest.mark.parametrize("model", pages(), ids=lambda model: model.__name__)
def test_every_row_opens_with_few_queries_and_without_a_list_of_all_india(office, model, django_assert_max_num_queries):
    row = model._default_manager.first()
    with django_assert_max_num_queries(26):
        response = office.get(url(model, "change", row.pk))
    assert response.status_code == 200
    assert len(response.content) < 120_000


@pytest.mark.parametrize("model", pages(), ids=lambda model: model.__name__)
def test_every_form_for_a_new_row_opens(office, model, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        response = office.get(url(model, "add"))
    assert response.status_code == (403 if model.__name__ in ("ReplyTemplate", "Setting") else 200)


@pytest.mark.parametrize("model", [Posting, Shift])
def test_the_history_of_a_row_opens(office, model):
    assert office.get(url(model, "history", model.objects.first().pk)).status_code == 200


def test_an_officer_without_rights_is_sent_to_sign_in(client, cast):
    client.force_login(cast.collector)
    assert client.get(url(Place, "changelist")).status_code == 302


# --- People ---------------------------------------------------------------------------------------


def test_a_number_of_people_is_signed_and_counts_in_the_district(office):
    Block.objects.filter(code=3604).update(population=309_780, population_source="PMGSY 2022")
    assert save(office, Block, 3604, population=650_000).status_code == 302
    assert people(Block, 3604) == (650_000, "officer root")
    assert people(District, 375) == (650_000, "sum of its blocks")


def test_a_page_saved_for_its_name_leaves_who_counted(office):
    Block.objects.filter(code=3604).update(population=309_780, population_source="PMGSY 2022")
    assert save(office, Block, 3604, name="Bilha Rural", population_source="me").status_code == 302
    assert people(Block, 3604) == (309_780, "PMGSY 2022")
    assert people(District, 375) == (309_780, "PMGSY 2022")


def test_a_districts_own_number_stays_until_it_is_emptied(office):
    Block.objects.filter(code=3604).update(population=309_780, population_source="PMGSY 2022")
    save(office, District, 375, population=1_961_922)
    save(office, Block, 3604, population=310_000)
    assert people(District, 375) == (1_961_922, "officer root")
    save(office, District, 375, population="")
    assert people(District, 375) == (310_000, "sum of its blocks")


def people(model, code) -> tuple[int | None, str]:
    return model.objects.values_list("population", "population_source").get(pk=code)


# --- Names ----------------------------------------------------------------------------------------


def test_a_new_place_gets_the_offices_key_and_the_workers_are_told(office):
    assert save(office, Place, name="Vyapar Vihar", kind="locality", state=22, district=375).status_code == 302
    place = Place.objects.get(name="Vyapar Vihar")
    assert place.key.startswith("officer:")
    assert place.source == "officer root"
    assert GazetteerVersion.objects.get().number == 1
    assert gazetteer_source.current().area("place", place.key).name == "Vyapar Vihar"


def test_a_changed_area_tells_the_workers(office):
    assert save(office, Block, 3604, name="Bilha Rural").status_code == 302
    assert Block.objects.get(pk=3604).name == "Bilha Rural"
    assert GazetteerVersion.objects.get().number == 1


@pytest.mark.parametrize("several", [True, False])
def test_a_deleted_spelling_tells_the_workers(office, several):
    name = PlaceName.objects.get(spelling="Tifra")
    if several:
        sent = {"action": "delete_selected", "_selected_action": [name.pk], "post": "yes"}
        office.post(url(PlaceName, "changelist"), sent)
    else:
        office.post(url(PlaceName, "delete", name.pk), {"post": "yes"})
    assert not PlaceName.objects.filter(pk=name.pk).exists()
    assert GazetteerVersion.objects.get().number == 1


def test_a_spelling_an_officer_writes_is_the_officers(office):
    assert save(office, PlaceName, level="block", key="3604", spelling="Bilaha").status_code == 302
    assert PlaceName.objects.get(spelling="Bilaha").source == "officer root"


def test_a_spelling_that_is_switched_off_stays_the_files(office):
    name = PlaceName.objects.create(level="block", key="3604", spelling="Belha", source="LGD")
    sent = form_of(office.get(url(PlaceName, "change", name.pk)))
    del sent["is_active"]
    assert office.post(url(PlaceName, "change", name.pk), sent).status_code == 302
    name.refresh_from_db()
    assert (name.is_active, name.source) == (False, "LGD")


@pytest.mark.parametrize(("level", "key"), [("block", "9999"), ("block", "bilha"), ("place", "3604"), ("state", "²")])
def test_a_spelling_of_no_area_is_refused(office, level, key):
    assert "key" in errors(save(office, PlaceName, level=level, key=key, spelling="Bilaha"))


def test_the_list_of_spellings_says_whose_they_are(office):
    page = office.get(url(PlaceName, "changelist"), {"q": "तिफरा"}).content.decode()
    assert '<td class="field-area">Tifra</td>' in page


@pytest.mark.parametrize(
    ("areas", "field"),
    [
        ({"state": 8, "district": 375}, "district"),
        ({"state": 22, "district": 387, "block": 3604}, "block"),
        ({"state": 22, "block": 3604}, "district"),
    ],
)
def test_areas_that_do_not_lie_in_each_other_are_refused(office, areas, field):
    assert field in errors(save(office, Place, name="Nowhere", kind="locality", **areas))


# --- Postings and shifts ----------------------------------------------------------------------------


def shifts(**fields) -> dict:
    names = ("shifts-TOTAL_FORMS", "shifts-INITIAL_FORMS", "shifts-MIN_NUM_FORMS", "shifts-MAX_NUM_FORMS")
    return dict(zip(names, ("1", "0", "0", "1000"))) | {f"shifts-0-{name}": value for name, value in fields.items()}


def test_a_posting_is_made_with_its_hours_days_as_boxes_and_needs_as_boxes(office, cast):
    hours = shifts(weekdays=["1", "4", "64"], starts="22:00", ends="06:00", from_date="2021-05-01", until_date="")
    area = {"state": 22, "district": 375, "block": 3610}
    answer = save(
        office, Posting, officer=cast.doctor.pk, role="nodal_officer", needs=["oxygen", "bed"], **area, **hours
    )
    assert answer.status_code == 302
    posting = Posting.objects.get(officer=cast.doctor, role=Role.NODAL_OFFICER)
    assert posting.needs == ["oxygen", "bed"]
    assert posting.shifts.get().weekdays == 1 + 4 + 64
    assert posting.history.get().history_user.username == "root"
    assert posting.shifts.get().history.get().history_user.username == "root"


def test_an_unchanged_posting_changes_nothing(office, cast):
    posting = Posting.objects.get(officer=cast.meena)
    posting.needs = ["oxygen"]
    posting.save()
    before = list(Shift.objects.order_by("pk").values())
    assert save(office, Posting, posting.pk).status_code == 302
    posting.refresh_from_db()
    assert posting.needs == ["oxygen"]
    assert list(Shift.objects.order_by("pk").values()) == before
    assert Shift.history.count() == len(before)


def test_a_shift_on_no_day_is_refused(office, cast):
    shift = Shift.objects.first()
    assert "weekdays" in errors(save(office, Shift, shift.pk, weekdays=[]))


@pytest.mark.parametrize(
    ("role", "areas", "field"),
    [
        ("nodal_officer", {"district": 375}, "block"),
        ("collector", {}, "district"),
        ("district_nodal", {"district": 375, "block": 3604}, "block"),
        ("operator", {"district": 375, "block": 3604}, "block"),
        ("state_admin", {"district": 375}, "district"),
        ("operator", {"district": 97}, "district"),
    ],
)
def test_a_posting_the_roster_would_never_find_is_refused(office, cast, role, areas, field):
    answer = save(office, Posting, officer=cast.doctor.pk, role=role, state=22, **areas)
    assert field in errors(answer)


def test_a_posting_to_a_block_in_its_second_district_is_taken(office, cast):
    BlockDistrict.objects.create(block_id=3604, district_id=387)
    area = {"state": 22, "district": 387, "block": 3604}
    answer = save(office, Posting, officer=cast.doctor.pk, role="nodal_officer", **area)
    assert answer.status_code == 302, errors(answer)


def test_an_officers_page_shows_the_postings(office, cast):
    page = office.get(url(Officer, "change", cast.meena.pk)).content.decode()
    assert "Bilha" in page


def test_a_new_officer_gets_name_phone_and_a_hashed_password(office):
    new = {"username": "lata", "name_hi": "लता", "phone": "9800000001", "language": "hi", "usable_password": "true"}
    words = {"password1": "a-long-secret-92", "password2": "a-long-secret-92"}
    assert save(office, Officer, **new, **words).status_code == 302
    officer = Officer.objects.get(username="lata")
    assert officer.name_hi == "लता"
    assert officer.check_password("a-long-secret-92")


def test_a_posting_that_ends_leaves_its_past_in_the_history(office, cast):
    posting = Posting.objects.get(officer=cast.anil)
    yesterday = timezone.localdate() - timedelta(days=1)
    save(office, Posting, posting.pk, starts_on=yesterday.isoformat(), ends_on=yesterday.isoformat())
    assert [row.ends_on for row in posting.history.order_by("history_id")] == [None, yesterday]


def test_weekdays_are_words():
    assert in_words(127) == "every day"
    assert in_words(1 + 64) == "Mon, Sun"


def test_boxes_and_sums_are_the_same_days():
    field = WeekdaysField()
    for total in range(1, 128):
        boxes = field.prepare_value(total)
        assert field.clean(boxes) == total
        assert not field.has_changed(total, boxes)
        assert field.has_changed(total, boxes[:-1])
