"""Missed calls: taken from the exchange once, called back by one operator, settled when the caller was spoken to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases import missed_calls
from cases.intake import callers, entry
from cases.intake.missed_list import read_list
from cases.missed_calls import AGAIN_AFTER, KEPT_FOR, MOST_TRIES, Ring
from cases.models import Disclosure, MissedCall
from districts.models import Officer, Posting

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
NUMBER = "9812345678"
MINUTE = timedelta(minutes=1)


def rang(*minutes_ago, number=NUMBER):
    return [Ring(number, NOW - ago * MINUTE) for ago in minutes_ago]


@pytest.fixture
def waiting(cast):
    """A number that rang ten minutes ago at the helpline of Bilaspur."""
    missed_calls.record(rang(10), officer=cast.operator)
    return MissedCall.objects.get()


@pytest.fixture
def second_operator(small_map, cast):
    """Another operator of Bilaspur."""
    officer = Officer.objects.create_user("operator2", password="sahayata-test", first_name="Uma")
    officer.language = "en"
    officer.save()
    Posting.objects.create(officer=officer, role="operator", state=small_map.cg, district=small_map.bilaspur)
    return officer


# --- Taking them over -------------------------------------------------------------------------------------------


def test_several_rings_of_a_number_are_one_that_waits(cast):
    done = missed_calls.record(rang(10, 5, 1), officer=cast.operator)
    row = MissedCall.objects.get()
    assert (row.rings, row.first_at, row.last_at) == (3, NOW - 10 * MINUTE, NOW - MINUTE)
    assert (row.state_id, row.district_id) == (22, 375)
    assert (done.new, done.again, done.known) == (1, 2, 0)


def test_the_same_list_twice_changes_nothing(cast):
    missed_calls.record(rang(10, 5), officer=cast.operator)
    done = missed_calls.record(rang(10, 5), officer=cast.operator)
    assert (done.new, done.again, done.known) == (0, 0, 2)
    assert MissedCall.objects.get().rings == 2


def test_a_longer_list_adds_only_what_is_new(cast):
    missed_calls.record(rang(10, 5), officer=cast.operator)
    missed_calls.record(rang(20, 10, 5, 2), officer=cast.operator)
    row = MissedCall.objects.get()
    assert (row.rings, row.first_at, row.last_at) == (4, NOW - 20 * MINUTE, NOW - 2 * MINUTE)


def test_a_ring_from_before_the_call_back_is_settled(cast, waiting):
    missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW)
    missed_calls.finish(waiting.pk, officer=cast.operator, at=NOW)
    done = missed_calls.record(rang(10, 3), officer=cast.operator)
    assert (done.known, MissedCall.objects.filter(done_at=None).count()) == (2, 0)


def test_a_ring_after_the_call_back_waits_anew(cast, waiting):
    missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW)
    missed_calls.finish(waiting.pk, officer=cast.operator, at=NOW)
    missed_calls.record(rang(-1), officer=cast.operator)
    assert MissedCall.objects.get(done_at=None).first_at == NOW + MINUTE


def test_who_got_through_later_needs_no_call_back_when_the_list_comes(cast):
    given = {"is_request": True, "needs": ["oxygen"], "phones": [NUMBER], "state": 22, "district": 375}
    entry.from_telephone(text="oxygen", given=given, officer=cast.operator, token="")
    done = missed_calls.record([Ring(NUMBER, timezone.now() - MINUTE)], officer=cast.operator)
    assert (done.new, done.known) == (0, 1)


def test_a_list_of_any_length_is_a_fixed_number_of_statements(cast, django_assert_max_num_queries):
    missed_calls.record(rang(30), officer=cast.operator)
    rings = [Ring(f"98{number:08d}", NOW - number * MINUTE) for number in range(400)]
    # Savepoints, postings, who waits, called back, spoken to, update, and inserts of as many rows as SQLite takes.
    with django_assert_max_num_queries(12):
        missed_calls.record([*rings, *rang(20)], officer=cast.operator)
    assert MissedCall.objects.count() == 401


# --- Calling back -------------------------------------------------------------------------------------------------


def test_two_operators_never_call_the_same(cast, waiting, second_operator):
    assert missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW)
    assert missed_calls.claim(waiting.pk, officer=second_operator, at=NOW + MINUTE) is None


def test_claimed_and_left_it_is_free_again(cast, waiting, second_operator):
    missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW)
    assert missed_calls.claim(waiting.pk, officer=second_operator, at=NOW + KEPT_FOR)
    assert missed_calls.held_by(cast.operator, waiting.pk, NOW + KEPT_FOR) is None


def test_being_shown_the_number_is_logged_once(cast, waiting):
    for _ in range(2):
        missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW, address="10.0.0.7")
    shown = Disclosure.objects.get()
    assert (shown.officer, shown.kind, shown.case, shown.address) == (cast.operator, "revealed", None, "10.0.0.7")
    assert NUMBER not in shown.detail


def test_another_districts_operator_neither_sees_nor_claims_it(cast, waiting, small_map):
    far = Officer.objects.create_user("raipur_operator", password="sahayata-test")
    Posting.objects.create(officer=far, role="operator", state=small_map.cg, district=small_map.raipur)
    assert missed_calls.lines(far, NOW) == []
    assert missed_calls.claim(waiting.pk, officer=far, at=NOW) is None
    assert not Disclosure.objects.exists()


def test_who_types_the_number_sees_its_ring_only_where_it_waits_for_them(cast, waiting, small_map):
    assert callers.caller(cast.operator, NUMBER, NOW).missed == waiting
    Posting.objects.filter(officer=cast.operator).update(district=small_map.raipur)
    elsewhere = Officer.objects.get(pk=cast.operator.pk)
    assert callers.caller(elsewhere, NUMBER, NOW).missed is None


def test_the_states_desk_sees_its_districts_calls(cast, waiting):
    assert [line.call for line in missed_calls.lines(cast.state_operator, NOW)] == [waiting]


def test_not_answered_it_comes_back_after_a_while(cast, waiting):
    missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW)
    assert missed_calls.no_answer(waiting.pk, officer=cast.operator, at=NOW)
    [later] = missed_calls.lines(cast.operator, NOW + MINUTE)
    assert (later.stand, later.again_at, later.call.tries) == ("later", NOW + AGAIN_AFTER, 1)
    assert missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW + MINUTE) is None
    assert missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW + AGAIN_AFTER)


def test_who_rings_again_is_called_at_once(cast, waiting):
    missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW)
    missed_calls.no_answer(waiting.pk, officer=cast.operator, at=NOW)
    missed_calls.record(rang(-2), officer=cast.operator)
    assert missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW + 3 * MINUTE)


def test_after_the_last_try_it_is_done(cast, waiting):
    at = NOW
    for _ in range(MOST_TRIES):
        assert missed_calls.claim(waiting.pk, officer=cast.operator, at=at)
        assert missed_calls.no_answer(waiting.pk, officer=cast.operator, at=at)
        at += AGAIN_AFTER
    waiting.refresh_from_db()
    assert (waiting.tries, waiting.done_by) == (MOST_TRIES, cast.operator)
    assert missed_calls.lines(cast.operator, at) == []


@pytest.mark.parametrize("outcome", [missed_calls.no_answer, missed_calls.finish])
def test_only_who_holds_it_says_how_it_went(cast, waiting, second_operator, outcome):
    missed_calls.claim(waiting.pk, officer=cast.operator, at=NOW)
    assert not outcome(waiting.pk, officer=second_operator, at=NOW)
    waiting.refresh_from_db()
    assert (waiting.tries, waiting.done_at, waiting.taken_by) == (0, None, cast.operator)


def test_a_saved_call_settles_its_number(cast, waiting):
    given = {"is_request": True, "needs": ["oxygen"], "phones": [NUMBER], "state": 22, "district": 375}
    message = entry.from_telephone(text="oxygen", given=given, officer=cast.state_operator, token="")
    waiting.refresh_from_db()
    assert (waiting.message, waiting.done_by) == (message, cast.state_operator)


# --- The page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def page_of(client):
    """Signs an officer in and returns the browser."""

    def sign_in(officer):
        client.force_login(officer)
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
        return client

    return sign_in


@pytest.fixture
def just_missed(cast):
    """As `waiting`, by the true clock."""
    missed_calls.record([Ring(NUMBER, timezone.now() - 10 * MINUTE)], officer=cast.operator)
    return MissedCall.objects.get()


def body(answer):
    return answer.content.decode()


@pytest.mark.parametrize("who", ["meena", "collector", "doctor", "auditor"])
def test_only_who_takes_calls_may_enter(page_of, cast, just_missed, who):
    browser = page_of(getattr(cast, who))
    assert browser.get(reverse("missed_calls")).status_code == 403
    assert browser.post(reverse("missed_claim", args=[just_missed.pk])).status_code == 403
    assert browser.post(reverse("missed_outcome", args=[just_missed.pk, "no-answer"])).status_code == 403
    assert browser.post(reverse("missed_list"), {"pasted": NUMBER}).status_code == 403
    assert not Disclosure.objects.exists()


def test_the_number_is_masked_until_it_is_claimed(page_of, cast, just_missed):
    browser = page_of(cast.operator)
    before = body(browser.get(reverse("missed_calls")))
    assert "•••••••678" in before
    assert "tel:+91" not in before
    assert NUMBER not in before
    after = body(browser.post(reverse("missed_claim", args=[just_missed.pk]), follow=True))
    assert "tel:+919812345678" in after


def test_the_address_that_is_written_down_is_the_operators_not_the_proxys(page_of, cast, just_missed, settings):
    settings.TRUSTED_PROXIES = 1
    claimed = reverse("missed_claim", args=[just_missed.pk])
    page_of(cast.operator).post(claimed, headers={"X-Forwarded-For": "203.0.113.9"})
    assert Disclosure.objects.get().address == "203.0.113.9"


@pytest.mark.parametrize("name", ["missed_calls", "telephone", "paste"])
def test_a_browser_keeps_no_page_with_numbers(page_of, cast, name):
    assert "no-store" in page_of(cast.operator).get(reverse(name))["Cache-Control"]


def test_the_number_claimed_by_another_stays_masked(page_of, cast, just_missed, second_operator):
    missed_calls.claim(just_missed.pk, officer=second_operator, at=timezone.now())
    browser = page_of(cast.operator)
    told = body(browser.post(reverse("missed_claim", args=[just_missed.pk]), follow=True))
    assert "Another operator is calling this number" in told
    assert "Uma is calling now" in told
    assert "tel:+91" not in told


def test_the_open_cases_of_the_number_are_counted(page_of, cast, just_missed, make_case):
    make_case(phone=NUMBER)
    make_case(phone=NUMBER)
    assert "2 open cases of this number" in body(page_of(cast.operator).get(reverse("missed_calls")))


def test_reached_opens_the_call_with_the_number_written(page_of, cast, just_missed):
    browser = page_of(cast.operator)
    browser.post(reverse("missed_claim", args=[just_missed.pk]))
    screen = browser.post(reverse("missed_outcome", args=[just_missed.pk, "reached"]), follow=True)
    assert 'value="9812345678"' in body(screen)
    assert "This number rang 1 time and was missed." in body(screen)
    assert "Nothing is needed" in body(screen)
    assert NUMBER not in screen.request["QUERY_STRING"]


def test_the_number_of_a_call_that_was_not_claimed_is_not_written(page_of, cast, just_missed):
    assert NUMBER not in body(page_of(cast.operator).get(reverse("telephone"), {"missed": just_missed.pk}))


@pytest.mark.parametrize("outcome", ["wrong-number", "nothing-needed"])
def test_it_is_settled_without_a_case(page_of, cast, just_missed, outcome):
    browser = page_of(cast.operator)
    browser.post(reverse("missed_claim", args=[just_missed.pk]))
    answer = browser.post(reverse("missed_outcome", args=[just_missed.pk, outcome]), follow=True)
    assert "Nobody waits to be called back." in body(answer)


def test_given_back_it_is_free_at_once(page_of, cast, just_missed):
    browser = page_of(cast.operator)
    browser.post(reverse("missed_claim", args=[just_missed.pk]))
    answer = browser.post(reverse("missed_outcome", args=[just_missed.pk, "give-back"]), follow=True)
    assert "tel:+91" not in body(answer)
    assert "Call back" in body(answer)


def test_an_outcome_of_a_call_one_does_not_hold_changes_nothing(page_of, cast, just_missed):
    browser = page_of(cast.operator)
    answer = browser.post(reverse("missed_outcome", args=[just_missed.pk, "no-answer"]), follow=True)
    assert "You did not hold this call any more" in body(answer)
    assert browser.post(reverse("missed_outcome", args=[just_missed.pk, "vanish"])).status_code == 404


def test_a_poll_answers_only_when_something_changed(page_of, cast, just_missed):
    browser, htmx = page_of(cast.operator), {"hx-request": "true"}
    page = browser.get(reverse("missed_calls"))
    seen = {"seen": page.context["seen"], "newest": str(page.context["newest"])}
    assert browser.get(reverse("missed_calls"), seen, headers=htmx).status_code == 204
    missed_calls.record([Ring("9898989898", timezone.now())], officer=cast.operator)
    changed = body(browser.get(reverse("missed_calls"), seen, headers=htmx))
    assert "1 new missed call" in changed
    assert "<html" not in changed


def test_the_list_costs_the_same_however_long(page_of, cast, just_missed, django_assert_num_queries):
    browser = page_of(cast.operator)
    browser.get(reverse("missed_calls"))
    missed_calls.record([Ring(f"98{n:08d}", timezone.now() - n * MINUTE) for n in range(60)], officer=cast.operator)
    with django_assert_num_queries(5):  # officer, postings, the bell, the calls, their open cases
        browser.get(reverse("missed_calls"))


def test_the_oldest_call_stands_first_under_what_one_is_calling(page_of, cast):
    rings = [Ring(f"981234567{n}", timezone.now() - n * MINUTE) for n in (1, 9, 5)]
    missed_calls.record(rings, officer=cast.operator)
    newest = MissedCall.objects.get(number="9812345671")
    missed_calls.claim(newest.pk, officer=cast.operator, at=timezone.now())
    lines = missed_calls.lines(cast.operator, timezone.now())
    assert [line.call.number[-1] for line in lines] == ["1", "9", "5"]


# --- The exchange's list ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "number", "at"),
    [
        ("9812345678, 25-11-2026 17:20", NUMBER, "2026-11-25T17:20:00+05:30"),
        ("25/11/2026;17:20:05;+91 98123 45678;00:00:12;NOANSWER", NUMBER, "2026-11-25T17:20:05+05:30"),
        ("2026-11-25 05:20 PM\t09812345678", NUMBER, "2026-11-25T17:20:00+05:30"),
        ('"2026-11-25T11:50:00Z","9812345678"', NUMBER, "2026-11-25T17:20:00+05:30"),
        ("2026-11-25T17:20:00+05:30|9812345678", NUMBER, "2026-11-25T17:20:00+05:30"),
        ("१७:२० ९८१२३४५६७८", NUMBER, "2026-11-25T17:20:00+05:30"),
        ("17:20, 07752 412345", "7752412345", "2026-11-25T17:20:00+05:30"),
    ],
)
def test_a_line_is_read_in_any_usual_writing(line, number, at):
    read = read_list(line, NOW)
    assert read.rings == [Ring(number, datetime.fromisoformat(at))]
    assert read.left_out == []


def test_a_number_alone_rang_now_and_counts_once(cast):
    for _ in range(2):
        read = read_list("9812345678", NOW)
        missed_calls.record(read.rings, officer=cast.operator)
    assert MissedCall.objects.get().rings == 1


@pytest.mark.parametrize(
    "line",
    ["12345, 25-11-2026 17:20", "9812345678, 32-11-2026 17:20", "9812345678, 25-11-2026 25:20",
     "9812345678, 25-11-2025 17:20", "9812345678, 25-11-2026 23:59", "2026-99-99T17:20:00,9812345678"],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named(line):
    read = read_list(f"Caller,Time\n\n{line}", NOW)
    assert (read.rings, read.left_out) == ([], [3])


def test_a_pasted_list_waits_on_the_page(page_of, cast):
    answer = page_of(cast.operator).post(reverse("missed_list"), {"pasted": "98123 45678\n9898989898"}, follow=True)
    assert "2 numbers now wait." in body(answer)
    assert MissedCall.objects.count() == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_does_as_well(page_of, cast, encoding):
    file = SimpleUploadedFile("missed.csv", "नंबर,समय\n9812345678,\n".encode(encoding))
    page_of(cast.operator).post(reverse("missed_list"), {"file": file})
    assert MissedCall.objects.get().number == NUMBER


def test_what_cannot_be_read_is_said_at_the_field_and_the_rest_is_taken(page_of, cast):
    answer = page_of(cast.operator).post(reverse("missed_list"), {"pasted": "9812345678\n123\nanonymous 7"})
    assert answer.status_code == 422
    assert "line 2, 3." in body(answer)
    assert MissedCall.objects.count() == 1


@pytest.mark.parametrize("pasted", ["", "   ", "\x00"])
def test_an_empty_list_is_explained(page_of, cast, pasted):
    assert page_of(cast.operator).post(reverse("missed_list"), {"pasted": pasted}).status_code == 422


def test_a_file_too_large_is_refused(page_of, cast):
    file = SimpleUploadedFile("missed.csv", b"9812345678\n" * 100_000)
    answer = page_of(cast.operator).post(reverse("missed_list"), {"file": file})
    assert "This file is too large" in body(answer)
    assert not MissedCall.objects.exists()
