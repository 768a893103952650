"""The roster's pages: who sees and who changes what; gaps, leave, sheets, notes, the evening's notice."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import access
from cases.models import Case, HandOverNote, Notice
from cases.work.roster.evening import districts_with_a_roster, tell_gaps_of
from districts.duty import INDIA, on_duty
from districts.models import Leave, Officer, Posting, Role, Shift
from districts.roster import monday_of
from districts.roster_sheets import COLUMNS, harmless

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser_of():
    """Signs an officer in."""

    def sign_in(officer: Officer) -> Client:
        client = Client()
        client.force_login(officer)
        return client

    return sign_in


def this_week() -> date:
    return monday_of(timezone.localdate())


def next_week() -> str:
    return (this_week() + timedelta(days=7)).isoformat()


def put_on(browser: Client, officer: Officer, key: str, **more):
    sent = {"officer": officer.pk, "turns": [0, 1], "weekdays": [1, 2, 4, 8, 16, 32, 64], "span": "on", **more}
    return browser.post(reverse("roster_put_on", args=[key]), sent)


def test_the_week_says_which_block_nobody_holds_at_night(cast, browser_of, small_map):
    posting = Posting.objects.get(officer=cast.anil)
    Shift.objects.create(posting=posting, starts=time(6), ends=time(22), from_date=date(2021, 1, 1))
    page = browser_of(cast.sunita).get(reverse("roster"), {"week": next_week()}).content.decode()
    assert "Kota block: nobody 22:00–06:00" in page
    assert "Masturi block: nobody from" in page
    assert "Bilha block: nobody" not in page


def test_a_day_without_anybody_is_said_to_be_all_day(cast, browser_of):
    wednesday = date.fromisoformat(next_week()) + timedelta(days=2)
    Leave.objects.create(officer=cast.anil, from_date=wednesday, until_date=wednesday)
    browser = browser_of(cast.sunita)
    page = browser.get(reverse("roster"), {"week": next_week()}).content.decode()
    assert "Kota block: nobody all day" in page
    assert (
        f"{wednesday:%d-%m-%Y} –" not in browser.get(reverse("roster_leaves")).content.decode()
    )  # one day is one date


def test_a_turn_put_on_by_the_district_nodal_is_kept_with_its_history(cast, browser_of, small_map):
    answer = put_on(browser_of(cast.sunita), cast.ravi, f"block-{small_map.kota.pk}", week=next_week())
    assert answer.status_code == 302
    posting = Posting.objects.get(officer=cast.ravi, block=small_map.kota)
    assert posting.is_stand_in
    assert {str(shift) for shift in posting.shifts.all()} == {"06:00-14:00", "14:00-22:00"}
    assert posting.history.get().history_user == cast.sunita


def test_an_empty_form_says_what_is_missing_and_keeps_what_was_typed(cast, browser_of, small_map):
    answer = put_on(browser_of(cast.sunita), cast.ravi, f"block-{small_map.kota.pk}", turns=[])
    assert answer.status_code == 422
    assert "Choose at least one turn." in answer.content.decode()
    assert f'value="{cast.ravi.pk}" selected' in answer.content.decode()


def test_a_week_that_is_over_is_not_changed(cast, browser_of, small_map):
    week = (this_week() - timedelta(days=7)).isoformat()
    assert put_on(browser_of(cast.sunita), cast.ravi, f"block-{small_map.kota.pk}", week=week).status_code == 422


@pytest.mark.parametrize(
    ("who", "key", "allowed"),
    [
        ("meena", "block-3604", False),
        ("operator", "block-3607", False),
        ("auditor", "block-3607", False),
        ("other_collector", "block-3607", False),
        ("sunita", "block-3607", True),
        ("sunita", "district-375-operator", True),
        ("sunita", "district-375-district_nodal", False),
        ("collector", "district-375-district_nodal", True),
        ("state_admin", "district-375-district_nodal", True),
    ],
)
def test_one_keeps_what_lies_below(cast, browser_of, who, key, allowed):
    page = browser_of(getattr(cast, who)).get(reverse("roster_place", args=[key]), {"area": "375"})
    assert (page.status_code == 200) == allowed
    posted = put_on(browser_of(getattr(cast, who)), cast.meena, key, area="375", week=next_week())
    assert (posted.status_code == 302) == allowed


def test_a_nodal_officer_sees_the_own_block_only(cast, browser_of):
    page = browser_of(cast.meena).get(reverse("roster")).content.decode()
    assert "Bilha block" in page
    assert "Kota block" not in page


def test_the_week_costs_a_fixed_number_of_queries(cast, browser_of, django_assert_max_num_queries):
    browser = browser_of(cast.sunita)
    with django_assert_max_num_queries(14):
        browser.get(reverse("roster"))


def test_a_nodal_officer_is_told_of_a_colleagues_turn_in_another_block(
    cast, small_map, browser_of, django_assert_max_num_queries
):
    for posting in (Posting.objects.get(officer=cast.ravi), _post_to(small_map.kota, cast.ravi)):
        Shift.objects.create(posting=posting, starts=time(6), ends=time(14), from_date=this_week())
    browser = browser_of(cast.meena)
    with django_assert_max_num_queries(17):
        page = browser.get(reverse("roster"), {"week": next_week()}).content.decode()
    assert "Ravi Tiwari is on two turns, Bilha block and Kota block: 06:00–14:00" in page
    assert 'id="block-3607"' not in page


def _post_to(block, officer):
    return Posting.objects.create(
        officer=officer, role=Role.NODAL_OFFICER, state=block.district.state, district=block.district, block=block
    )


def test_a_doctors_desk_takes_doctors_only(cast, browser_of):
    assert put_on(browser_of(cast.sunita), cast.meena, "district-375-doctor", week=next_week()).status_code == 422


def test_last_week_is_copied_after_it_was_shown(cast, browser_of, small_map):
    posting = Posting.objects.get(officer=cast.anil)
    posting.starts_on = this_week() - timedelta(days=7)
    posting.save()
    monday = this_week()
    Shift.objects.create(
        posting=posting, starts=time(6), ends=time(14), from_date=monday, until_date=monday + timedelta(days=6)
    )
    browser, address = browser_of(cast.sunita), f"{reverse('roster_copy')}?week={next_week()}"
    assert "06:00–14:00" in browser.get(address).content.decode()
    assert Shift.objects.count() == 1
    browser.post(address)
    assert Shift.objects.count() == 2
    assert "Nothing would change" in browser.get(address).content.decode()


# --- Leave -----------------------------------------------------------------------------------------


def leave_of(browser: Client, officer: Officer, **more):
    day = timezone.localdate().isoformat()
    return browser.post(
        reverse("roster_leaves"),
        {"officer": officer.pk, "from_date": day, "until_date": day, "replacement": "", "reason": "", **more},
    )


def test_on_leave_the_replacement_answers_and_sees_the_cases(cast, browser_of, make_case, small_map):
    case = make_case(block=small_map.kota)
    assert not Case.objects.visible_to(cast.meena).filter(pk=case.pk).exists()
    assert leave_of(browser_of(cast.sunita), cast.anil, replacement=cast.meena.pk).status_code == 302
    (there,) = on_duty(small_map.kota, timezone.now()).officers
    assert (there.officer_id, there.replaces) == (cast.meena.pk, cast.anil.pk)
    meena = Officer.objects.get(pk=cast.meena.pk)
    assert Case.objects.visible_to(meena).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(Officer.objects.get(pk=cast.anil.pk)).filter(pk=case.pk).exists()


def test_the_postings_of_a_replacement_are_one_query(cast, django_assert_num_queries):
    today = timezone.localdate()
    Leave.objects.create(officer=cast.anil, replacement=cast.meena, from_date=today, until_date=today)
    with django_assert_num_queries(1):
        held = access.postings(cast.meena)
    assert {posting.officer_id for posting in held} == {cast.meena.pk, cast.anil.pk}


def test_after_the_leave_the_cases_are_out_of_sight_again(cast):
    yesterday = timezone.localdate() - timedelta(days=1)
    Leave.objects.create(officer=cast.anil, replacement=cast.meena, from_date=yesterday, until_date=yesterday)
    assert {posting.officer_id for posting in access.postings(cast.meena)} == {cast.meena.pk}


def test_a_replacement_who_is_away_too_is_refused_either_way_round(cast, browser_of):
    browser = browser_of(cast.sunita)
    leave_of(browser, cast.anil, replacement=cast.ravi.pk)
    assert "replaces Anil Verma" in leave_of(browser, cast.ravi).content.decode()
    leave_of(browser, cast.operator)
    refused = leave_of(browser, cast.meena, replacement=cast.operator.pk)
    assert "This officer is away on some of these days too." in refused.content.decode()
    assert Leave.objects.count() == 2


def test_nobody_keeps_the_leave_of_who_stands_above(cast, browser_of):
    assert leave_of(browser_of(cast.sunita), cast.collector).status_code == 422
    assert leave_of(browser_of(cast.meena), cast.ravi).status_code == 403
    assert leave_of(browser_of(cast.other_collector), cast.anil).status_code == 422
    assert Leave.objects.count() == 0


def test_open_cases_are_counted_on_the_form_and_handed_over(cast, browser_of, make_case, small_map):
    case = make_case(block=small_map.kota, officer=cast.anil)
    browser = browser_of(cast.sunita)
    assert "Anil Verma (1 open case)" in browser.get(reverse("roster_leaves")).content.decode()
    leave_of(browser, cast.anil, replacement=cast.meena.pk)
    leave = Leave.objects.get()
    assert case.reference in browser.get(reverse("roster_leave", args=[leave.pk])).content.decode()
    browser.post(reverse("roster_leave_hand_over", args=[leave.pk]))
    case.refresh_from_db()
    assert case.officer == cast.meena
    browser.post(reverse("roster_leave_cancel", args=[leave.pk]))
    assert Leave.objects.count() == 0


# --- The evening before ------------------------------------------------------------------------------


def evening() -> datetime:
    return datetime.combine(timezone.localdate(), time(18), tzinfo=INDIA)


def test_in_the_evening_the_district_nodal_hears_of_the_gap_once(cast, small_map):
    posting = Posting.objects.get(officer=cast.anil)
    Shift.objects.create(posting=posting, starts=time(6), ends=time(22), from_date=date(2021, 1, 1))
    Officer.objects.filter(pk=cast.sunita.pk).update(language="hi")
    assert districts_with_a_roster(evening()) == [small_map.bilaspur.pk]
    for _ in range(2):
        tell_gaps_of(small_map.bilaspur.pk, evening())
    (notice,) = Notice.objects.filter(officer=cast.sunita, template="to_gap")
    assert "22:00–06:00" in notice.text
    assert "कोटा" in notice.text
    assert "मस्तूरी" not in notice.text  # nobody was ever posted there: no news
    assert Notice.objects.exclude(officer=cast.sunita).count() == 0


def test_without_a_gap_nobody_is_disturbed(cast, small_map):
    tell_gaps_of(small_map.bilaspur.pk, evening())
    assert Notice.objects.count() == 0


# --- Sheets ------------------------------------------------------------------------------------------


def sheet_of(*rows: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("roster.csv", "\n".join([",".join(COLUMNS), *rows]).encode())


def tomorrow() -> str:
    return f"{timezone.localdate() + timedelta(days=1):%d-%m-%Y}"


def good() -> str:
    return f'block-3607,,,ravi,,"mo,tu",22:00,06:00,{tomorrow()},,yes'


def test_a_sheet_is_shown_first_and_written_on_the_second_click(cast, browser_of, small_map):
    browser = browser_of(cast.sunita)
    shown = browser.post(reverse("roster_sheet"), {"file": sheet_of(good())})
    assert "1 row will be written" in shown.content.decode()
    assert Shift.objects.count() == 0
    browser.post(reverse("roster_sheet"), {"confirm": "all", "text": shown.context["text"]})
    shift = Shift.objects.get()
    assert (shift.posting.officer, shift.posting.block, shift.weekdays) == (cast.ravi, small_map.kota, 3)
    again = browser.post(reverse("roster_sheet"), {"file": sheet_of(good())})
    assert "1 row is so already." in again.content.decode()
    assert 'name="confirm"' not in again.content.decode()  # nothing to say yes to


def test_what_a_sheet_would_change_reads_like_the_roster(cast, browser_of, small_map):
    always = f"block-3607,,,meena,,,,,{tomorrow()},,yes"
    shown = browser_of(cast.sunita).post(reverse("roster_sheet"), {"file": sheet_of(good(), always)})
    assert shown.context["changes"] == [
        (2, "Kota block", "Ravi Tiwari (stand-in)", "Mon, Tue", "22:00–06:00", tomorrow(), ""),
        (3, "Kota block", "Meena Sahu (stand-in)", "every day", "round the clock", tomorrow(), ""),
    ]


def test_a_wrong_row_is_named_with_its_reason_and_nothing_is_written_unless_chosen(cast, browser_of):
    browser = browser_of(cast.sunita)
    bad = [f'block-3607,,,ravi,,"mo,xx",22:00,06:00,{tomorrow()},,no', "block-1,,,ravi,,,06:00,14:00,,,no"]
    bad.append(f"block-3607,,,raipur_collector,,,06:00,14:00,{tomorrow()},,no")
    bad.append("block-3607,,,ravi,,,06:00,14:00,01-01-2021,,no")
    shown = browser.post(reverse("roster_sheet"), {"file": sheet_of(good(), *bad)})
    page = shown.content.decode()
    for words in ("Row 3: “xx” is no weekday", "Row 4: There is no place", "Row 5: “raipur", "Row 6: The first day"):
        assert words in page
    browser.post(reverse("roster_sheet"), {"confirm": "all", "text": shown.context["text"]})
    assert Shift.objects.count() == 0
    browser.post(reverse("roster_sheet"), {"confirm": "right", "text": shown.context["text"]})
    assert Shift.objects.count() == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_downloaded_changes_nothing_when_it_is_sent_back(cast, browser_of, kind):
    posting = Posting.objects.get(officer=cast.anil)
    Shift.objects.create(posting=posting, starts=time(6), ends=time(22), weekdays=5)
    browser = browser_of(cast.sunita)
    file = browser.get(reverse("roster_download", args=[kind])).content
    shown = browser.post(reverse("roster_sheet"), {"file": SimpleUploadedFile(f"a.{kind}", file)})
    assert shown.context["changes"] == []
    assert shown.context["same"]
    wrong = {words.split("”")[0] for _, words in shown.context["faults"]}
    assert all("district-375-district_nodal" in words for words in wrong)  # seen, not kept


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.exe"])
@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"PK\x03\x04junk", b"", b"place\n" * 5, b"x" * 600_000])
def test_a_hostile_file_is_refused_politely(cast, browser_of, name, content):
    answer = browser_of(cast.sunita).post(reverse("roster_sheet"), {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert answer.context["refusal"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"])
def test_no_cell_is_a_formula(cell):
    assert harmless(cell) == f"'{cell}"


def test_a_formula_in_a_name_is_defused_in_the_download(cast, browser_of):
    Officer.objects.filter(pk=cast.anil.pk).update(first_name='=cmd|"/c calc"!A1', last_name="")
    text = browser_of(cast.sunita).get(reverse("roster_download", args=["csv"])).content.decode()
    assert "'=cmd" in text


# --- The note at the change of shift -------------------------------------------------------------------


def test_the_note_waits_on_the_next_shifts_desk_until_it_is_read(cast, browser_of, make_case):
    case = make_case(officer=cast.meena)
    note = {"text": "Cylinders come at ten.", f"tick_{case.pk}": "on", f"line_{case.pk}": "Call the son first."}
    browser_of(cast.meena).post(reverse("roster_handover"), note)
    kept = HandOverNote.objects.get()
    assert kept.cases == [[case.reference, "oxygen", "critical", case.next_due_at.isoformat(), "Call the son first."]]
    assert "Cylinders come at ten." not in browser_of(cast.meena).get(reverse("desk")).content.decode()
    assert "Cylinders come at ten." not in browser_of(cast.anil).get(reverse("desk")).content.decode()
    page = browser_of(cast.ravi).get(reverse("desk")).content.decode()
    assert "Cylinders come at ten." in page
    assert "Call the son first." in page
    assert browser_of(cast.anil).post(reverse("roster_handover_read", args=[kept.pk])).status_code == 404
    browser_of(cast.ravi).post(reverse("roster_handover_read", args=[kept.pk]))
    kept.refresh_from_db()
    assert kept.read_by == cast.ravi
    assert "Cylinders come at ten." not in browser_of(cast.ravi).get(reverse("desk")).content.decode()


def test_a_note_without_words_is_refused_and_keeps_the_lines(cast, browser_of, make_case):
    case = make_case(officer=cast.meena)
    answer = browser_of(cast.meena).post(reverse("roster_handover"), {"text": "", f"line_{case.pk}": "Call first."})
    assert answer.status_code == 422
    assert "Call first." in answer.content.decode()
