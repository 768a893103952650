"""Has help come? By the link, or on the status page with the last digits of the phone that was given."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from cases import feedback
from cases.models import Case, Feedback
from cases.workflow import Closing, Outcome, Status

REFERENCE = "BLS-7K3Q-9D"
ENGLISH = {"accept-language": "en"}


@pytest.fixture
def solved(make_case, cast):
    def make(**given):
        now = timezone.now()
        fields = {
            **{"reference": REFERENCE, "officer": cast.meena, "status": Status.RESOLVED, "phone": "9812344567"},
            **{"acknowledged_at": now, "resolved_at": now, "next_due_at": None, "outcome": Outcome.HELPED},
        }
        return make_case(**(fields | given))

    return make


def link(case):
    return reverse("answer_by_link", args=[case.reference, feedback.token(case.reference)])


def by_digits(client, digits, helped="yes", **more):
    address = reverse("answer_by_digits", args=[REFERENCE])
    return client.post(address, {"digits": digits, "helped": helped}, headers=ENGLISH, **more)


def test_looking_at_the_link_changes_nothing(client, solved):
    case = solved()
    for _ in range(3):
        page = client.get(link(case), headers=ENGLISH).content.decode()
    assert "Yes, help has come" in page
    assert "No, we still need help" in page
    assert Case.objects.get().status == Status.RESOLVED
    assert not Feedback.objects.exists()


def test_a_yes_closes_and_thanks_and_may_be_changed(client, solved):
    case = solved()
    page = client.post(link(case), {"helped": "yes"}, headers=ENGLISH, follow=True).content.decode()
    assert "Your case is closed." in page
    assert "You can change your answer within an hour" in page
    case.refresh_from_db()
    assert (case.status, case.closing) == (Status.CLOSED, Closing.YES)
    page = client.post(link(case), {"helped": "no"}, headers=ENGLISH, follow=True).content.decode()
    assert "Your case is open again" in page
    case.refresh_from_db()
    assert case.status == Status.IN_PROGRESS


def test_what_is_still_needed_reaches_the_officer_and_no_public_page(client, solved):
    case = solved()
    words = "<b>the cylinder was empty</b>"
    page = client.post(link(case), {"helped": "no", "note": words}, headers=ENGLISH, follow=True).content.decode()
    assert "cylinder was empty" not in page
    assert Feedback.objects.get().note == words


def test_a_button_that_says_neither_is_explained(client, solved):
    case = solved()
    answer = client.post(link(case), {"helped": "maybe"}, headers=ENGLISH)
    assert answer.status_code == 422
    assert not Feedback.objects.exists()


def test_a_false_link_is_told_and_costs(client, solved):
    solved()
    address = reverse("answer_by_link", args=[REFERENCE, "1uABCD:xyz"])
    answer = client.get(address, headers=ENGLISH)
    assert answer.status_code == 404
    assert "This link is not valid any more" in answer.content.decode()
    codes = [client.get(address).status_code for _ in range(5)]
    assert codes[-1] == 429


def test_a_family_whose_patient_died_is_not_asked(client, solved):
    case = solved(outcome=Outcome.DIED)
    for address in (link(case), reverse("status_of", args=[REFERENCE])):
        assert "Has help come?</h" not in client.get(address, headers=ENGLISH).content.decode()


def test_the_status_page_asks_for_the_last_digits(client, solved):
    solved()
    page = client.get(reverse("status_of", args=[REFERENCE]), headers=ENGLISH).content.decode()
    assert 'name="digits"' in page
    assert "4567" not in page


@pytest.mark.parametrize("typed", ["4567", " 45 67 ", "४५६७"])
def test_the_right_digits_are_enough(client, solved, typed):
    case = solved()
    assert by_digits(client, typed).status_code == 302
    case.refresh_from_db()
    assert case.status == Status.CLOSED
    assert Feedback.objects.get().way == Feedback.Way.PAGE


@pytest.mark.parametrize(("typed", "said"), [("1111", "not the last digits"), ("45", "four digits"), ("", "Write the")])
def test_wrong_digits_are_told_beside_the_field_and_kept(client, solved, typed, said):
    solved()
    answer = by_digits(client, typed)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert not typed or f'value="{typed}"' in page
    assert Case.objects.get().status == Status.RESOLVED


def test_five_wrong_tries_lock_the_form_even_for_the_right_digits(client, solved):
    solved()
    for number in range(5):
        page = by_digits(client, f"000{number}", REMOTE_ADDR=f"10.0.0.{number}").content.decode()
    assert "Too many wrong tries" in page
    assert "Too many wrong tries" in by_digits(client, "4567", REMOTE_ADDR="10.1.1.1").content.decode()
    assert Case.objects.get().status == Status.RESOLVED


def test_ten_tries_a_day_are_all_however_many_hours_pass(client, solved):
    case = solved()
    hour, day = f"answer-tries:{case.pk}", f"answer-tries-a-day:{case.pk}"
    pages = []
    for number in range(10):
        if number % 5 == 0:
            cache.delete(hour)  # an hour has passed
        pages.append(by_digits(client, f"00{number:02}", REMOTE_ADDR=f"10.0.0.{number}").content.decode())
    assert ["Ten tries in a day" in page for page in pages] == [False] * 9 + [True]
    cache.delete(hour)
    assert "Ten tries in a day" in by_digits(client, "4567", REMOTE_ADDR="10.1.1.1").content.decode()
    assert Case.objects.get().status == Status.RESOLVED
    cache.delete_many([hour, day])  # the next day
    assert by_digits(client, "4567", REMOTE_ADDR="10.1.1.2").status_code == 302


def test_tries_while_the_hour_is_locked_cost_none_of_the_day(client, solved):
    case = solved()
    for number in range(12):
        page = by_digits(client, f"00{number:02}", REMOTE_ADDR=f"10.0.0.{number}").content.decode()
    assert "Too many wrong tries" in page
    assert cache.get(f"answer-tries-a-day:{case.pk}") == 5


def test_the_form_is_throttled_by_address(client, solved):
    solved()
    codes = [by_digits(client, "45").status_code for _ in range(21)]
    assert codes[-1] == 429


def test_without_a_number_the_page_asks_nothing(client, solved):
    case = solved()
    case.requester.phones.all().delete()
    page = client.get(reverse("status_of", args=[REFERENCE]), headers=ENGLISH).content.decode()
    assert 'name="digits"' not in page


def test_whoever_asked_in_a_joined_case_may_answer_too(client, solved, make_case):
    case = solved()
    now = timezone.now()
    make_case(
        **{"reference": "BLS-AAAA-AA", "phone": "9700001234", "status": Status.DUPLICATE, "joined_to": case},
        closed_at=now,
        next_due_at=None,
    )
    assert by_digits(client, "1234").status_code == 302


def test_a_case_still_open_is_not_asked_about(client, solved, make_case):
    make_case(reference=REFERENCE, phone="9812344567")
    page = client.get(reverse("status_of", args=[REFERENCE]), headers=ENGLISH).content.decode()
    assert 'name="digits"' not in page
    page = client.get(link(Case.objects.get()), headers=ENGLISH).content.decode()
    assert "There is nothing to answer now" in page


def test_after_thirty_days_the_status_page_asks_no_more(client, solved):
    old = timezone.now() - timedelta(days=31)
    solved(at=old, resolved_at=old, acknowledged_at=old, opened_at=old)
    page = client.get(reverse("status_of", args=[REFERENCE]), headers=ENGLISH).content.decode()
    assert 'name="digits"' not in page


def test_no_cache_and_no_search_engine_keeps_the_answer_page(client, solved):
    answer = client.get(link(solved()))
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
