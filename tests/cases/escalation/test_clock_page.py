"""The page of promised times: each office sets its own, in order, with a history; open cases keep theirs."""

import pytest
from django.urls import reverse

from cases.models import Ladder, Need, Promise
from cases.routing.ladder import REMIND, Ladders
from cases.routing.promises import Promises

ADDRESS, SAVE, INHERIT = reverse("clock"), reverse("clock_save"), reverse("clock_inherit")
TIMES = {
    **{"urgency": "critical", "respond": 4, "resolve": 20, "respond1": 3, "respond2": 6, "respond3": 12},
    **{"resolve3": 20, "resolve4": 45},
}


def limits(district=None, need="oxygen", urgency="critical"):
    found = Ladders.load().limits(urgency, need, district)
    return [(limit.clock, limit.minutes, limit.rung) for limit in found if limit.clock != REMIND]


def page_of(browser, **query):
    return browser.get(ADDRESS, query).content.decode()


@pytest.mark.parametrize("who", ["meena", "operator", "doctor", "auditor"])
def test_only_who_is_in_charge_sees_and_sets_them(browser_of, cast, who):
    browser = browser_of(getattr(cast, who))
    assert browser.get(ADDRESS).status_code == 403
    assert browser.post(SAVE, TIMES).status_code == 403
    assert browser.post(INHERIT, {}).status_code == 403


def test_a_district_sets_its_own_times(browser_of, cast):
    browser = browser_of(cast.sunita)
    assert "Bilaspur" in page_of(browser)
    answer = browser.post(SAVE, TIMES, follow=True)
    assert "Cases that are open keep the times they were promised" in answer.content.decode()
    assert Promises.load().minutes("critical", "oxygen", 375) == (4, 20)
    assert limits(375) == [
        ("respond", 3, 1), ("respond", 6, 2), ("respond", 12, 3), ("resolve", 20, 3), ("resolve", 45, 4),
    ]  # fmt: skip
    assert Promises.load().minutes("critical", "oxygen", 387) == (5, 30)
    assert limits(387)[0] == ("respond", 5, 1)


@pytest.mark.parametrize("who", ["sunita", "collector"])
@pytest.mark.parametrize("address", [SAVE, INHERIT])
def test_nobody_sets_another_districts_times(browser_of, cast, who, address):
    browser = browser_of(getattr(cast, who))
    assert browser.post(address, TIMES | {"district": 387}).status_code == 403
    assert browser.get(ADDRESS, {"district": 387}).status_code == 403
    assert not Promise.objects.filter(district=387).exists()


def test_without_a_district_a_districts_officer_sets_the_own_and_never_the_defaults(browser_of, cast):
    browser_of(cast.collector).post(SAVE, TIMES)
    assert Promise.objects.get(urgency="critical", district=None, need=None).respond_minutes == 5


def test_the_states_administrator_sets_the_defaults_and_any_district_of_the_state(browser_of, cast):
    browser = browser_of(cast.state_admin)
    browser.post(SAVE, TIMES)
    assert Promise.objects.get(urgency="critical", district=None, need=None).respond_minutes == 4
    browser.post(SAVE, TIMES | {"district": 387, "respond": 2})
    assert Promises.load().minutes("critical", "oxygen", 387) == (2, 20)
    assert browser.post(SAVE, TIMES | {"district": 97}).status_code == 403  # Jaipur is in another state


def test_times_of_one_need(browser_of, cast):
    browser = browser_of(cast.sunita)
    browser.post(SAVE, TIMES | {"need": "oxygen"})
    assert Promises.load().minutes("critical", "oxygen", 375) == (4, 20)
    assert Promises.load().minutes("critical", "bed", 375) == (5, 30)
    assert Need.objects.get(pk="oxygen").name in page_of(browser, need="oxygen")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"resolve": 3}, "cannot be promised sooner"),
        ({"respond2": 3}, "must be later than the one before"),
        ({"respond": ""}, "required"),
        ({"respond1": 0}, "greater than or equal to 1"),
        ({"respond1": "soon"}, "whole number"),
        ({"resolve3": "", "resolve4": ""}, "a late case must go to somebody"),
        ({"resolve4": 99999999}, "less than or equal to"),
    ],
)
def test_what_makes_no_sense_is_told_beside_the_field_and_changes_nothing(browser_of, cast, changes, said):
    before = limits(375)
    answer = browser_of(cast.sunita).post(SAVE, TIMES | changes)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert 'value="12"' in page  # what was typed is kept
    assert limits(375) == before
    assert not Promise.objects.filter(district=375).exists()


def test_an_empty_rung_is_left_out(browser_of, cast):
    browser_of(cast.sunita).post(SAVE, TIMES | {"respond2": ""})
    assert [rung for clock, _minutes, rung in limits(375) if clock == "respond"] == [1, 3]


def test_a_change_is_in_the_history_with_the_name_of_who_made_it(browser_of, cast):
    browser = browser_of(cast.sunita)
    browser.post(SAVE, TIMES)
    browser.post(SAVE, TIMES | {"respond": 3, "respond2": ""})
    page = page_of(browser)
    assert "acknowledged in 3 min, solved in 20 min" in page
    assert "acknowledged in 4 min, solved in 20 min" in page
    assert "taken away" in page
    assert "Sunita Patel" in page
    assert Promise.history.filter(district=375).count() == 2


def test_saving_without_a_change_writes_no_history(browser_of, cast):
    browser = browser_of(cast.sunita)
    browser.post(SAVE, TIMES)
    browser.post(SAVE, TIMES)
    assert Promise.history.filter(district=375).count() == 1
    assert Ladder.history.filter(district=375).count() == 5


def test_a_district_may_go_back_to_the_general_times(browser_of, cast):
    browser = browser_of(cast.sunita)
    browser.post(SAVE, TIMES)
    assert "Use the general times again" in page_of(browser)
    browser.post(INHERIT, {"district": 375})
    assert Promises.load().minutes("critical", "oxygen", 375) == (5, 30)
    assert limits(375) == limits(None)
    assert "Use the general times again" not in page_of(browser)


def test_the_defaults_cannot_be_given_up(browser_of, cast):
    browser_of(cast.state_admin).post(INHERIT, {})
    assert Promises.load().minutes("normal", "oxygen", None)


def test_open_cases_keep_the_times_they_were_promised(browser_of, cast, on_the_clock):
    case = on_the_clock()
    browser_of(cast.sunita).post(SAVE, TIMES)
    before = (case.respond_by, case.limits)
    case.refresh_from_db()
    assert (case.respond_by, [tuple(limit) for limit in case.limits]) == (before[0], [tuple(one) for one in before[1]])
    assert [minutes for _clock, _warn, minutes, _rung in on_the_clock().limits][:1] == [3]


def test_the_page_costs_a_fixed_number_of_queries(browser_of, cast, django_assert_max_num_queries):
    browser = browser_of(cast.state_admin)
    browser.post(SAVE, TIMES)
    with django_assert_max_num_queries(16):
        browser.get(ADDRESS)
