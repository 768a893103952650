"""The page of files: who may ask, what a filter becomes, how far a file is, taking it and letting it go."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Disclosure, Export
from cases.reports.exports import asking, job, storage
from districts.models import Officer, Posting
from tests.cases.reports.conftest import NOW
from tests.conftest import CaseMaker, Cast, Map

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Made = Callable[..., Export]
BrowserOf = Callable[[Officer], Client]
PAGE, CASES, REPORT, MINE = (
    "/reports/exports/",
    "/reports/exports/cases/",
    "/reports/exports/report/",
    "/reports/exports/mine/",
)
HTMX = {"HX-Request": "true"}


def posted(form: str = "csv", query: str = "", **given: str) -> dict[str, str]:
    return {"cases-form": form, "cases-query": query, "cases-language": "en", **given}


def report(**given: str) -> dict[str, str]:
    wanted = {"place": "d375", "month": "2026-10", "form": "pdf", "language": "en", "from": "", "to": ""} | given
    return {f"report-{name}": value for name, value in wanted.items()}


@pytest.mark.parametrize("who", ["collector", "sunita", "state_admin", "auditor"])
def test_who_oversees_may_ask(cast: Cast, browser_of: BrowserOf, who: str) -> None:
    browser = browser_of(getattr(cast, who))
    assert browser.get(PAGE).status_code == 200
    assert browser.post(CASES, posted()).status_code == 302
    assert Export.objects.get().officer == getattr(cast, who)


@pytest.mark.parametrize("who", ["meena", "operator", "doctor"])
def test_others_may_not(cast: Cast, browser_of: BrowserOf, made: Made, who: str) -> None:
    export = made(cast.collector)
    browser = browser_of(getattr(cast, who))
    for address in (PAGE, MINE, f"{PAGE}{export.pk}/file/"):
        assert browser.get(address, headers=HTMX).status_code == 403
    for address in (CASES, REPORT, f"{PAGE}{export.pk}/delete/"):
        assert browser.post(address, posted()).status_code == 403
    assert Export.objects.count() == 1


def test_who_is_not_signed_in_is_led_to_the_door(client: Client, db: None) -> None:
    assert client.get(PAGE).headers["Location"] == f"/sign-in/?next={PAGE}"
    assert client.get(MINE, headers=HTMX).headers["HX-Redirect"] == PAGE
    assert client.post(CASES).status_code == 302


def test_the_filter_of_the_list_is_said_in_words_and_goes_along(
    cast: Cast, browser_of: BrowserOf, make_case: CaseMaker
) -> None:
    make_case(at=NOW, need_code="bed")
    make_case(at=NOW)
    browser = browser_of(cast.collector)
    answer = browser.get(PAGE, {"need": "bed", "district": "375", "before": "x", "nonsense": "<b>x"})
    text = answer.content.decode()
    assert "<strong>1 case</strong>" in text
    assert "<dt>Need</dt><dd>Hospital bed</dd>" in text
    assert "<dt>District</dt><dd>Bilaspur</dd>" in text
    assert 'value="need=bed&amp;district=375"' in text
    assert "<b>x" not in text
    browser.post(CASES, posted(query="need=bed&district=375&nonsense=1"))
    assert Export.objects.get().query == "need=bed&district=375"


def test_who_comes_from_the_list_is_asked_first_and_the_files_stand_below(cast: Cast, browser_of: BrowserOf) -> None:
    browser = browser_of(cast.collector)
    came, plain = (browser.get(address).content.decode() for address in (f"{PAGE}?opened_after=2026-11-01", PAGE))
    assert came.index("cases-title") < came.index("files-title")
    assert plain.index("cases-title") > plain.index("files-title")
    assert "<dt>Asked for help since</dt><dd>01-11-2026 00:00</dd>" in came


def test_a_filter_that_makes_no_sense_is_said_and_nothing_is_asked(cast: Cast, browser_of: BrowserOf) -> None:
    answer = browser_of(cast.collector).post(CASES, posted(query="opened_after=yesterday"))
    assert answer.status_code == 422
    assert "This choice of cases was not understood" in answer.content.decode()
    assert not Export.objects.exists()


@pytest.mark.parametrize("given", [{"cases-form": "pdf"}, {"cases-form": ""}, {"cases-language": "fr"}])
def test_a_form_that_is_wrong_says_so_beside_the_field(
    cast: Cast, browser_of: BrowserOf, given: dict[str, str]
) -> None:
    answer = browser_of(cast.collector).post(CASES, posted() | given)
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()


def test_persons_are_offered_only_to_who_works_cases(cast: Cast, browser_of: BrowserOf) -> None:
    assert "cases-with_persons" in browser_of(cast.collector).get(PAGE).content.decode()
    browser = browser_of(cast.auditor)
    assert "cases-with_persons" not in browser.get(PAGE).content.decode()
    browser.post(CASES, posted(**{"cases-with_persons": "on"}))
    assert not Export.objects.get().with_persons


def test_a_report_may_be_of_the_cases_of_the_list_only(cast: Cast, browser_of: BrowserOf, make_case: CaseMaker) -> None:
    browser = browser_of(cast.collector)
    listed = {"need": "bed", "urgency": "critical", "district": "375"}
    text = browser.get(PAGE, listed).content.decode()
    assert "Only of these cases: Need: Hospital bed; Urgency: Critical</label>" in text
    # Nobody's report is narrowed unasked; a place alone is the report's own.
    assert 'name="report-only"' not in browser.get(PAGE, {"district": "375"}).content.decode()
    chosen = "need=bed&urgency=critical&district=375"
    for asked in (report(chosen=chosen), report(chosen=chosen, only="on")):
        assert browser.post(REPORT, asked).status_code == 302
    days = "place=d375&period=range&from=01-10-2026&to=31-10-2026"
    assert [export.query for export in Export.objects.order_by("pk")] == [days, f"{days}&need=bed&urgency=critical"]
    assert "Bilaspur, October 2026; Need: Hospital bed; Urgency: Critical" in browser.get(PAGE).content.decode()


def test_a_wrong_day_keeps_the_choice_of_cases(cast: Cast, browser_of: BrowserOf) -> None:
    asked = report(month="other", chosen="need=bed", only="on", **{"from": "31-02-2026"})
    answer = browser_of(cast.collector).post(REPORT, asked)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Only of these cases: Need: Hospital bed" in text
    assert "<dt>Need</dt><dd>Hospital bed</dd>" in text
    assert re.search(r'name="report-only"[^>]* checked', text)


@pytest.mark.parametrize("chosen", ["opened_after=yesterday", "<b>=1", "q=" + "x" * 1900, "%00"])
def test_a_strange_choice_is_never_an_error_of_the_server(cast: Cast, browser_of: BrowserOf, chosen: str) -> None:
    answer = browser_of(cast.collector).post(REPORT, report(chosen=chosen, only="on"))
    assert answer.status_code in {302, 422}
    assert not Export.objects.exclude(query__startswith="place=d375&period=range").exists()


def test_a_month_becomes_days(cast: Cast, browser_of: BrowserOf) -> None:
    assert browser_of(cast.collector).post(REPORT, report()).status_code == 302
    export = Export.objects.get()
    assert (export.kind, export.form) == ("report", "pdf")
    assert export.query == "place=d375&period=range&from=01-10-2026&to=31-10-2026"


def test_this_month_ends_today(cast: Cast, browser_of: BrowserOf) -> None:
    browser_of(cast.collector).post(REPORT, report(month="2026-11"))
    assert Export.objects.get().query.endswith("from=01-11-2026&to=22-11-2026")


def test_any_days_may_be_asked_for(cast: Cast, browser_of: BrowserOf) -> None:
    given = report(month="other", **{"from": "05-11-2026", "to": "2026-11-07", "place": "b3604"})
    browser_of(cast.collector).post(REPORT, given)
    assert Export.objects.get().query == "place=b3604&period=range&from=05-11-2026&to=07-11-2026"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"month": "other", "from": "soon"}, "This is not a date."),
        ({"month": "other", "from": "22-12-2026"}, "This day has not come yet."),
        ({"month": "other", "from": "07-11-2026", "to": "05-11-2026"}, "The last day lies before the first."),
        ({"month": "other"}, "Say from which day."),
        ({"month": "1999-01"}, "1999-01"),
        ({"place": "d387"}, "d387"),
    ],
)
def test_days_and_places_that_cannot_be_are_said_and_kept(
    cast: Cast, browser_of: BrowserOf, given: dict[str, str], words: str
) -> None:
    answer = browser_of(cast.collector).post(REPORT, report(**given))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert words in text
    assert all(value in text for name, value in given.items() if name in ("from", "to"))
    assert not Export.objects.exists()


def test_places_below_ones_own_may_be_chosen(cast: Cast, browser_of: BrowserOf) -> None:
    text = browser_of(cast.collector).get(PAGE, {"place": "b3607"}).content.decode()
    assert '<option value="d375">Bilaspur</option>' in text
    assert '<option value="b3607" selected>Kota</option>' in text
    assert "Dharsiwa" not in text
    text = browser_of(cast.collector).get(PAGE, {"district": "375", "block": "3604"}).content.decode()
    assert '<option value="b3604" selected>Bilha</option>' in text
    assert browser_of(cast.collector).get(PAGE, {"place": "x", "block": "٣", "state": "99999999999"}).status_code == 200


def test_an_address_that_makes_no_sense_is_said_at_once(cast: Cast, browser_of: BrowserOf) -> None:
    text = browser_of(cast.collector).get(PAGE, {"opened_after": "soon"}).content.decode()
    assert "This choice of cases was not understood." in text


def test_how_far_a_file_is(
    cast: Cast, browser_of: BrowserOf, make_case: CaseMaker, ask: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "CHUNK", 2)
    monkeypatch.setattr(job, "SLICE_SECONDS", -1.0)
    for _number in range(3):
        make_case(at=NOW)
    export, browser = ask(cast.collector), browser_of(cast.collector)
    assert "Waits for its turn" in browser.get(PAGE).content.decode()
    job.run(NOW)
    text = browser.get(MINE, headers=HTMX).content.decode()
    assert "2 of 3 cases" in text
    assert 'value="2" max="3"' in text
    assert 'hx-trigger="every 2s"' in text
    assert "Is being written" in text
    while job.run(NOW):
        pass
    text = browser.get(MINE, headers=HTMX).content.decode()
    assert "hx-trigger" not in text
    assert f"{PAGE}{export.pk}/file/" in text
    assert browser.get(MINE).headers["Location"] == PAGE  # without htmx there is one page only


def test_a_failure_is_told(cast: Cast, browser_of: BrowserOf, ask: Made) -> None:
    export = ask(cast.collector)
    Export.objects.filter(pk=export.pk).update(state="failed", error="No <space> is left.")
    assert "No &lt;space&gt; is left." in browser_of(cast.collector).get(PAGE).content.decode()


def test_polling_costs_few_queries_however_many_files_there_are(
    cast: Cast, browser_of: BrowserOf, ask: Made, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        query = "period=range&from=01-10-2026" if number % 2 else f"hour={number}&district=375"
        export = ask(cast.collector, query=query, kind="report" if number % 2 else "cases")
        Export.objects.filter(pk=export.pk).update(state="done", expires_at=NOW, query=f"{query}&n={number}")
    browser = browser_of(cast.collector)
    browser.get(PAGE)
    with django_assert_max_num_queries(6):
        browser.get(MINE, headers=HTMX)


def test_taking_a_file_is_written_down_each_time(
    cast: Cast, browser_of: BrowserOf, make_case: CaseMaker, made: Made
) -> None:
    for _number in range(3):
        make_case(at=NOW)
    export = made(cast.collector, query="district=375", with_persons=True)
    assert not Disclosure.objects.exists()
    browser = browser_of(cast.collector)
    answer = browser.get(f"{PAGE}{export.pk}/file/", REMOTE_ADDR="10.1.2.3")
    assert b"".join(answer.streaming_content) == storage.place_of(export).read_bytes()  # type: ignore[attr-defined]
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sahayata-cases-22-11-2026-1800.csv"'
    written = Disclosure.objects.get()
    assert (written.officer, written.kind, written.count, written.address) == (
        cast.collector,
        "exported",
        3,
        "10.1.2.3",
    )
    assert written.detail == "cases.csv +names +phones ?district=375"
    browser.get(f"{PAGE}{export.pk}/file/").getvalue()
    assert Disclosure.objects.count() == 2


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_only_who_asked_may_take_it(cast: Cast, browser_of: BrowserOf, made: Made, form: str) -> None:
    export = made(cast.collector, form=form)
    for other in (cast.sunita, cast.state_admin, cast.other_collector):
        assert browser_of(other).get(f"{PAGE}{export.pk}/file/").status_code == 404
        assert browser_of(other).post(f"{PAGE}{export.pk}/delete/").status_code == 404
        assert "sahayata" not in storage.place_of(export).name
    assert storage.place_of(export).exists()
    assert not Disclosure.objects.exists()


def _refused(browser: Client, export: Export, words: str) -> None:
    answer = browser.get(f"{PAGE}{export.pk}/file/", follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert words in answer.content.decode()
    assert not Disclosure.objects.exists()


def test_one_that_is_not_ready_or_gone_is_not_given(
    cast: Cast, browser_of: BrowserOf, ask: Made, made: Made, clock: Any
) -> None:
    browser = browser_of(cast.collector)
    _refused(browser, ask(cast.collector, query="hour=1"), "This file is not ready.")
    export = made(cast.collector)
    clock.shift(timedelta(days=3))
    browser = browser_of(cast.collector)
    _refused(browser, export, "This file is not there any more.")
    export.expires_at = timezone.now() + timedelta(days=1)
    export.save()
    storage.place_of(export).unlink()
    _refused(browser, export, "This file is not there any more.")


def test_after_a_change_of_posting_it_must_be_asked_for_again(
    cast: Cast, browser_of: BrowserOf, made: Made, small_map: Map
) -> None:
    export = made(cast.collector)
    Posting.objects.filter(officer=cast.collector).update(district=small_map.raipur)
    _refused(browser_of(cast.collector), export, "Your postings have changed meanwhile.")


def test_a_file_that_is_let_go_is_deleted(cast: Cast, browser_of: BrowserOf, made: Made, ask: Made) -> None:
    export, waiting = made(cast.collector), ask(cast.collector, query="hour=2")
    browser = browser_of(cast.collector)
    assert browser.post(f"{PAGE}{export.pk}/delete/").headers["Location"] == PAGE
    assert "You have no files here." in browser.post(f"{PAGE}{waiting.pk}/delete/", headers=HTMX).content.decode()
    assert not Export.objects.exists()
    assert not storage.place_of(export).exists()


def test_a_months_report_that_is_deleted_is_gone_for_its_officer(cast: Cast, browser_of: BrowserOf) -> None:
    asking.ask_monthly(NOW)
    export, browser = Export.objects.get(officer=cast.collector), browser_of(cast.collector)
    address = f"{PAGE}{export.pk}/"
    assert "Report, PDF" in browser.get(MINE, headers=HTMX).content.decode()
    assert "You have no files here." in browser.post(f"{address}delete/", headers=HTMX).content.decode()
    assert browser.get(f"{address}file/").status_code == 404
    assert browser.post(f"{address}delete/").status_code == 404
    assert asking.ask_monthly(NOW + timedelta(days=1)) == 0


def test_too_many_at_once_are_refused_beside_the_form(cast: Cast, browser_of: BrowserOf, ask: Made) -> None:
    for number in range(5):
        ask(cast.collector, query=f"hour={number}")
    answer = browser_of(cast.collector).post(CASES, posted())
    assert answer.status_code == 422
    assert "Five of your files are under way." in answer.content.decode()


def test_the_list_of_cases_leads_here_with_its_filter(cast: Cast, browser_of: BrowserOf) -> None:
    text = browser_of(cast.collector).get("/cases/", {"need": "bed", "status": "open"}).content.decode()
    assert f'href="{PAGE}?need=bed&amp;status=open"' in text
    assert PAGE not in browser_of(cast.meena).get("/cases/").content.decode()


@pytest.mark.parametrize(
    ("chosen", "words"),
    [("need=gone", "This choice of cases was not understood"), ("q=oxygen", "A report cannot be of a search")],
)
def test_a_report_of_some_cases_never_becomes_one_of_all(
    cast: Cast, browser_of: BrowserOf, chosen: str, words: str
) -> None:
    answer = browser_of(cast.collector).post(REPORT, report(chosen=chosen, only="on"))
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not Export.objects.exists()


def test_an_officer_of_elsewhere_is_a_number(cast: Cast, browser_of: BrowserOf, make_case: CaseMaker) -> None:
    make_case(at=NOW, officer=cast.meena)
    browser = browser_of(cast.collector)
    assert "Meena Sahu" in browser.get(PAGE, {"officer": cast.meena.pk}).content.decode()
    stranger = cast.other_collector
    text = browser.get(PAGE, {"officer": stranger.pk}).content.decode()
    assert f"<dd>{stranger.pk}</dd>" in text
    assert str(stranger) not in text
