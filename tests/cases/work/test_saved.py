"""Choices of cases with a name: kept, used, changed, and shared with who is posted in an area."""

from collections.abc import Callable

import pytest
from django.test import Client

from cases.models import SavedFilter
from cases.work.saved import MOST
from districts.models import Officer
from tests.conftest import CaseMaker, Cast

Browser = Callable[[Officer], Client]


def keep(officer: Officer, name: str = "Late beds", query: str = "tab=area&need=bed", **given: object) -> SavedFilter:
    return SavedFilter.objects.create(officer=officer, name=name, query=query, **given)


def test_the_present_choice_is_kept_under_a_name_and_used(
    browser_of: Browser, cast: Cast, make_case: CaseMaker
) -> None:
    bed, browser = make_case(need_code="bed"), browser_of(cast.meena)
    make_case()
    page = browser.get("/desk/?tab=area&need=bed&after=1.1").content.decode()
    assert "/desk/saved/?query=tab%3Darea%26need%3Dbed" in page
    asking = browser.get("/desk/saved/?query=tab%3Darea%26need%3Dbed").content.decode()
    assert 'value="tab=area&amp;need=bed"' in asking
    response = browser.post("/desk/saved/new/", {"name": "Beds", "share": "", "query": "tab=area&need=bed"})
    assert response.url == "/desk/?tab=area&need=bed"
    assert bed.reference in browser.get(response.url).content.decode()
    assert ">Beds</a>" in browser.get("/cases/").content.decode()


def test_a_choice_without_a_tab_is_used_on_the_list(browser_of: Browser, cast: Cast) -> None:
    response = browser_of(cast.meena).post(
        "/desk/saved/new/", {"name": "Solved", "query": "status=resolved&before=9.9"}
    )
    assert response.url == "/cases/?status=resolved"


def test_only_what_chooses_cases_is_kept(browser_of: Browser, cast: Cast) -> None:
    query = "tab=%3Cscript%3E&need=bed&evil=1&csrfmiddlewaretoken=x&q="
    browser_of(cast.meena).post("/desk/saved/new/", {"name": "Beds", "query": query})
    assert SavedFilter.objects.get().query == "need=bed"


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"name": ""}, "Give it a name."), ({"name": "Mine"}, "You have a choice with this name already."),
     ({"share": "district-387"}, "387"), ({"name": "A" * 61}, "60")],
)  # fmt: skip
def test_a_wrong_name_or_share_is_said_and_what_was_typed_stays(
    browser_of: Browser, cast: Cast, fields: dict[str, str], words: str
) -> None:
    keep(cast.meena, "Mine")
    answer = browser_of(cast.meena).post("/desk/saved/new/", {"name": "New", "query": "need=bed"} | fields)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert SavedFilter.objects.count() == 1


def test_nobody_keeps_too_many(browser_of: Browser, cast: Cast) -> None:
    for number in range(MOST):
        keep(cast.meena, str(number))
    answer = browser_of(cast.meena).post("/desk/saved/new/", {"name": "One more", "query": "need=bed"})
    assert "Delete one first." in answer.content.decode()


def test_a_shared_choice_is_seen_by_who_is_posted_in_the_area_and_by_nobody_else(
    browser_of: Browser, cast: Cast
) -> None:
    browser_of(cast.collector).post(
        "/desk/saved/new/", {"name": "Beds of the district", "share": "district-375", "query": "tab=area&need=bed"}
    )
    keep(cast.state_admin, "Of the state", shared_state_id=22)
    keep(cast.sunita, "Secret")

    def sees(officer: Officer) -> str:
        return browser_of(officer).get("/desk/").content.decode()

    assert "Beds of the district" in sees(cast.meena)
    assert "Asha Singh" in sees(cast.meena)
    assert "Of the state" in sees(cast.other_collector)
    assert "Beds of the district" not in sees(cast.other_collector)
    assert "Secret" not in sees(cast.meena)


def test_one_shares_only_with_ones_own_places(browser_of: Browser, cast: Cast) -> None:
    def offered(officer: Officer) -> list[str]:
        page = browser_of(officer).get("/desk/saved/?query=need%3Dbed").content.decode()
        return [part.split('"')[0] for part in page.split('<option value="')[1:]]

    assert offered(cast.meena) == ["", "district-375"]
    assert offered(cast.state_admin) == ["", "state-22"]


def test_ones_own_is_renamed_shared_and_deleted(browser_of: Browser, cast: Cast) -> None:
    kept, browser = keep(cast.meena), browser_of(cast.meena)
    browser.post(f"/desk/saved/{kept.pk}/", {"name": "Beds", "share": "district-375"})
    kept.refresh_from_db()
    assert (kept.name, kept.shared_district_id, kept.query) == ("Beds", 375, "tab=area&need=bed")
    browser.post(f"/desk/saved/{kept.pk}/", {"name": "Beds", "share": ""})
    kept.refresh_from_db()
    assert kept.shared_district_id is None
    assert "Deleted: Beds." in browser.post(f"/desk/saved/{kept.pk}/", {"delete": "1"}, follow=True).content.decode()
    assert not SavedFilter.objects.exists()


def test_a_name_that_is_taken_is_said_at_the_one_that_was_changed(browser_of: Browser, cast: Cast) -> None:
    keep(cast.meena, "One")
    two = keep(cast.meena, "Two")
    answer = browser_of(cast.meena).post(f"/desk/saved/{two.pk}/", {"name": "One", "share": ""})
    assert answer.status_code == 422
    assert f'id="saved_{two.pk}_name_error"' in answer.content.decode()


def test_anothers_is_not_changed_though_it_is_shared(browser_of: Browser, cast: Cast) -> None:
    kept = keep(cast.collector, shared_district_id=375)
    for fields in ({"name": "Mine now", "share": ""}, {"delete": "1"}):
        assert browser_of(cast.meena).post(f"/desk/saved/{kept.pk}/", fields).status_code == 404
    kept.refresh_from_db()
    assert kept.name == "Late beds"
