"""The ledger of broken promises: by place, newest first, with the reason a supervisor gives."""

from datetime import timedelta

import pytest
from django.urls import reverse

from cases.escalation import ledger
from cases.escalation.sweep import sweep
from cases.models import Miss
from tests.cases.escalation.conftest import START, after

ADDRESS = reverse("misses")


@pytest.fixture
def missed(on_the_clock):
    """A case of Bilha that went to ravi, and one of Raipur that went to its collector."""
    here = on_the_clock()
    there = on_the_clock(district_id=387, block_id=3700)
    sweep(after(7))
    return Miss.objects.get(case=here), Miss.objects.get(case=there)


def page_of(browser, **query):
    return browser.get(ADDRESS, query).content.decode()


@pytest.mark.parametrize(
    ("who", "here", "there"),
    [
        ("sunita", True, False),
        ("collector", True, False),
        ("auditor", True, False),
        ("other_collector", False, True),
        ("state_admin", True, True),
    ],
)
def test_each_sees_the_misses_of_the_own_places(browser_of, cast, missed, who, here, there):
    page = page_of(browser_of(getattr(cast, who)))
    assert (missed[0].case.reference in page, missed[1].case.reference in page) == (here, there)


@pytest.mark.parametrize("who", ["meena", "operator", "doctor"])
def test_the_ledger_is_for_supervisors(browser_of, cast, missed, who):
    assert browser_of(getattr(cast, who)).get(ADDRESS).status_code == 403


def test_who_is_not_signed_in_is_asked_to(client, db):
    assert client.get(ADDRESS).status_code == 302


def test_a_line_says_who_had_it_who_got_it_and_how_late(browser_of, cast, missed):
    page = page_of(browser_of(cast.sunita))
    for said in ("Meena Sahu", "Ravi Tiwari", "stand-in", "Not acknowledged", "Seen 2 minutes after the limit."):
        assert said in page
    assert reverse("case", args=[missed[0].case.reference]) in page


def test_an_unplaced_miss_is_every_states(browser_of, cast, on_the_clock):
    case = on_the_clock(
        officer=cast.state_operator, state=None, district=None, block=None, status="needs_review", level=3
    )
    sweep(after(5))
    assert case.reference in page_of(browser_of(cast.state_admin))
    assert case.reference not in page_of(browser_of(cast.collector))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"block": 3604}, True),
        ({"block": 3607}, False),
        ({"rung": 1}, True),
        ({"rung": 2}, False),
        ({"since": START.date().isoformat()}, True),
        ({"since": (START + timedelta(days=1)).date().isoformat()}, False),
        ({"until": START.date().isoformat()}, True),
        ({"until": (START - timedelta(days=1)).date().isoformat()}, False),
        ({"block": "nonsense"}, False),
        ({"since": "yesterday"}, False),
    ],
)
def test_filters(browser_of, cast, missed, query, found):
    assert (missed[0].case.reference in page_of(browser_of(cast.sunita), **query)) is found


def test_by_the_officer_who_let_it_pass(browser_of, cast, missed):
    browser = browser_of(cast.sunita)
    assert missed[0].case.reference in page_of(browser, officer=cast.meena.pk)
    assert missed[0].case.reference not in page_of(browser, officer=cast.ravi.pk)


def test_pages_go_on_where_the_last_ended_and_keep_the_filter(browser_of, cast, on_the_clock, monkeypatch):
    for _ in range(5):
        on_the_clock()
    sweep(after(5))
    monkeypatch.setattr(ledger, "PAGE", 2)
    browser, seen, query = browser_of(cast.sunita), [], "?rung=1"
    for _ in range(3):
        answer = browser.get(ADDRESS + query)
        seen += [line.miss.pk for line in answer.context["lines"]]
        query = answer.context["next_url"]
        assert not query or "rung=1" in query
    assert seen == list(Miss.objects.order_by("-at", "-pk").values_list("pk", flat=True))
    assert query == ""


def test_a_list_costs_the_same_queries_however_long(browser_of, cast, on_the_clock, django_assert_max_num_queries):
    for _ in range(12):
        on_the_clock()
    sweep(after(5))
    browser = browser_of(cast.collector)
    with django_assert_max_num_queries(12):
        browser.get(ADDRESS)


# --- The reason ---------------------------------------------------------------------------------------


def give(browser, miss, reason, query=""):
    return browser.post(reverse("miss_reason", args=[miss.pk]), {"reason": reason, "query": query})


def test_a_supervisor_says_why_and_comes_back_to_the_same_list(browser_of, cast, missed):
    browser = browser_of(cast.sunita)
    answer = give(browser, missed[0], "  the bridge  was closed\n", "block=3604&next=//evil")
    assert answer["Location"] == f"{ADDRESS}?block=3604#miss-{missed[0].pk}"
    missed[0].refresh_from_db()
    assert (missed[0].reason, missed[0].reason_by) == ("the bridge was closed", cast.sunita)
    page = page_of(browser)
    assert "the bridge was closed" in page
    assert "(Sunita Patel)" in page


def test_a_reason_is_shown_as_it_was_written_and_runs_nothing(browser_of, cast, missed):
    browser = browser_of(cast.sunita)
    give(browser, missed[0], "<script>alert(1)</script>")
    assert "<script>alert(1)" not in page_of(browser)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_reason_that_says_nothing_or_too_much_is_told_beside_the_field(browser_of, cast, missed, reason):
    answer = give(browser_of(cast.sunita), missed[0], reason)
    assert answer.status_code == 422
    assert "field__error" in answer.content.decode()
    missed[0].refresh_from_db()
    assert missed[0].reason == ""


def test_an_auditor_reads_and_writes_nothing(browser_of, cast, missed):
    browser = browser_of(cast.auditor)
    assert "Say why it was late" not in page_of(browser)
    assert give(browser, missed[0], "x").status_code == 403


def test_another_districts_miss_has_no_address(browser_of, cast, missed):
    assert give(browser_of(cast.sunita), missed[1], "x").status_code == 404
